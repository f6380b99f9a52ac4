// The page of error messages: every message that the sources make is on it, and each that is on it comes from a program.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { EMPTY, isObservable, lastValueFrom, NEVER, type Observable, of, throwError, toArray } from 'rxjs';
import ts from 'typescript';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import {
  adaptiveLimit,
  concatAllEager,
  concatEager,
  concatMapEager,
  concatMapEagerFrom,
  sharedLimit,
} from '../../src/index.js';
import { type MarbleSpec, readMarbleFile, readMarbles, runMarble } from '../../src/testing/index.js';

const page = readFileSync(new URL('../../docs/reference/errors.md', import.meta.url), 'utf8');

/** The messages of the page: a line each, but the one of two lines. */
const messages = [...page.matchAll(/^```txt\n([^]*?)\n```$/gm)]
  .flatMap(([, block]) => (block!.includes('\ndiffers') ? [block!] : block!.split('\n')))
  .sort();

const HOLE = '…';

/** Whether a text has the form of a message in which `…` stands for what differs. */
function fits(form: string, text: string): boolean {
  const parts = form.split(HOLE).map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(text);
}

/** What an untyped caller may pass. */
const untyped = (value: unknown) => value as never;

const mapped = (config: unknown) => of(1).pipe(concatMapEager((value) => of(value), untyped(config)));
const read = (config: unknown) => concatMapEagerFrom([1], (value) => of(value), untyped(config));
const inner = (value: unknown, config: object = {}) => of(1).pipe(concatMapEager(() => untyped(value), config));
const noInner = () => EMPTY;
const failing = () => throwError(() => new Error('boom'));
const block = (...lines: string[]) =>
  readMarbles(`## A title\n\n\`\`\`marble\n${lines.join('\n')}\n\`\`\`\n`, 'page.md')[0]!;
const lines = ['source  a|', 'a       b|', '> concatMapEager', 'result  b|'];
const operators = {
  concatMapEager: ({ project }: { project: (value: unknown) => Observable<never> }) => concatMapEager(project),
};
const once = [1].values();

const INPUT =
  'an ObservableInput (an Observable, promise, array, iterable, async iterable or ReadableStream) for item …';
const READABLE = 'to be an array, an iterable, an async iterable, or a function that returns one, got …';
const count = (name: string, lowest: number) =>
  `Expected \`${name}\` to be an integer from ${lowest} and up or \`Infinity\``;

