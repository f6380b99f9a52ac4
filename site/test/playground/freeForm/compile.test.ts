import { of } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { compile, importer, lineIn, Problem } from '../../../playground/freeform/compile';

type Program = (require: unknown, exports: object) => Promise<void>;

const run = async (program: string, modules: Record<string, object> = { rxjs: { of }, two: {} }) => {
  const exports: Record<string, unknown> = {};
  const url = `data:text/javascript,${encodeURIComponent(compile(program).module)}`;
  const { default: main } = (await import(/* @vite-ignore */ url)) as { default: Program };
  await main(importer(modules), exports);
  return exports;
};

describe('a program', () => {
  test('may have types, imports and await', async () => {
    const program = `
import { of, type Observable } from 'rxjs';
interface Pair<T> { readonly left: T }
const identity = <T,>(value: T): T => value;
const pair = { left: await Promise.resolve(identity(1)) } satisfies Pair<number>;
export const result: number = pair.left as number;
export const isFunction = typeof of === 'function';
export const source: Observable<number> = of(1);`;
    expect(await run(program)).toMatchObject({ result: 1, isFunction: true });
  });

  test('keeps its lines', async () => {
    const error = await run(`type A = {\n  a: 1;\n};\n\nthrow new Error('here');`).catch(
      (thrown: unknown) => thrown as Error,
    );
    expect(lineIn((error as Error).stack)).toBe(5);
    expect(lineIn('Error\n  at elsewhere.js:3:4')).toBeUndefined();
  });

  test('is no comment of an old script behind `<!--` or `-->`', async () => {
    for (const program of ['let x = 1, y = 2;\nx<!--y', '\n--> throw 1', '/*\n*/ --> throw 1']) {
      await expect(run(program)).rejects.toThrow();
    }
  });

  test('as a script that never runs has its mistake where the program has it', () => {
    const { broken } = compile('const a = 1;\n\nconst a = 2;');
    expect(() => (0, eval)(broken) as unknown).toThrow('already been declared');
    for (const program of [
      '',
      'f()',
      '// a comment',
      '1',
      'let x = 1, y = 1; x<!--y /*\n})(); run(); (() => {\n/* */',
    ]) {
      expect(() => (0, eval)(compile(program).broken) as unknown).toThrow(SyntaxError);
    }
  });

  test('whose syntax is wrong has a message with its line and column', () => {
    let problem;
    try {
      compile(`const a = 1;\nconst b = (a;\n`);
    } catch (error) {
      problem = error;
    }
    expect(problem).toBeInstanceOf(Problem);
    expect(problem).toMatchObject({ line: 2, column: 13 });
    expect((problem as Problem).message).toMatch(/^Unexpected token/);
  });

  test('may import what there is, and is told what that is', async () => {
    await expect(run(`import 'lodash';`)).rejects.toThrow(
      "Cannot import 'lodash': a program may import 'rxjs' and 'two', and nothing else",
    );
    await expect(run(`await import('./other');`)).rejects.toThrow("Cannot import './other'");
    await expect(run(`import { off } from 'rxjs'; off(1);`)).rejects.toThrow("'rxjs' has no export named 'off'");
    await expect(run(`import Rx from 'rxjs'; Rx.of(1);`)).rejects.toThrow("'rxjs' has no export named 'default'");
    await expect(run(`import type { Foo } from 'lodash';`)).resolves.toEqual({});
  });
});
