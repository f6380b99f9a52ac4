import {
  BehaviorSubject,
  EMPTY,
  from,
  map,
  mergeMap,
  NEVER,
  of,
  Subject,
  throwError,
  TimeoutError,
  type InteropObservable,
  type Observable,
  type ObservableInput,
  type ObservedValueOf,
  type OperatorFunction,
  type ReadableStreamLike,
  type RetryConfig,
  type SchedulerLike,
} from 'rxjs';
import { describe, expectTypeOf, test } from 'vitest';
import {
  concatAllEager,
  concatEager,
  concatMapEager,
  concatMapEagerFrom,
  sharedLimit,
  type ConcatMapEagerConfig,
  type Concurrency,
  type FailedItem,
  type IterableObservable,
  type ItemContext,
  type ItemOutcome,
  type ItemTimeout,
  type LimitName,
  type MonitorEvent,
  type TimeoutMeta,
} from '../../src/index.js';

const numbers = of(1, 2, 3);
const dates = new ReadableStream<Date>();
const requestStream = new ReadableStream<Promise<bigint>>();
const coin = (): boolean => Math.random() < 0.5;
async function* letters() {
  yield 'a';
}
function* flags() {
  yield true;
}

describe('the result of concatMapEager', () => {
  test('follows from each kind of inner', () => {
    expectTypeOf(numbers.pipe(concatMapEager((n) => of(String(n))))).toEqualTypeOf<Observable<string>>();
    expectTypeOf(numbers.pipe(concatMapEager((n) => Promise.resolve(String(n))))).toEqualTypeOf<Observable<string>>();
    expectTypeOf(numbers.pipe(concatMapEager(async (n) => ({ n })))).toEqualTypeOf<Observable<{ n: number }>>();
    expectTypeOf(numbers.pipe(concatMapEager((n) => [String(n)]))).toEqualTypeOf<Observable<string>>();
    expectTypeOf(numbers.pipe(concatMapEager((n) => new Set([n])))).toEqualTypeOf<Observable<number>>();
    expectTypeOf(numbers.pipe(concatMapEager(flags))).toEqualTypeOf<Observable<boolean>>();
    expectTypeOf(numbers.pipe(concatMapEager(letters))).toEqualTypeOf<Observable<string>>();
    // rxjs reads more than `Date` from the overloads of `getReader`.
    expectTypeOf(numbers.pipe(concatMapEager(() => dates))).toEqualTypeOf(numbers.pipe(mergeMap(() => dates)));
    expectTypeOf(numbers.pipe(concatMapEager(() => 'text'))).toEqualTypeOf<Observable<string>>();
    expectTypeOf(numbers.pipe(concatMapEager(() => new Subject<bigint>()))).toEqualTypeOf<Observable<bigint>>();
    expectTypeOf(numbers.pipe(concatMapEager(() => new BehaviorSubject('a')))).toEqualTypeOf<Observable<string>>();
    expectTypeOf(numbers.pipe(concatMapEager(() => EMPTY))).toEqualTypeOf<Observable<never>>();
    expectTypeOf(numbers.pipe(concatMapEager(() => NEVER))).toEqualTypeOf<Observable<never>>();
    expectTypeOf(numbers.pipe(concatMapEager(() => throwError(() => 'no')))).toEqualTypeOf<Observable<never>>();
    expectTypeOf(numbers.pipe(concatMapEager((n) => new Map([[n, 'a']])))).toEqualTypeOf<
      Observable<[number, string]>
    >();
    expectTypeOf(numbers.pipe(concatMapEager(() => new Uint8Array(4)))).toEqualTypeOf<Observable<number>>();
  });

  test('follows from each kind of inner, known by no more than its interface', () => {
    const as = <Input extends ObservableInput<unknown>>() => numbers.pipe(concatMapEager((): Input => null as never));
    expectTypeOf(as<InteropObservable<Date>>()).toEqualTypeOf<Observable<Date>>();
    expectTypeOf(as<PromiseLike<Date>>()).toEqualTypeOf<Observable<Date>>();
    expectTypeOf(as<ArrayLike<Date>>()).toEqualTypeOf<Observable<Date>>();
    expectTypeOf(as<readonly Date[]>()).toEqualTypeOf<Observable<Date>>();
    expectTypeOf(as<Iterable<Date>>()).toEqualTypeOf<Observable<Date>>();
    expectTypeOf(as<Generator<Date, string>>()).toEqualTypeOf<Observable<Date>>();
    expectTypeOf(as<AsyncIterable<Date>>()).toEqualTypeOf<Observable<Date>>();
    expectTypeOf(as<AsyncGenerator<Date, string>>()).toEqualTypeOf<Observable<Date>>();
    expectTypeOf(as<ReadableStreamLike<Date>>()).toEqualTypeOf<Observable<Date>>();
    expectTypeOf(as<ObservableInput<Date>>()).toEqualTypeOf<Observable<Date>>();
  });

  test('is unknown where the inner is any, as with mergeMap', () => {
    // eslint-disable-next-line @typescript-eslint/no-explicit-any
    const anything = (): any => of(1);
    expectTypeOf(numbers.pipe(concatMapEager(anything))).toEqualTypeOf<Observable<unknown>>();
    expectTypeOf(numbers.pipe(concatMapEager(anything))).toEqualTypeOf(numbers.pipe(mergeMap(anything)));
  });

  test('is the union of what different inners emit', () => {
    expectTypeOf(numbers.pipe(concatMapEager((n) => (coin() ? of(n) : Promise.resolve('a'))))).toEqualTypeOf<
      Observable<number | string>
    >();
    expectTypeOf(
      numbers.pipe(
        concatMapEager((n) => {
          if (n === 1) {
            return EMPTY;
          }
          return n === 2 ? [true] : letters();
        }),
      ),
    ).toEqualTypeOf<Observable<boolean | string>>();
  });

  test('is the union of what every kind of inner emits', () => {
    type Inner =
      | Observable<1>
      | InteropObservable<2>
      | Promise<3>
      | PromiseLike<4>
      | readonly 5[]
      | ArrayLike<6>
      | Set<7>
      | AsyncIterable<8>
      | ReadableStreamLike<9>;
    expectTypeOf(numbers.pipe(concatMapEager((): Inner => null as never))).toEqualTypeOf<
      Observable<1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9>
    >();
    expectTypeOf(of(null as never as Inner).pipe(concatAllEager())).toEqualTypeOf<
      Observable<1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9>
    >();
    expectTypeOf(concatEager(null as never as Inner[])).toEqualTypeOf<
      IterableObservable<1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9>
    >();
  });

  test('keeps undefined and null that an inner emits', () => {
    expectTypeOf(numbers.pipe(concatMapEager((n) => of(n, undefined)))).toEqualTypeOf<Observable<number | undefined>>();
    expectTypeOf(numbers.pipe(concatMapEager(async () => null))).toEqualTypeOf<Observable<null>>();
    expectTypeOf(numbers.pipe(concatMapEager(async () => {}))).toEqualTypeOf<Observable<void>>();
  });

  test('keeps literals that are declared', () => {
    expectTypeOf(numbers.pipe(concatMapEager(() => of('a' as const, 'b' as const)))).toEqualTypeOf<
      Observable<'a' | 'b'>
    >();
    expectTypeOf(numbers.pipe(concatMapEager(() => [1, 'a'] as const))).toEqualTypeOf<Observable<1 | 'a'>>();
  });

  test('is that of an operator by itself, which says what it takes', () => {
    expectTypeOf(concatMapEager((text: string) => of(text.length))).toEqualTypeOf<OperatorFunction<string, number>>();
    expectTypeOf(concatMapEager((text: string) => [text], { onError: () => of(0) })).toEqualTypeOf<
      OperatorFunction<string, string | number>
    >();
  });

  test('is an OperatorFunction that can be declared before it is used', () => {
    const operator: OperatorFunction<number, string> = concatMapEager((n) => of(n.toFixed()));
    expectTypeOf(numbers.pipe(operator)).toEqualTypeOf<Observable<string>>();
    const loose: OperatorFunction<number, string | number> = concatMapEager((n) => of(n.toFixed()), 3);
    expectTypeOf(loose).toEqualTypeOf<OperatorFunction<number, string | number>>();
  });

  test('can be made in a generic function', () => {
    const mapAll = <T, R>(source: Observable<T>, project: (value: T) => ObservableInput<R>, concurrent: number) =>
      source.pipe(concatMapEager((value) => project(value), { concurrent }));
    expectTypeOf(mapAll(numbers, (n) => of(String(n)), 3)).toEqualTypeOf<Observable<string>>();
  });

  test('is not changed by the options that do not emit', () => {
    expectTypeOf(numbers.pipe(concatMapEager((n) => of(n), 3))).toEqualTypeOf<Observable<number>>();
    expectTypeOf(numbers.pipe(concatMapEager((n) => of(n), {}))).toEqualTypeOf<Observable<number>>();
    expectTypeOf(numbers.pipe(concatMapEager((n) => of(n), undefined))).toEqualTypeOf<Observable<number>>();
    expectTypeOf(
      numbers.pipe(
        concatMapEager((n) => of(n), { concurrent: 3, timeout: 5, retry: 1, atomic: true, onError: 'skip' }),
      ),
    ).toEqualTypeOf<Observable<number>>();
    expectTypeOf(numbers.pipe(concatMapEager((n) => of(n), { onError: coin() ? 'in-order' : 'at-end' }))).toEqualTypeOf<
      Observable<number>
    >();
  });
});