/** A program for each message: it throws it, or gives a result that fails with it. */
const programs: Record<string, () => unknown> = {
  'Expected `project` to be a function, got …': () => of(1).pipe(concatMapEager(untyped(Promise.resolve()))),
  [`Expected \`inputs\` ${READABLE}`]: () => concatEager(untyped(EMPTY)),
  [`Expected \`values\` ${READABLE}`]: () => concatMapEagerFrom(untyped(EMPTY), noInner),
  'Expected `config` to be a number, an Observable of numbers, a ConcurrencyLimit or an object of options, got …': () =>
    mapped('8'),
  'Expected `config` to be an object of options, got …': () => adaptiveLimit(untyped(8)),
  'Unknown option `…` in `…`. Did you mean `…`?': () => mapped({ concurrency: 8 }),
  'Unknown option `…` in `…`. Expected …': () => mapped({ timeout: { total: 1, xyz: 8 } }),

  [`${count('concurrent', 1)}, got …`]: () => mapped(0),
  [`${count('concurrent', 1)}, an Observable of numbers, or a ConcurrencyLimit, got …`]: () =>
    mapped({ concurrent: '8' }),
  [`${count('reorderWindow', 1)}, got …`]: () => mapped({ reorderWindow: 0 }),
  [`${count('concurrentPerKey', 1)}, got …`]: () => mapped({ key: Number, concurrentPerKey: 0 }),
  [`${count('maxParked', 1)}, got …`]: () => mapped({ maxParked: 0 }),
  [`${count('maxWaiting', 0)}, got …`]: () => mapped({ maxWaiting: -1 }),
  [`${count('readAhead', 0)}, got …`]: () => read({ readAhead: -1 }),
  [`${count('retry', 0)}, got …`]: () => mapped({ retry: -1 }),
  [`${count('retry.count', 0)}, got …`]: () => mapped({ retry: { count: -1 } }),
  [`${count('limit', 1)}, got …`]: () => sharedLimit(0),
  [`${count('limit', 1)}, or an Observable of numbers, got …`]: () => sharedLimit(untyped('8')),
  'Expected `min` to be an integer from …, got …': () => adaptiveLimit({ min: 0 }),
  'Expected `max` to be an integer from …, got …': () => adaptiveLimit({ min: 2, max: 1 }),
  'Expected `initial` to be an integer from …, got …': () => adaptiveLimit({ max: 8, initial: 9 }),
  'Expected `timeout` to be a number of milliseconds above 0, got …': () => mapped({ timeout: 0 }),
  'Expected `timeout.…` to be a number of milliseconds above 0, got …': () => mapped({ timeout: { first: 0 } }),
  'Expected `timeout` to be a number of milliseconds or an object of limits, got …': () =>
    mapped({ timeout: new Date() }),
  'Expected `timeout` to be a number, or an object with `first`, `each`, `total` or `blocking`, got …': () =>
    mapped({ timeout: {} }),
  'Expected `retry` to be a number of retries or an object of options, got …': () => mapped({ retry: [] }),
  'Expected `retry.delay` to be a function or a finite number of milliseconds from 0 and up, got …': () =>
    mapped({ retry: { delay: Infinity } }),
  'Expected `retry.resetOnSuccess` to be a boolean, got …': () => mapped({ retry: { resetOnSuccess: 1 } }),

  'Expected `key` to be a function, got …': () => mapped({ key: 'id' }),
  'Expected `monitor` to be a function, got …': () => mapped({ monitor: console }),
  'Expected `isOverload` to be a function, got …': () => adaptiveLimit({ isOverload: untyped(429) }),
  'Expected `atomic` to be a boolean, got …': () => mapped({ atomic: 1 }),
  "Expected `order` to be `'source'` or `'key'`, got …": () => mapped({ order: 'keys' }),
  "Expected `overflow` to be `'error'`, `'drop-oldest'` or `'drop-newest'`, got …": () => mapped({ overflow: 'drop' }),
  "Expected `onError` to be `'in-order'`, `'immediate'`, `'at-end'` or `'skip'`, or a function, got …": () =>
    mapped({ onError: 'ignore' }),
  'Expected `signal` to be an AbortSignal, got …': () => mapped({ signal: new AbortController() }),
  'Expected `scheduler` to be a scheduler, with the methods `schedule` and `now`, got …': () =>
    mapped({ scheduler: {} }),
  'Expected `until` to be an Observable, or what `from` makes one of, got …': () => read({ until: 8 }),

  'Expected `concurrentPerKey` to be given together with `key` only, got …': () => mapped({ concurrentPerKey: 2 }),
  "Expected `order` to be `'source'`, where there is no `key`, got …": () => mapped({ order: 'key' }),
  'Expected `overflow` to be given together with `maxWaiting` only, got …': () => mapped({ overflow: 'drop-oldest' }),
  'Expected `maxParked` to be `Infinity` where items are `atomic`, which are kept whole, got …': () =>
    mapped({ atomic: true, maxParked: 8 }),
  'Expected `maxWaiting` to be given only where values are pushed: those that are read wait as `readAhead` says, got …':
    () => read({ maxWaiting: 8 }),
  'Expected `overflow` to be given only where values are pushed: those that are read wait as `readAhead` says, got …':
    () => read({ overflow: 'error' }),
  'Expected `readAhead` to be given only where values are read, by `concatEager` or `concatMapEagerFrom`, got …': () =>
    mapped({ readAhead: 8 }),
  "Expected `until` to be given only where values are read, by `concatEager` or `concatMapEagerFrom`. To end a source that pushes, use rxjs's `takeUntil` before the operator, got …":
    () => mapped({ until: NEVER }),

  [`Expected \`project\` to return ${INPUT}, got …`]: () => inner(undefined),
  [`Expected the source to emit ${INPUT}, got …. Use \`concatMapEager(…)\` to make one of it`]: () =>
    of(8 as unknown as Observable<number>).pipe(concatAllEager()),
  [`Expected \`inputs\` to hold ${INPUT}, got …. Use \`concatMapEager\` to make one of each value`]: () =>
    concatEager([untyped(8)]),
  [`Expected \`inputs\` to hold ${INPUT}, got …. Call the function, for example at a \`yield\` of a generator`]: () =>
    concatEager([untyped(async () => 8)]),
  [`Expected \`inputs\` to hold ${INPUT}, got …. An async iterable has already awaited the promises in it: if this is the result of one, yield promises from a \`function*\`, yield Observables, or use \`concatMapEager\` to make one of each value`]:
    () =>
      concatEager(
        untyped(
          (async function* () {
            yield await Promise.resolve(8);
          })(),
        ),
      ),
  [`Expected \`retry.delay\` to return ${INPUT}, got …`]: () =>
    inner(failing(), { retry: { delay: () => untyped(8) } }),
  [`Expected \`onError\` to return ${INPUT}, or \`EMPTY\` to skip the item, got …`]: () =>
    inner(failing(), { onError: () => untyped(undefined) }),

  'Item … exceeded its time limit: `…` is … ms': () => inner(NEVER, { timeout: 1 }),
  'Expected `key` to return the key itself, got a promise: it would be another key for each value': () =>
    mapped({ key: async () => 8 }),
  'Expected a new iterator or stream for each attempt and fallback of item …, got one that has been read: make it in `project`, or give an Observable that makes it, for example by `defer`':
    () => {
      const values = (function* () {
        yield 1;
        throw new Error('boom');
      })();
      return inner(values, { retry: 1 });
    },

  'Expected the source to be an Observable, got …': () => concatMapEager(noInner)(untyped(8)),
  'Expected no more than `maxWaiting` values to wait, …, got one more, with the index …: the source is faster than the work. Raise `concurrent` or `maxWaiting`, or set `overflow` to drop values':
    () => of(1, 2, 3).pipe(concatMapEager(() => NEVER, { concurrent: 1, maxWaiting: 1, onError: 'immediate' })),
  'Expected the function that is given for `…` to return an array, an iterable, an async iterable or a ReadableStream, or a promise of one, got …':
    () => concatEager(() => untyped(8)),
  'Expected `…` not to have been read by another subscription, got an iterator or a stream that has: give an array, or a function that returns a new one for each subscription':
    () => {
      concatMapEagerFrom(once, noInner).subscribe();
      return concatMapEagerFrom(once, noInner);
    },
  'Expected `next()` of an iterator to return an object, `{ done, value }`, got …': () =>
    concatEager({ [Symbol.iterator]: () => ({ next: () => untyped(8) }) }),
  [`${count('concurrent', 0)}, got …`]: () => mapped(of(-1)),
  'Expected `concurrent` to emit a number before it completes': () => mapped(EMPTY),
  'Expected `concurrent` to complete with a number above 0 while something waits, got 0': () => mapped(of(0)),

  '… failures, in source order': () => of(1, 2).pipe(concatMapEager(failing, { onError: 'at-end' })),

  '…:…:…: expected …, got …': () => block('source  a)'),
  '…:…: …\ndiffers: …\n\nexpected\n\n…\n\nactual\n\n…': () =>
    runMarble(block(...lines.slice(0, 3), 'result  -b|'), operators),
  '…:…: …: expected one of …, got …': () => runMarble(block(...lines), {}),
  '…:…: …: expected one of the fixtures (…), got $…': () =>
    runMarble(block('source  a|', 'a       b|', '> concatMapEager $none', 'result  b|'), operators),
  '…:…: …: expected the entry … to return an operator or an Observable, got …': () =>
    runMarble(block(...lines), { concatMapEager: untyped(() => 8) }),
  '…:…: …: expected an operator that works on a source, got …': () =>
    runMarble(block(...lines), { concatMapEager: () => of(8) }),
  '…:…: …: expected an operator that makes an Observable of the inputs, got …': () =>
    runMarble(block('inputs  a|', 'a       b|', '> concatMapEager', 'result  b|'), operators),
  '…:…: …: A block has at least one operator': () => {
    const spec: MarbleSpec = { ...block('inputs  a|', 'a       b|', '> concatMapEager', 'result  b|'), operators: [] };
    runMarble(spec, operators);
  },
  '…:…: …: expected a row "keys", since keys are asked for, got none': () =>
    runMarble(block(...lines), {
      concatMapEager: ({ project, key }) => {
        key('a', 0);
        return concatMapEager(project);
      },
    }),
  'expected a row "concurrent", since limits are asked for, got none': () => {
    let failure: unknown;
    const keep = (error: unknown) => (failure = error);
    try {
      runMarble(block(...lines), {
        concatMapEager: ({ project, concurrent }) => {
          concurrent.subscribe({ error: keep });
          return concatMapEager(project, concurrent);
        },
      });
    } catch (error) {
      // It is the error of the result.
      expect((error as Error).message).toContain((failure as Error).message);
    }
    throw failure;
  },
  '…:…: …: expected a value of the first row, which has a key, got …': () =>
    runMarble(block('source  a|', 'keys    A', ...lines.slice(1)), {
      concatMapEager: ({ project, key }) => {
        key('z', 7);
        return concatMapEager(project);
      },
    }),
  '…:…: …: expected … while the block runs': () =>
    runMarble(block('source  a|', 'keys    A', ...lines.slice(1)), operators, ({ key }) => ({ early: key('a', 0) })),
  '…:…: …: expected the rows "hot" to show one source, got … and … at … ms': () =>
    runMarble(block('hot     ab|', 'hot     cb|', '> concatMapEager', 'result  b|'), operators),
  '…:…: …: expected different values for … and …, got … twice': () =>
    runMarble(
      block('source  ab|', 'a       c|', 'b        c|', '> concatMapEager', 'result  cc|', 'where   a: 1, b: 1'),
      operators,
    ),
  'expected Node.js 20.16 or later, Deno or Bun to read a file, got …: get the text and call readMarbles': () => {
    const spy = vi.spyOn(process, 'getBuiltinModule').mockReturnValue(untyped(undefined));
    try {
      readMarbleFile('page.md');
    } finally {
      spy.mockRestore();
    }
  },
};

