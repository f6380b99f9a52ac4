import { transform } from 'sucrase';

/** Something in a program that keeps it from running; a line and a column count from 1. */
export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    message: string,
    readonly line?: number,
    readonly column?: number,
  ) {
    super(message);
  }
}

/** The name of the program in stacks. */
export const FILE = 'program.ts';

const HEAD = 'async function (require, exports) {';

/** A program in JavaScript, line by line the same. */
export interface Compiled {
  /** A module that exports it as an async function of `require` and `exports`. */
  readonly module: string;
  /**
   * The same as a script that never runs, for its last line is a mistake: if an engine finds an earlier one, that is where the
   * program's is.
   */
  readonly broken: string;
}

/**
 * Removes the types of a program, without checking them.
 *
 * @throws Problem for a mistake in its syntax that can be seen this way; JavaScript sees the others
 */
export function compile(program: string): Compiled {
  let code;
  try {
    ({ code } = transform(program, { transforms: ['typescript', 'imports'], disableESTransforms: true }));
  } catch (error) {
    const { message, loc } = error as Error & { loc?: { line: number; column: number } };
    const what = message.replace(/^Error transforming [^:]*: /, '').replace(/ \(\d+:\d+\)$/, '');
    throw new Problem(what, loc?.line, loc?.column);
  }
  return { module: `export default ${HEAD}${code}\n}\n//# sourceURL=${FILE}`, broken: `(${HEAD}${code}\n@` };
}

/** `require` for a program: the modules that there are. */
export function importer(modules: Readonly<Record<string, object>>): (name: string) => object {
  const checked = Object.fromEntries(Object.entries(modules).map(([name, module]) => [name, withNames(name, module)]));
  return (name) => {
    if (Object.hasOwn(checked, name)) return checked[name]!;
    const names = Object.keys(modules).map((each) => `'${each}'`);
    throw new Problem(
      `Cannot import '${name}': a program may import ${names.slice(0, -1).join(', ')} and ${names.at(-1)!}, and nothing else`,
    );
  };
}

/** Where there is no export of a name, it says so, instead of "undefined is not a function". */
function withNames(name: string, module: object): object {
  return new Proxy(
    { ...module, __esModule: true },
    {
      get: (target, key, receiver) => {
        if (typeof key === 'string' && !Object.hasOwn(target, key) && key !== 'then') {
          throw new Problem(`'${name}' has no export named '${key}'`);
        }
        return Reflect.get(target, key, receiver) as unknown;
      },
    },
  );
}

/** The line of a program at the top of a stack. */
export function lineIn(stack: string | undefined): number | undefined {
  const [, line] = new RegExp(`${FILE.replace('.', '\\.')}:(\\d+)`).exec(stack ?? '') ?? [];
  return line === undefined ? undefined : Number(line);
}