describe('an onError function', () => {
  test('widens the result by what it returns', () => {
    expectTypeOf(numbers.pipe(concatMapEager((n) => of(n), { onError: () => of('fallback') }))).toEqualTypeOf<
      Observable<number | string>
    >();
    expectTypeOf(numbers.pipe(concatMapEager((n) => of(n), { onError: async () => null }))).toEqualTypeOf<
      Observable<number | null>
    >();
    expectTypeOf(numbers.pipe(concatMapEager((n) => of(n), { onError: () => [true] }))).toEqualTypeOf<
      Observable<number | boolean>
    >();
    expectTypeOf(numbers.pipe(concatMapEager((n) => [n], { onError: letters }))).toEqualTypeOf<
      Observable<number | string>
    >();
  });

  test('widens it by every kind of input that it may return', () => {
    const as = <Input extends ObservableInput<unknown>>() =>
      numbers.pipe(concatMapEager((n) => of(n), { onError: (): Input => null as never }));
    expectTypeOf(as<InteropObservable<'a'>>()).toEqualTypeOf<Observable<number | 'a'>>();
    expectTypeOf(as<PromiseLike<'a'>>()).toEqualTypeOf<Observable<number | 'a'>>();
    expectTypeOf(as<ArrayLike<'a'>>()).toEqualTypeOf<Observable<number | 'a'>>();
    expectTypeOf(as<Iterable<'a'>>()).toEqualTypeOf<Observable<number | 'a'>>();
    expectTypeOf(as<AsyncIterable<'a'>>()).toEqualTypeOf<Observable<number | 'a'>>();
    expectTypeOf(as<ReadableStreamLike<'a'>>()).toEqualTypeOf<Observable<number | 'a'>>();
    expectTypeOf(as<Promise<'a'> | Set<'b'>>()).toEqualTypeOf<Observable<number | 'a' | 'b'>>();
  });

  test('does not widen it by EMPTY, or by throwing', () => {
    expectTypeOf(numbers.pipe(concatMapEager((n) => of(n), { onError: () => EMPTY }))).toEqualTypeOf<
      Observable<number>
    >();
    expectTypeOf(
      numbers.pipe(
        concatMapEager((n) => of(n), {
          onError: (error) => {
            throw error;
          },
        }),
      ),
    ).toEqualTypeOf<Observable<number>>();
  });

  test('widens it by what one of two branches returns', () => {
    expectTypeOf(
      numbers.pipe(concatMapEager((n) => of(n), { onError: () => (coin() ? of('fallback') : EMPTY) })),
    ).toEqualTypeOf<Observable<number | string>>();
    expectTypeOf(
      numbers.pipe(
        concatMapEager((n) => of(n), {
          onError: (error) => {
            if (error instanceof TimeoutError) {
              return of('late');
            }
            throw error;
          },
        }),
      ),
    ).toEqualTypeOf<Observable<number | string>>();
  });

  test('widens it by what each of two branches returns', () => {
    expectTypeOf(
      numbers.pipe(concatMapEager((n) => of(n), { onError: () => (coin() ? of('fallback') : of(true)) })),
    ).toEqualTypeOf<Observable<number | string | boolean>>();
    expectTypeOf(
      numbers.pipe(concatMapEager((n) => of(n), { onError: () => (coin() ? of('fallback') : [true]) })),
    ).toEqualTypeOf<Observable<number | string | boolean>>();
  });

  test('may be one of two policies', () => {
    expectTypeOf(
      numbers.pipe(concatMapEager((n) => of(n), { onError: coin() ? 'skip' : () => of('fallback') })),
    ).toEqualTypeOf<Observable<number | string>>();
  });

  test('gets an unknown error and the failed item of the source', () => {
    numbers.pipe(
      concatMapEager((n) => of(n), {
        onError: (error, item) => {
          expectTypeOf(error).toEqualTypeOf<unknown>();
          expectTypeOf(item).toEqualTypeOf<FailedItem<number>>();
          expectTypeOf(item.value).toEqualTypeOf<number>();
          expectTypeOf(item.index).toEqualTypeOf<number>();
          expectTypeOf(item.attempt).toEqualTypeOf<number>();
          expectTypeOf(item.emitted).toEqualTypeOf<number>();
          expectTypeOf(item.signal).toEqualTypeOf<AbortSignal>();
          return of(item.value);
        },
      }),
    );
  });

  test('returns an ObservableInput', () => {
    // @ts-expect-error A logger returns nothing.
    numbers.pipe(concatMapEager((n) => of(n), { onError: (error) => console.error(error) }));
    // @ts-expect-error A value is no ObservableInput.
    numbers.pipe(concatMapEager((n) => of(n), { onError: () => 0 }));
    // @ts-expect-error Neither is null.
    numbers.pipe(concatMapEager((n) => of(n), { onError: () => null }));
  });
});

