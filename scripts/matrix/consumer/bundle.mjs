// Bundles a file for production, as an ES module: node bundle.mjs <bundler> <from> <to>
import { basename, dirname, resolve } from 'node:path';

const bundlers = {
  async esbuild(from, to) {
    const { build } = await import('esbuild');
    await build({ entryPoints: [from], outfile: to, bundle: true, minify: true, format: 'esm', logLevel: 'error' });
  },

  async rollup(from, to) {
    const { rollup } = await import('rollup');
    const { nodeResolve } = await import('@rollup/plugin-node-resolve');
    const bundle = await rollup({ input: from, plugins: [nodeResolve()] });
    await bundle.write({ file: to, format: 'es' });
    await bundle.close();
  },

  async webpack(from, to) {
    const { default: webpack } = await import('webpack');
    const compiler = webpack({
      mode: 'production',
      target: ['web', 'es2021'],
      entry: from,
      output: { path: dirname(to), filename: basename(to), module: true, library: { type: 'module' } },
      experiments: { outputModule: true },
    });
    const stats = await new Promise((done, failed) =>
      compiler.run((error, stats) => (error ? failed(error) : done(stats))),
    );
    if (stats.hasErrors() || stats.hasWarnings()) throw new Error(stats.toString());
  },

  async vite(from, to) {
    const { build } = await import('vite');
    await build({
      logLevel: 'warn',
      build: {
        outDir: dirname(to),
        emptyOutDir: false,
        modulePreload: false,
        rolldownOptions: { input: from, output: { entryFileNames: basename(to) } },
      },
    });
  },
};

const [name, from, to] = process.argv.slice(2);
await bundlers[name](resolve(from), resolve(to));
