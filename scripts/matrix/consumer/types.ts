// What a typed program may rely on: what is inferred, and what must not compile. Were the package's types lost, which makes
// everything `any`, each of these lines would be an error. It is written for the oldest TypeScript and the oldest rxjs.
import { EMPTY, of, type Observable, type OperatorFunction } from 'rxjs';
import {
  adaptiveLimit,
  type AdaptiveLimitConfig,
  concatAllEager,
  concatEager,
  concatMapEager,
  type ConcatMapEagerConfig,
  concatMapEagerFrom,
  type Concurrency,
  type ConcurrencyLimit,
  type FailedItem,
  type ItemContext,
  type ItemOutcome,
  type ItemTimeout,
  type IterableObservable,
  type LimitName,
  type MonitorEvent,
  type OnErrorPolicy,
  OverflowError,
  type OverflowPolicy,
  type RetryConfig,
  sharedLimit,
  type TimeoutMeta,
} from 'rxjs-concat-map-eager';
import {
  checkRun,
  drawMarble,
  type MarbleContext,
  type MarbleError,
  MarbleFixture,
  type MarbleFixtures,
  type MarbleMark,
  MarbleMismatch,
  type MarbleOperators,
  type MarblePicture,
  type MarblePlace,
  type MarbleRow,
  type MarbleSpec,
  type MarbleStage,
  type MarbleStep,
  MarbleSyntaxError,
  type MarbleValue,
  printMarble,
  readMarbleFile,
  readMarbles,
  RUN_RULES,
  type RunConfig,
  type RunMistake,
  runMarble,
} from 'rxjs-concat-map-eager/testing';

// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- Only so can `any` be told from others.
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
declare function is<Expected>(): {
  inferredFrom<Actual>(actual: Actual, isSame: Same<Actual, Expected>): void;
};

const numbers = of(1, 2, 3);
async function* letters() {
  yield 'a';
}

is<Observable<string>>().inferredFrom(numbers.pipe(concatMapEager((n) => of(n.toFixed()))), true);
is<Observable<string>>().inferredFrom(numbers.pipe(concatMapEager(async (n) => n.toFixed(), 3)), true);
is<Observable<string>>().inferredFrom(numbers.pipe(concatMapEager(letters)), true);
is<Observable<number | boolean>>().inferredFrom(numbers.pipe(concatMapEager((n) => (n > 1 ? of(n) : [true]))), true);
is<Observable<number>>().inferredFrom(numbers.pipe(concatMapEager((n) => of(n), { timeout: { total: 5 } })), true);
is<Observable<number | string>>().inferredFrom(
  numbers.pipe(concatMapEager((n) => of(n), { onError: (_, { value }) => (value > 1 ? of('late') : EMPTY) })),
  true,
);
is<Observable<number>>().inferredFrom(of([1], [2]).pipe(concatAllEager({ retry: { count: 2, delay: 5 } })), true);
is<IterableObservable<number | string>>().inferredFrom(
  concatEager([of(1), Promise.resolve('a')], { concurrent: 2 }),
  true,
);
is<MarbleSpec[]>().inferredFrom(readMarbles('', 'page.md'), true);

const declared: OperatorFunction<number, string> = concatMapEager((n) => of(n.toFixed()));
const config: ConcatMapEagerConfig<number, string> = { onError: 'skip', monitor: ({ index }) => index.toFixed() };
is<Observable<string>>().inferredFrom(numbers.pipe(declared), true);
numbers.pipe(
  concatMapEager((value, index, { signal, attempt }) => {
    is<number>().inferredFrom(value, true);
    is<number>().inferredFrom(index + attempt, true);
    is<AbortSignal>().inferredFrom(signal, true);
    return of(value);
  }, config),
);

