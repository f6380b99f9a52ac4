import { lastValueFrom, of, type Observable, type OperatorFunction } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { concatAllEager, concatEager, concatMapEager } from '../../src/index.js';
import { thrownBy } from '../support/record.js';

const kinds = 'an ObservableInput (an Observable, promise, array, iterable, async iterable or ReadableStream)';
const fetchRow = () => Promise.resolve('row');
async function* awaitedObjects() {
  yield Promise.resolve({ id: 1 });
}
async function* functions() {
  yield fetchRow;
}

/** [what is called, the message of the error that the result ends with] */
const mistakes: [name: string, result: () => Observable<unknown>, message: string][] = [
  [
    'concatMapEager with a project that returns a value',
    () => of('a').pipe(concatMapEager((() => 1) as never)),
    `Expected \`project\` to return ${kinds} for item 0, got \`1\` (number)`,
  ],
  [
    'concatMapEager with a fallback that returns a value',
    () => of('a').pipe(concatMapEager(() => Promise.reject(new Error('boom')), { onError: (() => 1) as never })),
    `Expected \`onError\` to return ${kinds} for item 0, or \`EMPTY\` to skip the item, got \`1\` (number)`,
  ],
  [
    'concatAllEager of values',
    () => of([], {}).pipe(concatAllEager() as OperatorFunction<unknown, unknown>),
    `Expected the source to emit ${kinds} for item 1, got \`[object Object]\` (object). Use \`concatMapEager(project)\` to make one of it`,
  ],
  [
    'concatAllEager of functions',
    () => of(fetchRow).pipe(concatAllEager() as OperatorFunction<unknown, unknown>),
    `Expected the source to emit ${kinds} for item 0, got \`function fetchRow\` (function). Use \`concatMapEager((start) => start())\` to make one of it`,
  ],
  [
    'concatEager of values',
    () => concatEager([[], 1] as never),
    `Expected \`inputs\` to hold ${kinds} for item 1, got \`1\` (number). Use \`concatMapEager\` to make one of each value`,
  ],
  [
    'concatEager of functions',
    () => concatEager([fetchRow] as never),
    `Expected \`inputs\` to hold ${kinds} for item 0, got \`function fetchRow\` (function). Call the function, for example at a \`yield\` of a generator`,
  ],
  [
    'concatEager of an async generator that yields promises',
    () => concatEager(awaitedObjects() as never),
    `Expected \`inputs\` to hold ${kinds} for item 0, got \`[object Object]\` (object). An async iterable has already awaited the promises in it: ` +
      'if this is the result of one, yield promises from a `function*`, yield Observables, or use `concatMapEager` to make one of each value',
  ],
  [
    'concatEager of a function that returns such a generator',
    () => concatEager(awaitedObjects as never),
    `Expected \`inputs\` to hold ${kinds} for item 0, got \`[object Object]\` (object). An async iterable has already awaited the promises in it: ` +
      'if this is the result of one, yield promises from a `function*`, yield Observables, or use `concatMapEager` to make one of each value',
  ],
  [
    'concatEager of an async generator that yields functions',
    () => concatEager(functions() as never),
    `Expected \`inputs\` to hold ${kinds} for item 0, got \`function fetchRow\` (function). Call the function, for example at a \`yield\` of a generator`,
  ],
  [
    'concatEager of a stream of values',
    () =>
      concatEager(
        new ReadableStream({
          start: (controller) => {
            controller.enqueue(1);
          },
        }) as never,
      ),
    `Expected \`inputs\` to hold ${kinds} for item 0, got \`1\` (number). Use \`concatMapEager\` to make one of each value`,
  ],
];

describe('anything that is not an ObservableInput', () => {
  test.each(mistakes)('is told in the words of the function that was called: %s', async (_, result, message) => {
    const error = await lastValueFrom(result(), { defaultValue: undefined }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toBe(message);
  });

  test('may be told with functions that only concatMapEager calls', async () => {
    const starts = of(fetchRow, fetchRow);
    expect(await lastValueFrom(starts.pipe(concatMapEager((start) => start())))).toBe('row');
  });
});

describe('inputs that cannot be read', () => {
  const rule = 'Expected `inputs` to be an array, an iterable, an async iterable, or a function that returns one, got ';
  const several =
    '. Put inputs into one array, `concatEager([a, b])`, or use `concatAllEager` for an Observable that emits them';
  test.each([
    ['one Observable', [of(of(1))], `${rule}\`[object Object]\` (object)${several}`],
    ['several Observables', [of(1), of(2)], `${rule}\`[object Object]\` (object)${several}`],
    ['several promises', [Promise.resolve(1), Promise.resolve(2)], `${rule}\`[object Promise]\` (object)${several}`],
    ['a number', [5], `${rule}\`5\` (number)`],
    ['an object', [{}], `${rule}\`[object Object]\` (object)`],
    ['nothing', [], `${rule}\`undefined\` (undefined)`],
  ])('are told with what to do: %s', (_, given, message) => {
    const error = thrownBy(() => (concatEager as (...given: unknown[]) => unknown)(...given));
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toBe(message);
  });
});
