import { defineConfig } from 'vitest/config';

// No test: `npm run screenshots` draws the pictures of the README.
export default defineConfig({
  test: { include: ['test/support/screenshots.ts'], testTimeout: 60_000 },
});