// A configuration that several streams share leaves the value to be typed by the source.
const shared: ConcatMapEagerConfig<unknown> = { concurrent: 8, onError: 'skip', monitor: ({ value }) => value };
is<Observable<string>>().inferredFrom(numbers.pipe(concatMapEager((n) => of(n.toFixed()), shared)), true);
is<Observable<string>>().inferredFrom(
  numbers.pipe(concatMapEager((n) => of(n.toFixed()), { ...shared, concurrent: 2 })),
  true,
);
is<Observable<string | number>>().inferredFrom(
  numbers.pipe(
    concatMapEager((n) => of(n.toFixed()), {
      ...shared,
      onError: (_, item) => {
        is<number>().inferredFrom(item.value, true);
        return [item.index];
      },
    }),
  ),
  true,
);
is<Observable<number>>().inferredFrom(of([1], [2]).pipe(concatAllEager(shared)), true);
is<IterableObservable<number | string>>().inferredFrom(concatEager([of(1), Promise.resolve('a')], shared), true);
const maybe: { ms?: number; times?: number } = {};
numbers.pipe(concatMapEager((n) => of(n), { retry: { count: maybe.times, delay: maybe.ms } }));
export const byItself = concatMapEager((value: number, _, { attempt }) => of(value, attempt), config);

// Values that are read, and a consumer that asks.
const read = concatMapEagerFrom(letters(), (letter, index, { signal }) => {
  is<string>().inferredFrom(letter, true);
  return signal.aborted ? EMPTY : of(index);
});
is<IterableObservable<number>>().inferredFrom(read, true);
is<IterableObservable<number>>().inferredFrom(
  concatMapEagerFrom([1, 2], (n) => Promise.resolve(n), 3),
  true,
);
is<IterableObservable<string>>().inferredFrom(
  concatMapEagerFrom(new Set([1]), (n) => of(n.toFixed())),
  true,
);
is<IterableObservable<string>>().inferredFrom(
  concatMapEagerFrom(
    ({ signal }) => (signal.aborted ? [1] : [2, 3]),
    (n) => of(n.toFixed()),
    { readAhead: 2, until: of(1), maxParked: 8, signal: new AbortController().signal },
  ),
  true,
);
is<IterableObservable<string | boolean>>().inferredFrom(
  concatMapEagerFrom(
    async () => letters(),
    (letter) => of(letter),
    { onError: (_, { value }) => [value === 'a'] },
  ),
  true,
);
export async function ask(): Promise<AsyncIterableIterator<number>> {
  for await (const n of read) is<number>().inferredFrom(n, true);
  const iterator = read[Symbol.asyncIterator]();
  is<IteratorResult<number, unknown>>().inferredFrom((await iterator.next()) as IteratorResult<number, unknown>, true);
  return iterator;
}

// Keys, limits and bounds.
const shared6: ConcurrencyLimit = sharedLimit(6);
is<ConcurrencyLimit>().inferredFrom(sharedLimit(of(1, 2)), true);
is<number>().inferredFrom(shared6.current, true);
is<Observable<number>>().inferredFrom(shared6.changes, true);
const adaptive: AdaptiveLimitConfig = {
  min: 2,
  max: 50,
  initial: 4,
  isOverload: (error) => error instanceof RangeError,
};
is<ConcurrencyLimit>().inferredFrom(adaptiveLimit(adaptive), true);
const concurrencies: readonly Concurrency[] = [3, of(1, 2), shared6, adaptiveLimit()];
for (const concurrent of concurrencies) {
  is<Observable<string>>().inferredFrom(
    numbers.pipe(concatMapEager((n) => of(n.toFixed()), { concurrent, key: (n) => n % 2, order: 'key' })),
    true,
  );
}
is<Observable<string>>().inferredFrom(numbers.pipe(concatMapEager((n) => of(n.toFixed()), shared6)), true);
is<Observable<string>>().inferredFrom(numbers.pipe(concatMapEager((n) => of(n.toFixed()), of(3))), true);
const overflow: OverflowPolicy = 'drop-oldest';
const policy: OnErrorPolicy = 'at-end';
const timeout: ItemTimeout = { first: 1, each: 2, total: 3, blocking: 4 };
const retry: RetryConfig = { count: 2, delay: (error, count) => of(error, count), resetOnSuccess: true };
numbers.pipe(
  concatMapEager((n) => of(n), {
    maxWaiting: 3,
    overflow,
    onError: policy,
    timeout,
    retry,
    concurrentPerKey: 2,
    key: String,
  }),
);
export const overflowName: 'OverflowError' = new OverflowError(3, 4).name;
is<number>().inferredFrom(new OverflowError(3, 4).maxWaiting, true);

