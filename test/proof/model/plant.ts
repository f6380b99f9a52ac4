import { build } from 'esbuild';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Operators } from './perform.js';
import type { PlantedBug } from './plantedBugs.js';

const here = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

/** The operators with a bug in them. They use the same rxjs as those without. */
export async function plant({ name, file, code, bug }: PlantedBug): Promise<Operators> {
  const path = here(`src/internal/${file}`);
  const [before, after, more] = readFileSync(path, 'utf8').split(code);
  if (after === undefined || more !== undefined) {
    throw new Error(`Expected the code of the bug "${name}" to be in src/internal/${file} once, got: ${code}`);
  }
  // Within the package's folder, so that rxjs is found from there.
  const folder = here('temp/planted');
  const outfile = `${folder}/${name.replace(/\W+/g, '-')}-${process.pid}.mjs`;
  mkdirSync(folder, { recursive: true });
  try {
    await build({
      entryPoints: [here('src/index.ts')],
      outfile,
      bundle: true,
      format: 'esm',
      external: ['rxjs'],
      logLevel: 'error',
      plugins: [
        {
          name: 'plant',
          setup: ({ onLoad }) => {
            onLoad({ filter: new RegExp(`${file.replace('.', '\\.')}$`) }, (args) => {
              return args.path === path ? { contents: `${before!}${bug}${after}`, loader: 'ts' } : undefined;
            });
          },
        },
      ],
    });
    return (await import(pathToFileURL(outfile).href)) as Operators;
  } finally {
    rmSync(outfile, { force: true });
  }
}