describe('project', () => {
  test('gets the value, its index, and an item with a signal and the attempt', () => {
    numbers.pipe(
      concatMapEager((value, index, item) => {
        expectTypeOf(value).toEqualTypeOf<number>();
        expectTypeOf(index).toEqualTypeOf<number>();
        expectTypeOf(item).toEqualTypeOf<ItemContext>();
        expectTypeOf(item.signal).toEqualTypeOf<AbortSignal>();
        expectTypeOf(item.attempt).toEqualTypeOf<number>();
        return fetch('http://localhost', { signal: item.signal });
      }),
    );
  });

  test('may be declared before it is used, with its item', () => {
    const project = (value: number, _: number, { attempt }: ItemContext) => of({ value, attempt });
    expectTypeOf(numbers.pipe(concatMapEager(project))).toEqualTypeOf<Observable<{ value: number; attempt: number }>>();
    // One that is made for mergeMap fits.
    const indexed = (value: number, index: number) => [value, index];
    expectTypeOf(numbers.pipe(concatMapEager(indexed))).toEqualTypeOf<Observable<number>>();
  });

  test('is given nothing else', () => {
    // @ts-expect-error There are three arguments.
    numbers.pipe(concatMapEager((value, index, item, more: string) => of(more)));
    // @ts-expect-error The item's own value is the first argument.
    numbers.pipe(concatMapEager((value, index, item) => of(item.value)));
    // @ts-expect-error It is the index that is a number.
    numbers.pipe(concatMapEager((value, index: string) => of(index)));
  });

  test('cannot change its item', () => {
    numbers.pipe(
      concatMapEager((value, index, item) => {
        // @ts-expect-error It is read-only.
        item.attempt = index;
        // @ts-expect-error So is this.
        item.signal = new AbortController().signal;
        return of(value);
      }),
    );
  });

  test('returns an ObservableInput', () => {
    // @ts-expect-error A number is none.
    numbers.pipe(concatMapEager((n) => n));
    // @ts-expect-error Nothing is none.
    numbers.pipe(concatMapEager(() => {}));
    // @ts-expect-error Some would be undefined.
    numbers.pipe(concatMapEager((n) => (coin() ? of(n) : undefined)));
    // @ts-expect-error An object is none, though it has values.
    numbers.pipe(concatMapEager((n) => ({ n })));
    // @ts-expect-error Nor is a function that returns one.
    numbers.pipe(concatMapEager((n) => () => of(n)));
  });

  test('is there', () => {
    // @ts-expect-error It is not optional.
    numbers.pipe(concatMapEager());
    // @ts-expect-error It is a function.
    numbers.pipe(concatMapEager(of(1)));
    // @ts-expect-error It takes what the source emits.
    numbers.pipe(concatMapEager((text: string) => of(text)));
  });
});

