import { defineConfig } from 'vitest/config';

// What `ng test` adds to: a busy machine is slow.
export default defineConfig({ test: { testTimeout: 60_000 } });
