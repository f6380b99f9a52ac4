import { vi } from 'vitest';

/** Waits until the assertions hold; the machine may be slow. */
export const until = (assert: () => void | Promise<void>) =>
  vi.waitFor(assert, { timeout: 120_000, interval: 10 });