describe('concatAllEager', () => {
  test('emits what the inners of its source emit', () => {
    expectTypeOf(of(of(1), of(2)).pipe(concatAllEager())).toEqualTypeOf<Observable<number>>();
    expectTypeOf(of(Promise.resolve('a')).pipe(concatAllEager(3))).toEqualTypeOf<Observable<string>>();
    expectTypeOf(from([of(1), Promise.resolve('a'), [true]]).pipe(concatAllEager({ retry: 3 }))).toEqualTypeOf<
      Observable<number | string | boolean>
    >();
    expectTypeOf(of(of(1)).pipe(concatAllEager({ onError: () => of('fallback') }))).toEqualTypeOf<
      Observable<number | string>
    >();
  });

  test('names the inner as the failed item', () => {
    of(Promise.resolve(1)).pipe(
      concatAllEager({
        onError: (_, item) => {
          expectTypeOf(item.value).toEqualTypeOf<Promise<number>>();
          return EMPTY;
        },
      }),
    );
  });

  test('wants a source of inners', () => {
    // @ts-expect-error Numbers are none.
    numbers.pipe(concatAllEager());
    // @ts-expect-error Some would be undefined.
    from([of(1), undefined]).pipe(concatAllEager());
    // @ts-expect-error There is nothing to project.
    of(of(1)).pipe(concatAllEager((inner: Observable<number>) => inner));
  });
});

describe('concatEager', () => {
  test('emits what its inputs emit', () => {
    expectTypeOf(concatEager([of(1), of(2)])).toEqualTypeOf<IterableObservable<number>>();
    expectTypeOf(concatEager([])).toEqualTypeOf<IterableObservable<never>>();
    expectTypeOf(concatEager(new Set([Promise.resolve('a')]))).toEqualTypeOf<IterableObservable<string>>();
  });

  test('emits the union of what a tuple of inputs emits', () => {
    expectTypeOf(concatEager([of(1), Promise.resolve('a'), [true]])).toEqualTypeOf<
      IterableObservable<number | string | boolean>
    >();
    expectTypeOf(concatEager([of(1), of('a')])).toEqualTypeOf<IterableObservable<number | string>>();
    expectTypeOf(concatEager([of(1), Promise.resolve('a')] as const, 2)).toEqualTypeOf<
      IterableObservable<number | string>
    >();
    const tuple: [Observable<1>, Promise<'a'>] = [of(1), Promise.resolve('a')];
    expectTypeOf(concatEager(tuple)).toEqualTypeOf<IterableObservable<1 | 'a'>>();
    const open: readonly [Observable<1>, ...Promise<'a'>[]] = [of(1)];
    expectTypeOf(concatEager(open, { onError: () => of(null) })).toEqualTypeOf<IterableObservable<1 | 'a' | null>>();
    expectTypeOf(concatEager([of(1), EMPTY])).toEqualTypeOf<IterableObservable<number>>();
    expectTypeOf(concatEager([of(1), letters(), Promise.resolve(true)] as const)).toEqualTypeOf<
      IterableObservable<number | string | boolean>
    >();
  });

  test('names the input as the failed item, and as the value of an event', () => {
    const tuple: [Observable<1>, Promise<'a'>] = [of(1), Promise.resolve('a')];
    concatEager(tuple, {
      onError: (_, item) => {
        expectTypeOf(item).toEqualTypeOf<FailedItem<Observable<1> | Promise<'a'>>>();
        return EMPTY;
      },
      monitor: (event) => expectTypeOf(event.value).toEqualTypeOf<Observable<1> | Promise<'a'>>(),
    });
  });

  test('takes generators, also asynchronous ones', () => {
    function* requests() {
      yield Promise.resolve(1);
      yield of('a');
    }
    async function* pages() {
      yield [1, 2];
    }
    expectTypeOf(concatEager(requests())).toEqualTypeOf<IterableObservable<number | string>>();
    expectTypeOf(concatEager(pages(), { concurrent: 2 })).toEqualTypeOf<IterableObservable<number>>();
    // What it emits is lost in the overloads of `getReader`.
    expectTypeOf(concatEager(requestStream)).toExtend<Observable<unknown>>();
  });

  test('is widened by an onError function', () => {
    expectTypeOf(concatEager([of(1)], { onError: () => of('fallback') })).toEqualTypeOf<
      IterableObservable<number | string>
    >();
    expectTypeOf(
      concatEager([of(1), Promise.resolve('a')], { onError: () => (coin() ? of(true) : Promise.resolve(null)) }),
    ).toEqualTypeOf<IterableObservable<number | string | boolean | null>>();
  });

  test('wants inputs that can be iterated', () => {
    // @ts-expect-error A number cannot.
    concatEager(5);
    // @ts-expect-error Its members are no ObservableInput.
    concatEager([1, 2]);
    // @ts-expect-error One of them is no ObservableInput.
    concatEager([of(1), 2]);
    // @ts-expect-error They are one argument, not many.
    concatEager(of(1), of(2));
    // @ts-expect-error An Observable of inputs is for concatAllEager.
    concatEager(of(of(1)));
    // @ts-expect-error They are not optional.
    concatEager();
  });
});