// What is handed to functions of the user.
const project = (n: number, _: number, { attempt }: ItemContext) => of(n + attempt);
const instead = (_: unknown, { value, key, emitted }: FailedItem<number>) => of(key === undefined ? value : emitted);
const events: MonitorEvent<number>[] = [];
const hear = (event: MonitorEvent<number>): string | undefined => {
  events.push(event);
  if (event.type !== 'ended') return undefined;
  is<ItemOutcome>().inferredFrom(event.outcome, true);
  return event.outcome === 'dropped' ? event.type : undefined;
};
is<Observable<number>>().inferredFrom(numbers.pipe(concatMapEager(project, { onError: instead, monitor: hear })), true);
export const limitOf = ({ value, index, limit }: TimeoutMeta<number>): [LimitName, number] => [limit, value + index];

// What tests import.
const runs: RunConfig = { concurrent: 2, retry: 1 };
is<RunMistake[]>().inferredFrom(checkRun(events, runs), true);
is<RunMistake[]>().inferredFrom(checkRun(events, shared6), true);
is<readonly string[]>().inferredFrom(RUN_RULES, true);
const operators: MarbleOperators = {
  concatMapEager: ({ project: marbles, config: given }: MarbleContext) => concatMapEager(marbles, given),
};
const fixtures: MarbleFixtures = ({ scheduler }: MarbleStage) => ({ scheduler });
export function runAll(file: URL): string[] {
  return readMarbleFile(file).map((spec) => {
    runMarble(spec, operators, fixtures);
    const picture: MarblePicture = { ...spec, unsub: 3 };
    return printMarble(picture) + drawMarble(spec);
  });
}
export function tell(error: unknown): string | MarblePlace {
  if (error instanceof MarbleMismatch) return error.message;
  if (error instanceof MarbleSyntaxError) return { file: error.file, line: error.line, column: error.column };
  return 'another error';
}
export const parts = (
  spec: MarbleSpec,
): [MarbleRow, MarbleMark | undefined, MarbleStep | undefined, MarbleError | undefined] => [
  spec.result,
  spec.result.marks[0],
  spec.operators[0],
  spec.error,
];
export const marbleValues: MarbleValue[] = [1, 'a', null, [true], { fixture: new MarbleFixture('it') }];

// @ts-expect-error A number is no ObservableInput.
numbers.pipe(concatMapEager((n) => n));
// @ts-expect-error The option is called concurrent.
numbers.pipe(concatMapEager((n) => of(n), { concurrency: 3 }));
// @ts-expect-error There is no such policy.
numbers.pipe(concatMapEager((n) => of(n), { onError: 'ignore' }));
// @ts-expect-error A logger returns no ObservableInput.
numbers.pipe(concatMapEager((n) => of(n), { onError: () => undefined }));
// @ts-expect-error Numbers are no inputs.
concatEager([1, 2]);
// @ts-expect-error A text is no block that has been read.
runMarble('a|', {});
// @ts-expect-error Nobody asks an Observable: it is for `concatMapEager`.
concatMapEagerFrom(numbers, (n) => of(n));
// @ts-expect-error There is no such policy.
numbers.pipe(concatMapEager((n) => of(n), { maxWaiting: 1, overflow: 'drop' }));
// @ts-expect-error A limit is a number, or an Observable of numbers.
sharedLimit('6');
// @ts-expect-error A limit is made by `sharedLimit` or `adaptiveLimit`, or is an Observable of numbers.
numbers.pipe(concatMapEager((n) => of(n), { concurrent: of('3') }));
