import { defineConfig } from 'vitest/config';

// Without one, the configuration of the folder above would be used.
export default defineConfig({ test: { include: ['vitest.test.ts'] } });