describe('a configuration', () => {
  test('takes a RetryConfig and a SchedulerLike of rxjs', () => {
    type Config = ConcatMapEagerConfig<number, string>;
    expectTypeOf<number | RetryConfig>().toExtend<Config['retry']>();
    expectTypeOf<keyof Extract<Config['retry'], object>>().toEqualTypeOf<keyof RetryConfig>();
    expectTypeOf<Config['scheduler']>().toEqualTypeOf<SchedulerLike | undefined>();
  });

  test('has a retry whose parts may be undefined, under exactOptionalPropertyTypes too', () => {
    const maybe: { ms?: number | undefined; times?: number | undefined; anew?: boolean | undefined } = {};
    expectTypeOf(
      numbers.pipe(
        concatMapEager((n) => of(n), { retry: { count: maybe.times, delay: maybe.ms, resetOnSuccess: maybe.anew } }),
      ),
    ).toEqualTypeOf<Observable<number>>();
  });

  test('may have undefined for every option, under exactOptionalPropertyTypes too', () => {
    const config: ConcatMapEagerConfig<number> = {
      concurrent: undefined,
      reorderWindow: undefined,
      timeout: undefined,
      retry: undefined,
      onError: undefined,
      atomic: undefined,
      scheduler: undefined,
      monitor: undefined,
    };
    const timeout: ItemTimeout = { first: undefined, each: undefined, total: 5, blocking: undefined };
    expectTypeOf(numbers.pipe(concatMapEager((n) => of(n), config))).toEqualTypeOf<Observable<number>>();
    expectTypeOf(numbers.pipe(concatMapEager((n) => of(n), { timeout }))).toEqualTypeOf<Observable<number>>();
  });

  test('can be declared before it is used', () => {
    const config = { concurrent: 3, timeout: { first: 5 }, onError: 'skip' } as const;
    expectTypeOf(numbers.pipe(concatMapEager((n) => of(n), config))).toEqualTypeOf<Observable<number>>();
    const typed: ConcatMapEagerConfig<number, string> = { onError: (_, item) => of(item.value.toFixed()) };
    expectTypeOf(numbers.pipe(concatMapEager((n) => of(n), typed))).toEqualTypeOf<Observable<number | string>>();
  });

  test('has no other options, and no other values', () => {
    // @ts-expect-error It is called concurrent.
    numbers.pipe(concatMapEager((n) => of(n), { concurrency: 3 }));
    // @ts-expect-error There is no such policy.
    numbers.pipe(concatMapEager((n) => of(n), { onError: 'ignore' }));
    // @ts-expect-error There is no such limit.
    numbers.pipe(concatMapEager((n) => of(n), { timeout: { last: 5 } }));
    // @ts-expect-error A limit is a number of milliseconds.
    numbers.pipe(concatMapEager((n) => of(n), { timeout: new Date() }));
    // @ts-expect-error A number is not written as a text.
    numbers.pipe(concatMapEager((n) => of(n), { concurrent: '3' }));
    // @ts-expect-error Absent is undefined, not null.
    numbers.pipe(concatMapEager((n) => of(n), { retry: null }));
    // @ts-expect-error Absent is undefined, not null.
    numbers.pipe(concatMapEager((n) => of(n), null));
    // @ts-expect-error So it is in each of the limits.
    numbers.pipe(concatMapEager((n) => of(n), { timeout: { first: null } }));
    // @ts-expect-error There is no such part of a retry.
    numbers.pipe(concatMapEager((n) => of(n), { retry: { times: 3 } }));
    // @ts-expect-error A retry's notifier is an ObservableInput.
    numbers.pipe(concatMapEager((n) => of(n), { retry: { delay: () => 5 } }));
    // @ts-expect-error It is all or nothing.
    numbers.pipe(concatMapEager((n) => of(n), { atomic: 'yes' }));
    // @ts-expect-error A monitor is a function.
    numbers.pipe(concatMapEager((n) => of(n), { monitor: new Subject() }));
    // @ts-expect-error It is of what the source emits.
    numbers.pipe(concatMapEager((n) => of(n), { monitor: (event: MonitorEvent<string>) => event }));
    // @ts-expect-error A scheduler can schedule.
    numbers.pipe(concatMapEager((n) => of(n), { scheduler: Date }));
  });
});

