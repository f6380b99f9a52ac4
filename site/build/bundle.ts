/** Scripts of the playground that run where nothing can be loaded, each with all that it imports as one text. */
import { createHash } from 'node:crypto';
import { buildSync } from 'esbuild';
import type { Plugin } from 'vite';
import { ROOT } from './routes.js';

export interface Bundle {
  readonly text: string;
  /** The files that it is made of. */
  readonly inputs: readonly string[];
}

export function bundle(entry: string): Bundle {
  const { outputFiles, metafile } = buildSync({
    entryPoints: [entry],
    // As the site is built.
    alias: { 'rxjs-concat-map-eager': `${ROOT}dist/index.js` },
    absWorkingDir: ROOT,
    bundle: true,
    format: 'iife',
    target: 'es2022',
    minify: true,
    legalComments: 'none',
    write: false,
    metafile: true,
  });
  return { text: outputFiles[0]!.text.trim(), inputs: Object.keys(metafile.inputs).map((path) => ROOT + path) };
}

/** What a content security policy calls an inline script. */
export const hashOf = (script: string) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`;

const SUFFIX = '?bundle';

/** `import text, { hash } from './script.ts?bundle'`. */
export function bundles(): Plugin {
  return {
    name: 'bundles',
    enforce: 'pre',
    async resolveId(source, importer) {
      if (!source.endsWith(SUFFIX)) return undefined;
      const found = await this.resolve(source.slice(0, -SUFFIX.length), importer, { skipSelf: true });
      return found && found.id + SUFFIX;
    },
    load(id) {
      if (!id.endsWith(SUFFIX)) return undefined;
      const { text, inputs } = bundle(id.slice(0, -SUFFIX.length));
      for (const input of inputs) this.addWatchFile(input);
      return `export default ${JSON.stringify(text)};\nexport const hash = ${JSON.stringify(hashOf(text))};`;
    },
  };
}
