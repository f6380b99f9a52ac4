import { defineConfig } from 'tsup';

export default defineConfig({
  entry: { index: 'src/index.ts', testing: 'src/testing/index.ts' },
  format: ['esm', 'cjs'],
  target: 'es2021',
  clean: true,
  // The entries share nothing: that of the operators must not even load a common chunk.
  splitting: false,
  sourcemap: true,
  treeshake: true,
  // tsup passes `baseUrl` to the d.ts build, which TypeScript 6 calls deprecated.
  dts: { compilerOptions: { ignoreDeprecations: '6.0', paths: {} } },
});