describe('a configuration that several streams share', () => {
  interface Row {
    name: string;
  }
  const rows = of<Row>({ name: 'a' });
  const shared: ConcatMapEagerConfig<unknown> = { concurrent: 8, onError: 'skip' };
  const monitored: ConcatMapEagerConfig<unknown> = {
    monitor: (event) => {
      expectTypeOf(event.value).toEqualTypeOf<unknown>();
    },
  };
  const monitor = (event: MonitorEvent<unknown>) => event.index;
  const constant = { concurrent: 8, onError: 'skip', monitor } as const;
  const satisfying = { concurrent: 8, onError: 'skip', monitor } satisfies ConcatMapEagerConfig<unknown>;
  const fallback: ConcatMapEagerConfig<unknown, null> = { onError: () => of(null) };

  test('leaves the value to be typed by the source', () => {
    expectTypeOf(rows.pipe(concatMapEager((row) => of(row.name), shared))).toEqualTypeOf<Observable<string>>();
    expectTypeOf(rows.pipe(concatMapEager((row) => of(row.name), monitored))).toEqualTypeOf<Observable<string>>();
    expectTypeOf(rows.pipe(concatMapEager((row) => of(row.name), constant))).toEqualTypeOf<Observable<string>>();
    expectTypeOf(rows.pipe(concatMapEager((row) => of(row.name), satisfying))).toEqualTypeOf<Observable<string>>();
    expectTypeOf(rows.pipe(concatMapEager((row) => of(row.name), { monitor }))).toEqualTypeOf<Observable<string>>();
    expectTypeOf(rows.pipe(concatMapEager((row) => of(row.name), fallback))).toEqualTypeOf<Observable<string | null>>();
  });

  test('leaves it so where it is spread', () => {
    expectTypeOf(rows.pipe(concatMapEager((row) => of(row.name), { ...shared, concurrent: 2 }))).toEqualTypeOf<
      Observable<string>
    >();
    expectTypeOf(rows.pipe(concatMapEager((row) => of(row.name), { ...monitored, retry: 2 }))).toEqualTypeOf<
      Observable<string>
    >();
    expectTypeOf(
      rows.pipe(
        concatMapEager((row) => of(row.name), {
          ...monitored,
          ...shared,
          onError: (_, item) => {
            expectTypeOf(item).toEqualTypeOf<FailedItem<Row>>();
            return of(item.value.name.length);
          },
        }),
      ),
    ).toEqualTypeOf<Observable<string | number>>();
  });

  test('is as good for inputs', () => {
    const inputs = [of(1), Promise.resolve('a')];
    for (const config of [shared, monitored, { ...monitored, concurrent: 2 }]) {
      expectTypeOf(from(inputs).pipe(concatAllEager(config))).toEqualTypeOf<Observable<number | string>>();
      expectTypeOf(concatEager(inputs, config)).toEqualTypeOf<IterableObservable<number | string>>();
    }
    expectTypeOf(from(inputs).pipe(concatAllEager(fallback))).toEqualTypeOf<Observable<number | string | null>>();
    expectTypeOf(concatEager(inputs, { ...fallback, concurrent: 2 })).toEqualTypeOf<
      IterableObservable<number | string | null>
    >();
  });

  test('may be of the values of one source, also for an operator by itself that destructures its item', () => {
    const forRows: ConcatMapEagerConfig<Row> = { monitor: (event) => event.value.name };
    expectTypeOf(concatMapEager((row: Row, _, { attempt }) => of(row.name, attempt), forRows)).toEqualTypeOf<
      OperatorFunction<Row, string | number>
    >();
    const byName = (event: MonitorEvent<Row>) => event.value.name;
    expectTypeOf(
      concatMapEager((row: Row, _, { attempt }) => of(row.name, attempt), {
        onError: (_, { value }) => {
          expectTypeOf(value).toEqualTypeOf<Row>();
          return EMPTY;
        },
        monitor: byName,
      }),
    ).toEqualTypeOf<OperatorFunction<Row, string | number>>();
    // @ts-expect-error It is for rows, and these are numbers.
    numbers.pipe(concatMapEager((n) => of(n), forRows));
  });

  test('can be handed on by a generic function', () => {
    const politely = <T, O extends ObservableInput<unknown>>(
      project: (value: T) => O,
      config: ConcatMapEagerConfig<T>,
    ): OperatorFunction<T, ObservedValueOf<O>> => concatMapEager((value: T) => project(value), { ...config, retry: 2 });
    expectTypeOf(rows.pipe(politely((row: Row) => of(row.name), shared))).toEqualTypeOf<Observable<string>>();
  });
});

