// AGENTS.md, for those who use the package: its options are those that there are, and its mistakes go wrong as it says.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as rxjs from 'rxjs';
import { from, lastValueFrom, type Observable, of, toArray } from 'rxjs';
import ts from 'typescript';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import * as library from '../../src/index.js';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const page = read('AGENTS.md');
const [, declared] = /<!-- samples:\n([^]*?)-->/.exec(page)!;

interface Mistake {
  readonly number: number;
  readonly wrong: string;
  readonly right: string;
  /** Whether types refuse the wrong form. */
  readonly refused: boolean;
}

const FORMS = /```(js|ts)\n(\/\/ wrong[^]*?)```\n\n```ts\n(\/\/ right[^]*?)```/g;

const mistakes = page
  .split(/^### (?=\d+\. )/m)
  .slice(1)
  .map((chapter): Mistake => {
    const [[, language, wrong, right] = [], ...others] = chapter.matchAll(FORMS);
    expect(others, chapter).toEqual([]);
    return { number: parseInt(chapter), wrong: wrong!, right: right!, refused: language === 'js' };
  });

/** What a form makes in a world that it is given: its `result`, or the function that it declares. */
function run(code: string, world: object): unknown {
  const names = { ...rxjs, ...library, ...world };
  const { outputText } = ts.transpileModule(code, { compilerOptions: { target: ts.ScriptTarget.ES2022 } });
  const made = /^const (\w+) = (?![^]*^const )/m.exec(outputText)![1]!;
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  return (new Function(...Object.keys(names), `${outputText}\nreturn ${made};`) as (...values: unknown[]) => unknown)(
    ...Object.values(names),
  );
}

/** What is wrong with the types of a form. */
function problemsOf(forms: readonly string[]): string[][] {
  const files = new Map(forms.map((code, at) => [fileURLToPath(new URL(`agents.${at}.ts`, import.meta.url)), code]));
  const options: ts.CompilerOptions = {
    strict: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    types: [],
    noEmit: true,
    skipLibCheck: true,
    paths: { 'rxjs-concat-map-eager': [fileURLToPath(new URL('../../src/index.ts', import.meta.url))] },
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => files.has(name) || fileExists(name);
  host.getSourceFile = (name, version, ...others) => {
    const code = files.get(name);
    return code === undefined
      ? getSourceFile(name, version, ...others)
      : ts.createSourceFile(name, `${declared}\n${code}`, version);
  };
  const program = ts.createProgram([...files.keys()], options, host);
  return [...files.keys()].map((name) =>
    ts
      .getPreEmitDiagnostics(program, program.getSourceFile(name))
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')),
  );
}

/** A service whose answers come after a time, and what it has seen. */
class Service {
  readonly log: string[] = [];
  active = 0;
  peak = 0;

  constructor(
    /** How long a call takes, in milliseconds; `Infinity` for one that never answers. */
    private readonly takes: (id: number, call: number) => number = () => 10,
    private readonly fails: (id: number, call: number) => boolean = () => false,
  ) {}

  private readonly calls = new Map<number, number>();

  readonly load = (id: number, { signal }: { signal?: AbortSignal } = {}): Promise<{ id: number }> => {
    const call = (this.calls.get(id) ?? 0) + 1;
    this.calls.set(id, call);
    this.log.push(`start ${id}`);
    this.peak = Math.max(this.peak, ++this.active);
    return new Promise((resolve, reject) => {
      const end = (what: string, act: () => void) => {
        clearTimeout(timer);
        this.active--;
        this.log.push(`${what} ${id}`);
        act();
      };
      const answer = () =>
        this.fails(id, call) ? end('fail', () => reject(new Error(`row ${id}`))) : end('answer', () => resolve({ id }));
      const ms = this.takes(id, call);
      const timer = ms === Infinity ? undefined : setTimeout(answer, ms);
      signal?.addEventListener('abort', () => end('abort', () => reject(signal.reason as Error)));
    });
  };
}

/** What a result has emitted after so much time, and how it has ended. */
async function heard(made: unknown, ms = 60_000): Promise<unknown[]> {
  const all: unknown[] = [];
  const subscription = (made as Observable<unknown>).subscribe({
    next: (value) => all.push((value as { id?: number }).id ?? value),
    error: (error: unknown) => all.push((error as Error).message),
    complete: () => all.push('|'),
  });
  await vi.advanceTimersByTimeAsync(ms);
  subscription.unsubscribe();
  return all;
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
const formsOf = (number: number) => mistakes.find((mistake) => mistake.number === number)!;

describe('AGENTS.md', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('lists every option, with its default', () => {
    const table = page.split('## Options\n')[1]!.split('\n## ')[0]!;
    const rows = [...table.matchAll(/^\| `(\w+)` +\| .*? \| ([^|]*?) +\|$/gm)].map(([, name, byDefault]) => [
      name!,
      byDefault!,
    ]);
    const source = read('src/config.ts').split('export interface ConcatMapEagerConfig')[1]!.split('\n}\n')[0]!;
    const options = [...source.matchAll(/Default: ([^]*?)\n\s*\*\/\n(?:\s*\/\/.*\n)*\s*(\w+)\?:/g)].map(
      ([, byDefault, name]) => [name!, byDefault!],
    );
    expect(rows.map(([name]) => name)).toEqual(options.map(([name]) => name));
    for (const [name, byDefault] of rows) {
      const documented = options.find(([option]) => option === name)![1]!;
      for (const part of byDefault!.split('; ')) {
        const said = part.startsWith('no ') || part === 'none' ? /^no\b|^none/ : part;
        expect(documented.replace('no keys', 'none'), name).toMatch(said instanceof RegExp ? said : literally(said));
      }
    }
  });

  test('has ten mistakes, each with the right form', () => {
    expect(mistakes.map(({ number }) => number)).toEqual(upTo(10));
  });

  test('has forms with the right types, except for those in JavaScript, which types refuse', () => {
    const problems = problemsOf(mistakes.flatMap(({ wrong, right }) => [wrong, right]));
    for (const [at, { number, refused }] of mistakes.entries()) {
      expect(problems[2 * at]!.length > 0, `${number}, wrong`).toBe(refused);
      expect(problems[2 * at + 1], `${number}, right`).toEqual([]);
    }
  });

  test('1: without the signal, the work of a result that was left goes on', async () => {
    const { wrong, right } = formsOf(1);
    const logOf = async (code: string) => {
      const service = new Service();
      await heard(run(code, { ids$: of(1), load: service.load }), 5);
      await vi.advanceTimersByTimeAsync(100);
      return service.log;
    };
    expect(await logOf(wrong)).toEqual(['start 1', 'answer 1']);
    expect(await logOf(right)).toEqual(['start 1', 'abort 1']);
  });

  test('2: without a time limit, one that never answers holds up what follows', async () => {
    const { wrong, right } = formsOf(2);
    const world = () => ({ ids$: of(1, 2, 3), load: new Service((id) => (id === 2 ? Infinity : 10)).load });
    expect(await heard(run(wrong, world()))).toEqual([1]);
    expect(await heard(run(right, world()))).toEqual([1, 3, '|']);
  });

  test('3: without a limit, everything is started at once', async () => {
    const { wrong, right } = formsOf(3);
    const peakOf = async (code: string) => {
      const service = new Service();
      expect(await heard(run(code, { ids$: from(upTo(1000)), load: service.load }))).toEqual([...upTo(1000), '|']);
      return service.peak;
    };
    expect(await peakOf(wrong)).toBe(1000);
    expect(await peakOf(right)).toBe(8);
  });

  test('4: without a key, a cancellation overtakes its order', async () => {
    const { wrong, right } = formsOf(4);
    const actions = ['a', 'b'].flatMap((order) => [
      { order, kind: 'place', ms: 20 },
      { order, kind: 'cancel', ms: 5 },
    ]);
    const bookOf = async (code: string) => {
      const booked: string[] = [];
      const book = async (action: (typeof actions)[number]) => {
        await new Promise((resolve) => setTimeout(resolve, action.ms));
        booked.push(`${action.kind} ${action.order}`);
        return action;
      };
      expect(await heard(run(code, { actions$: from(actions), book }))).toEqual([...actions, '|']);
      return booked;
    };
    expect(await bookOf(wrong)).toEqual(['cancel a', 'cancel b', 'place a', 'place b']);
    expect(await bookOf(right)).toEqual(['place a', 'place b', 'cancel a', 'cancel b']);
  });

  test('5: rxjs’s retry emits again what has come out', async () => {
    const { wrong, right } = formsOf(5);
    const world = () => ({
      ids$: of(1, 2, 3),
      load: new Service(undefined, (id, call) => id === 2 && call === 1).load,
    });
    expect(await heard(run(wrong, world()))).toEqual([1, 1, 2, 3, '|']);
    expect(await heard(run(right, world()))).toEqual([1, 2, 3, '|']);
  });

  test('6: rxjs’s catchError comes when the result has ended', async () => {
    const { wrong, right } = formsOf(6);
    const world = () => ({ ids$: of(1, 2, 3), load: new Service(undefined, (id) => id === 2).load });
    expect(await heard(run(wrong, world()))).toEqual([1, '|']);
    expect(await heard(run(right, world()))).toEqual([1, 3, '|']);
  });

  test('7: promises that have been started are under no limit', async () => {
    const { wrong, right } = formsOf(7);
    const peakOf = async (code: string) => {
      const service = new Service();
      expect(await heard(run(code, { ids: upTo(100), load: service.load }))).toEqual([...upTo(100), '|']);
      return service.peak;
    };
    expect(await peakOf(wrong)).toBe(100);
    expect(await peakOf(right)).toBe(8);
  });

  test('8: an async generator awaits its promises', async () => {
    const { wrong, right } = formsOf(8);
    const service = new Service();
    const world = () => ({ ids: upTo(20), load: service.load });
    expect(await heard(run(wrong, world()))).toEqual([expect.stringContaining('has already awaited the promises')]);
    expect(service.peak).toBe(1);
    expect(await heard(run(right, world()))).toEqual([...upTo(20), '|']);
    expect(service.peak).toBe(8);
  });

  test('9: a stream that is opened once cannot be read twice, and is not closed', async () => {
    const { wrong, right } = formsOf(9);
    const opened = { count: 0 };
    const readRows = async function* () {
      yield* [1, 2];
    };
    const world = () => ({ readRows: () => (opened.count++, readRows()), load: new Service().load });
    const once = run(wrong, world());
    expect(opened.count).toBe(1);
    expect(await heard(once)).toEqual([1, 2, '|']);
    expect(await heard(once)).toEqual([expect.stringContaining('not to have been read by another subscription')]);
    const anew = run(right, world());
    expect(opened.count).toBe(1);
    expect(await heard(anew)).toEqual([1, 2, '|']);
    expect(await heard(anew)).toEqual([1, 2, '|']);
    expect(opened.count).toBe(3);
  });

  test('10: a limit that is made for each call limits each call', async () => {
    const { wrong, right } = formsOf(10);
    const peakOf = async (code: string) => {
      const service = new Service();
      const rowsOf = run(code, { load: service.load }) as (list: number[]) => Observable<unknown>;
      const both = [1, 2].map(() => lastValueFrom(rowsOf(upTo(20)).pipe(toArray())));
      await vi.advanceTimersByTimeAsync(10_000);
      for (const rows of await Promise.all(both)) expect(rows).toHaveLength(20);
      return service.peak;
    };
    expect(await peakOf(wrong)).toBe(12);
    expect(await peakOf(right)).toBe(6);
  });
});

const literally = (text: string) => new RegExp(text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
