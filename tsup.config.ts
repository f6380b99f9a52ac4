import { defineConfig } from 'tsup';

export default defineConfig({
  entry: ['src/index.ts'],
  format: ['esm', 'cjs'],
  target: 'es2021',
  clean: true,
  sourcemap: true,
  treeshake: true,
  // tsup passes `baseUrl` to the d.ts build, which TypeScript 6 calls deprecated.
  dts: { compilerOptions: { ignoreDeprecations: '6.0', paths: {} } },
});