describe('a monitor', () => {
  test('is told the type, and what belongs to it', () => {
    numbers.pipe(
      concatMapEager((n) => of(n), {
        monitor: (event) => {
          expectTypeOf(event).toEqualTypeOf<MonitorEvent<number>>();
          expectTypeOf(event.type).toEqualTypeOf<'received' | 'started' | 'failed' | 'ended' | 'flushed'>();
          expectTypeOf(event.value).toEqualTypeOf<number>();
          expectTypeOf(event.index).toEqualTypeOf<number>();
          expectTypeOf(event.attempt).toEqualTypeOf<number>();
          expectTypeOf(event.time).toEqualTypeOf<number>();
          expectTypeOf(event.waiting).toEqualTypeOf<number>();
          expectTypeOf(event.active).toEqualTypeOf<number>();
          expectTypeOf(event.parked).toEqualTypeOf<number>();
          expectTypeOf(event.blockedSince).toEqualTypeOf<number | undefined>();
          if (event.type === 'ended') {
            expectTypeOf(event.outcome).toEqualTypeOf<ItemOutcome>();
            expectTypeOf(event.outcome).toEqualTypeOf<'completed' | 'failed' | 'cancelled' | 'dropped'>();
            expectTypeOf(event.error).toEqualTypeOf<unknown>();
            expectTypeOf(event.recovered).toEqualTypeOf<true | undefined>();
          }
          if (event.type === 'flushed') {
            expectTypeOf(event.dropped).toEqualTypeOf<true | undefined>();
          }
          if (event.type === 'failed') {
            expectTypeOf(event.willRetry).toEqualTypeOf<boolean>();
            expectTypeOf(event.error).toEqualTypeOf<unknown>();
          }
          // @ts-expect-error There is no such type.
          return event.type === 'retried';
        },
      }),
    );
  });
});

describe('the meta of a TimeoutError', () => {
  test('names the value, the index, the attempt and the limit', () => {
    type Meta = NonNullable<TimeoutError<unknown, TimeoutMeta<Date>>['info']>['meta'];
    expectTypeOf<Meta>().toExtend<TimeoutMeta<Date> | null | undefined>();
    expectTypeOf<TimeoutMeta<Date>>().toEqualTypeOf<{
      readonly value: Date;
      readonly index: number;
      readonly attempt: number;
      readonly limit: LimitName;
    }>();
    expectTypeOf<LimitName>().toEqualTypeOf<'first' | 'each' | 'total' | 'blocking'>();
  });
});

describe('concatMapEagerFrom', () => {
  const single = <T>(value: T): T[] => [value];

  test('gives `project` the values of whatever is read', () => {
    const stream = new ReadableStream<Date>();
    const streamLike = null as never as ReadableStreamLike<Date>;
    async function* later() {
      yield new Date();
    }
    function* now() {
      yield new Date();
    }
    expectTypeOf(concatMapEagerFrom([new Date()], single)).toEqualTypeOf<IterableObservable<Date>>();
    expectTypeOf(concatMapEagerFrom([new Date()], (date) => [date.getTime()])).toEqualTypeOf<
      IterableObservable<number>
    >();
    concatMapEagerFrom(new Set([new Date()]), (date) => [date.getTime()]);
    concatMapEagerFrom(new Map([['a', new Date()]]), ([name, date]) => [name + date.getTime().toFixed()]);
    concatMapEagerFrom(now(), (date) => [date.getTime()]);
    concatMapEagerFrom(later(), (date) => [date.getTime()]);
    concatMapEagerFrom(stream, (date) => [date.getTime()]);
    concatMapEagerFrom(streamLike, (date) => [date.getTime()]);
    concatMapEagerFrom(now, (date) => [date.getTime()]);
    concatMapEagerFrom(later, (date) => [date.getTime()]);
    concatMapEagerFrom(
      () => stream,
      (date) => [date.getTime()],
    );
    concatMapEagerFrom(
      ({ signal }) => (signal.aborted ? streamLike : streamLike),
      (date) => [date.getTime()],
    );
    concatMapEagerFrom(
      async () => Promise.resolve(later()),
      (date) => [date.getTime()],
    );
    concatMapEagerFrom(
      async () => Promise.resolve([new Date()]),
      (date) => [date.getTime()],
    );
    concatMapEagerFrom(concatMapEagerFrom([1], single), (n) => [n.toFixed()]);
    concatMapEagerFrom(
      ({ signal }) => (signal.aborted ? [new Date()] : later()),
      (date) => [date.getTime()],
    );
    const generic = <T extends { id: number }>(rows: Iterable<T>) => concatMapEagerFrom(rows, (row) => [row.id]);
    expectTypeOf(generic([{ id: 1 }])).toEqualTypeOf<IterableObservable<number>>();
    concatMapEagerFrom('text', (character) => [character.toUpperCase()]);
    concatMapEagerFrom([Promise.resolve(1)], (promise) => promise);
  });

  test('takes a `project` that is declared elsewhere, whatever gives the values', async () => {
    const stream = new ReadableStream<Date>();
    const streamLike = null as never as ReadableStreamLike<Date>;
    async function* later({ signal }: { signal: AbortSignal }) {
      if (!signal.aborted) yield new Date();
    }
    const timeOf = (date: Date) => [date.getTime()];
    const results = [
      concatMapEagerFrom([new Date()], timeOf),
      concatMapEagerFrom(later, timeOf),
      concatMapEagerFrom(({ signal }) => later({ signal }), timeOf, 2),
      concatMapEagerFrom(({ signal }) => later({ signal }), timeOf, { key: (date) => date.getTime() }),
      concatMapEagerFrom(async ({ signal }) => Promise.resolve(later({ signal })), timeOf),
      concatMapEagerFrom(async function* ({ signal }) {
        yield* later({ signal });
      }, timeOf),
      concatMapEagerFrom(({ signal }) => (signal.aborted ? stream : stream), timeOf),
      concatMapEagerFrom(async ({ signal }) => Promise.resolve(signal.aborted ? stream : stream), timeOf),
      concatMapEagerFrom(({ signal }) => (signal.aborted ? streamLike : streamLike), timeOf),
    ];
    expectTypeOf(results).toEqualTypeOf<IterableObservable<number>[]>();
    const response = await fetch('');
    expectTypeOf(
      concatMapEagerFrom(
        async () => Promise.resolve(response.body!.pipeThrough(new TextDecoderStream())),
        (text) => [text.trim()],
      ),
    ).toEqualTypeOf<IterableObservable<string>>();
    expectTypeOf(concatMapEagerFrom(() => [1, undefined], single)).toEqualTypeOf<
      IterableObservable<number | undefined>
    >();
    // @ts-expect-error The values are numbers.
    concatMapEagerFrom(({ signal }) => [Number(signal.aborted)], timeOf);
  });

  test('gives options the value, and takes a configuration that streams share', () => {
    const shared: ConcatMapEagerConfig<unknown> = { concurrent: 8, onError: 'skip', readAhead: 2, until: EMPTY };
    expectTypeOf(concatMapEagerFrom([1], (n) => of(n.toFixed()), shared)).toEqualTypeOf<IterableObservable<string>>();
    expectTypeOf(
      concatMapEagerFrom([1], (n) => of(n), {
        ...shared,
        key: (n) => n.toFixed(),
        onError: (_, item) => [item.value.toFixed()],
        monitor: ({ value }) => value.toFixed(),
      }),
    ).toEqualTypeOf<IterableObservable<number | string>>();
  });

  test('its result is an Observable and an async iterable', async () => {
    const result = concatMapEagerFrom([1], (n) => of(n));
    expectTypeOf(result).toExtend<Observable<number>>();
    expectTypeOf(result.pipe(map((n) => n.toFixed()))).toEqualTypeOf<Observable<string>>();
    for await (const n of result) expectTypeOf(n).toEqualTypeOf<number>();
    expectTypeOf(await result[Symbol.asyncIterator]().next()).toExtend<{ value: unknown }>();
  });

  test('refuses what cannot be read', () => {
    // @ts-expect-error A number cannot be read.
    concatMapEagerFrom(5, single);
    // @ts-expect-error An Observable cannot be read.
    concatMapEagerFrom(of(1), single);
    // @ts-expect-error What the function returns cannot be read.
    concatMapEagerFrom(() => of(1), single);
    // @ts-expect-error There is no project.
    concatMapEagerFrom([1]);
  });
});