async function errorOf(program: () => unknown): Promise<unknown> {
  try {
    const result = program();
    if (isObservable(result)) await lastValueFrom(result.pipe(toArray()));
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('docs/reference/errors.md', () => {
  test('has a program here for each message, and no other', () => {
    expect(Object.keys(programs).sort()).toEqual(messages);
  });

  test.each(Object.entries(programs))('%s', async (message, program) => {
    const error = await errorOf(program);
    expect(error).toBeInstanceOf(Error);
    const { message: came } = error as Error;
    if (!fits(message, came)) expect(came).toMatch(message);
  });

  describe('and the sources', () => {
    let made: { form: string; at: string }[];
    beforeAll(() => {
      made = formsOf(sources());
    });

    test('every message that they make is on the page', () => {
      expect(made.length).toBeGreaterThan(50);
      const missing = made.filter(({ form }) => !messages.some((message) => isOf(form, message)));
      expect(missing).toEqual([]);
    });

    test('every message of the page is made by them', () => {
      expect(messages.filter((message) => !made.some(({ form }) => isOf(form, message)))).toEqual([]);
    });
  });
});

/** A message of `runMarble` has what a row says behind the place. */
const isOf = (form: string, message: string) => fits(form, message) || fits(`…:…: …: ${form}`, message);

function sources(): string[] {
  const src = fileURLToPath(new URL('../../src/', import.meta.url));
  return readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => src + name);
}

/** The functions that make a message of what they are given: its form, with the numbers of their arguments. */
const makers: Readonly<Record<string, (arg: (index: number) => string) => string[]>> = {
  check: (arg) => [`Expected \`${arg(1)}\` to be ${arg(2)}, got …`],
  checkNumber: (arg) => [`Expected \`${arg(0)}\` to be ${arg(1)}, got …`],
  checkCount: (arg) => [
    `Expected \`${arg(0)}\` to be an integer from ${arg(1)} and up or \`Infinity\`, got …`,
    ...(arg(3) === ''
      ? []
      : [`Expected \`${arg(0)}\` to be an integer from ${arg(1)} and up or \`Infinity\`${arg(3)}, got …`]),
  ],
  checkInteger: (arg) => [`Expected \`${arg(0)}\` to be an integer from …, got …`],
  readOptions: (arg) => [`Expected \`${arg(0)}\` to be ${arg(2)}, got …`],
  notObservableInput: (arg) => [`Expected ${arg(1)} ${INPUT}…, got …${arg(3)}`],
};

/** The forms of all messages that files make, and where. */
function formsOf(files: string[]): { form: string; at: string }[] {
  const program = ts.createProgram(files, {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    strict: true,
    types: [],
  });
  const checker = program.getTypeChecker();
  const forms: { form: string; at: string }[] = [];

  function visit(node: ts.Node, file: ts.SourceFile): void {
    // What a maker is given, its callers know.
    if (ts.isFunctionDeclaration(node) && node.name !== undefined && node.name.text in makers)
      return visitHint(node, file);
    const found = formsIn(node);
    const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
    for (const form of found) forms.push({ form: form.trim(), at: `${file.fileName}:${line + 1}` });
    ts.forEachChild(node, (child) => visit(child, file));
  }

  /** Of the makers, only the errors that say more than they are given. */
  function visitHint(node: ts.Node, file: ts.SourceFile): void {
    if (ts.isNewExpression(node)) {
      const form = textOf(node.arguments?.[0]);
      if (form.startsWith('Unknown option')) forms.push({ form, at: file.fileName });
    }
    ts.forEachChild(node, (child) => visitHint(child, file));
  }

  function formsIn(node: ts.Node): string[] {
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text in makers) {
      const arg = (index: number) => (node.arguments[index] === undefined ? '' : textOf(node.arguments[index]));
      return makers[node.expression.text]!(arg);
    }
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.SuperKeyword) {
      const { parent } = enclosingClass(node);
      return parent.includes('Error') ? [textOf(node.arguments[0])] : [];
    }
    if (ts.isNewExpression(node) && ts.isIdentifier(node.expression)) {
      const { text: name } = node.expression;
      const [first, second] = node.arguments ?? [];
      // The message of these is made in their class, and of this by rxjs.
      if (['MarbleSyntaxError', 'OverflowError', 'UnsubscriptionError'].includes(name)) return [];
      if (name === 'AggregateError') return [textOf(second)];
      if (name === 'MarbleMismatch' || name === 'TypeError' || name === 'RangeError' || name === 'Error') {
        return [textOf(first)];
      }
    }
    // A message that is given to an error afterwards.
    if (
      ts.isBinaryExpression(node) &&
      node.operatorToken.kind === ts.SyntaxKind.EqualsToken &&
      ts.isPropertyAccessExpression(node.left) &&
      node.left.name.text === 'message'
    ) {
      return [textOf(node.right)];
    }
    return [];
  }

  /** A text, with `…` for what is not known before it runs. */
  function textOf(node: ts.Expression | undefined): string {
    if (node === undefined) return HOLE;
    if (ts.isStringLiteralLike(node) || ts.isNumericLiteral(node)) return node.text;
    if (ts.isTemplateExpression(node)) {
      return node.head.text + node.templateSpans.map((span) => textOf(span.expression) + span.literal.text).join('');
    }
    if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
      return textOf(node.left) + textOf(node.right);
    }
    if (ts.isIdentifier(node)) {
      const declaration = checker.getSymbolAtLocation(node)?.valueDeclaration;
      const isConst =
        declaration !== undefined &&
        ts.isVariableDeclaration(declaration) &&
        (ts.getCombinedNodeFlags(declaration) & ts.NodeFlags.Const) !== 0;
      if (isConst && declaration.initializer !== undefined) return textOf(declaration.initializer);
    }
    return HOLE;
  }

  for (const file of program.getSourceFiles()) if (files.includes(file.fileName)) visit(file, file);
  // Nothing is known of a message that is passed on whole; it is made elsewhere.
  return forms.filter(({ form }) => form !== HOLE);
}

function enclosingClass(node: ts.Node): { parent: string } {
  for (let at = node; ; at = at.parent) {
    if (ts.isClassDeclaration(at)) return { parent: at.heritageClauses?.[0]?.types[0]?.expression.getText() ?? '' };
  }
}
