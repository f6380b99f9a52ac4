import { type Cell } from './cell.js';
import { succeed } from './run.js';
import { BUN, DENO, NODE, RXJS } from './versions.js';
import type { Workspace } from './workspace.js';

interface Runtime {
  readonly title: string;
  readonly program: string;
  /** What it is started with to print where it is installed, and to run a file. */
  readonly where: readonly string[];
  readonly start: readonly string[];
}

const NODE_WHERE = ['-p', 'process.execPath'];

const runtimes = {
  node: NODE.map((version) => ({
    title: `Node.js ${version}`,
    program: `node@${version}`,
    where: NODE_WHERE,
    start: [],
  })),
  bun: [{ title: `Bun ${BUN}`, program: `bun@${BUN}`, where: NODE_WHERE, start: [] }],
  deno: [
    {
      title: `Deno ${DENO}`,
      program: `deno@${DENO}`,
      where: ['eval', 'console.log(Deno.execPath())'],
      start: ['run', '--allow-all'],
    },
  ],
} satisfies Record<string, Runtime[]>;

export type RuntimeName = keyof typeof runtimes;

/** A program in each runtime, with each rxjs, as an ES module and as CommonJS. */
export function runtimeCells(name: RuntimeName, workspace: Workspace): Cell[] {
  return runtimes[name].flatMap(({ title, program, where, start }: Runtime) => {
    let path: Promise<string> | undefined;
    return RXJS.flatMap((rxjs) =>
      [
        ['ESM', 'main.mjs'],
        ['CJS', 'main.cjs'],
      ].map(([format = '', file = '']) => ({
        row: title,
        column: `rxjs ${rxjs}`,
        name: format,
        async check() {
          const runtime = await (path ??= workspace.execute(program, where).then(lastLine));
          const folder = await workspace.user(rxjs);
          return checkScenario(await succeed(runtime, [...start, file], { cwd: folder }), readsFiles(title));
        },
      })),
    );
  });
}

/** Whether `process.getBuiltinModule` is there. */
function readsFiles(runtime: string): boolean {
  return !runtime.startsWith('Node.js 18');
}

/** Checks what consumer/scenario.mjs printed at its end, and says what did not work on purpose. */
export function checkScenario(output: string, readsFiles: boolean): string | undefined {
  const line = lastLine(output);
  // A program whose promise never settles ends without a word.
  if (!line.startsWith('{'))
    throw new Error(`Expected the scenario to come to its end, got "${line}"`, { cause: output });
  const result = JSON.parse(line) as { checks: number; readsFiles: boolean };
  if (!(result.checks > 0)) throw new Error(`Expected the scenario to check something, got ${line}`);
  if (result.readsFiles !== readsFiles) {
    throw new Error(`Expected readMarbleFile to ${readsFiles ? 'read' : 'explain why it does not read'} a file`);
  }
  return readsFiles
    ? undefined
    : 'All but `readMarbleFile` of `/testing`: it needs Node.js 20.16 or later, Deno or Bun, and says so. Get the text otherwise, and give it to `readMarbles`.';
}

function lastLine(output: string): string {
  return output.trim().split('\n').at(-1) ?? '';
}