test('a limit that changes may be given in short, and as an option', () => {
  const source = from([{ id: 1 }]);
  const limits = new BehaviorSubject(1);
  const shared = sharedLimit(3);
  const either = limits as Concurrency;

  for (const concurrent of [limits, shared, either, 3]) {
    expectTypeOf(source.pipe(concatMapEager((row) => of(row.id), concurrent))).toEqualTypeOf<Observable<number>>();
    expectTypeOf(source.pipe(concatMapEager((row) => of(row.id), { concurrent }))).toEqualTypeOf<Observable<number>>();
    expectTypeOf(concatEager([of(1)], concurrent)).toEqualTypeOf<IterableObservable<number>>();
    expectTypeOf(of(of(1)).pipe(concatAllEager(concurrent))).toEqualTypeOf<Observable<number>>();
    expectTypeOf(concatMapEagerFrom([{ id: 1 }], (row) => of(row.id), concurrent)).toEqualTypeOf<
      IterableObservable<number>
    >();
  }
  // @ts-expect-error It does not tell numbers.
  source.pipe(concatMapEager((row) => of(row.id), of('3')));
  // @ts-expect-error The same as an option.
  source.pipe(concatMapEager((row) => of(row.id), { concurrent: of('3') }));
  // @ts-expect-error A limit is made of a number or of an Observable of numbers.
  sharedLimit(of('3'));
});

test('a function around an operator takes what that takes', () => {
  function around<T, R>(project: (value: T) => ObservableInput<R>, config?: Concurrency | ConcatMapEagerConfig<T>) {
    return concatMapEager(project, config);
  }
  function aroundFrom<T, R>(
    values: Iterable<T>,
    project: (value: T) => ObservableInput<R>,
    config?: Concurrency | ConcatMapEagerConfig<T>,
  ) {
    return concatMapEagerFrom(values, project, config);
  }
  const config = {} as Concurrency | ConcatMapEagerConfig<unknown>;

  expectTypeOf(of(1).pipe(around((n) => of(String(n)), 3))).toEqualTypeOf<Observable<string>>();
  expectTypeOf(aroundFrom([1], (n) => of(String(n)), { concurrent: 2 })).toEqualTypeOf<IterableObservable<string>>();
  expectTypeOf(of(1).pipe(concatMapEager((n) => of(String(n)), config))).toEqualTypeOf<Observable<string>>();
});
