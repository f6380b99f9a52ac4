import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Cell, Impossible } from './cell.js';
import { type Run, run } from './run.js';
import { NODE_TYPES, RXJS, TYPESCRIPT } from './versions.js';
import type { Workspace } from './workspace.js';

interface Resolution {
  readonly name: string;
  /** Named before 5.0 otherwise. */
  readonly options: (typescript: string) => string[];
  /** How the files end: under `nodenext` that says which of the package's two formats is meant. */
  readonly endings: readonly string[];
}

const resolutions: Resolution[] = [
  {
    name: 'nodenext',
    options: () => ['--module', 'nodenext', '--moduleResolution', 'nodenext'],
    endings: ['mts', 'cts'],
  },
  {
    name: 'bundler',
    options: () => ['--module', 'esnext', '--moduleResolution', 'bundler'],
    endings: ['ts'],
  },
  {
    name: 'node10',
    // It was called `node` before TypeScript 5.0, and 6.0 wants to hear that one knows that it will go.
    options: (typescript) => [
      ...['--module', 'commonjs', '--moduleResolution', parseInt(typescript) < 5 ? 'node' : 'node10'],
      ...(parseInt(typescript) === 6 ? ['--ignoreDeprecations', '6.0'] : []),
    ],
    endings: ['ts'],
  },
];

/** What a compiler says where a program without this package does not compile either, and what that means. */
const reasons: [says: RegExp, reason: string][] = [
  [/TS6046: .*--moduleResolution/, '`bundler` came with TypeScript 5.0.'],
  [/TS5108: .*moduleResolution/, 'TypeScript 7 has no `node10` any more.'],
  [
    /TS7016: .*'rxjs'/,
    'With rxjs before 7.5.5 neither `nodenext` nor `bundler` finds the types of rxjs itself, whatever else is installed.',
  ],
];

/** consumer/types.ts, compiled by each TypeScript with each resolution and each rxjs. */
export function typeCells(workspace: Workspace): Cell[] {
  return TYPESCRIPT.flatMap((typescript) =>
    resolutions.flatMap((resolution) =>
      RXJS.map((rxjs) => ({
        row: `TypeScript ${typescript}`,
        column: `\`${resolution.name}\``,
        name: rxjs,
        check: () => check(workspace, typescript, resolution, rxjs),
      })),
    ),
  );
}

async function check(workspace: Workspace, typescript: string, resolution: Resolution, rxjs: string) {
  const compilers = await compilersOf(workspace);
  const folder = await workspace.user(rxjs, nodeTypesFor(rxjs, typescript));
  const compile = (program: string): Promise<Run> => {
    const files = resolution.endings.map((ending) => `${program}.${ending}`);
    for (const file of files) {
      // Another compiler may be reading what is there.
      if (!existsSync(join(folder, file))) copyFileSync(join(folder, `${program}.ts`), join(folder, file));
    }
    const compiler = join(compilers, 'node_modules', aliasOf(typescript), 'bin', 'tsc');
    // Of the libraries only those of TypeScript itself are trusted: checking them takes most of the time.
    const options = ['--noEmit', '--strict', '--skipLibCheck', 'false', '--skipDefaultLibCheck', '--target', 'es2021'];
    return run(process.execPath, [compiler, ...options, ...resolution.options(typescript), ...files], { cwd: folder });
  };
  const { code, output } = await compile('types');
  if (code === 0) return undefined;
  const alone = await compile('rxjsAlone');
  if (alone.code === 0) throw new Error(errorIn(output), { cause: output });
  const [, reason] = reasons.find(([says]) => says.test(alone.output)) ?? [];
  throw new Impossible(reason ?? `A program that imports rxjs alone does not compile: ${errorIn(alone.output)}`);
}

/** The types of rxjs 7.5 refer to those of Node.js; others have to do without, so that this package's do. */
function nodeTypesFor(rxjs: string, typescript: string): string | undefined {
  if (!rxjs.startsWith('7.5.')) return undefined;
  return parseInt(typescript) < 5 ? NODE_TYPES.beforeTypeScript5 : NODE_TYPES.fromTypeScript5;
}

/** One folder with every TypeScript, each under a name of its own. */
function compilersOf(workspace: Workspace): Promise<string> {
  const dependencies = Object.fromEntries(TYPESCRIPT.map((version) => [aliasOf(version), `npm:typescript@${version}`]));
  return workspace.folder('compilers', async () => ({ dependencies }));
}

function aliasOf(typescript: string): string {
  return `typescript-${typescript}`;
}

function errorIn(output: string): string {
  return output.split('\n').find((line) => line.includes('error TS')) ?? output.trim();
}
