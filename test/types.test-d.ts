import {
  EMPTY,
  from,
  mergeMap,
  of,
  Subject,
  TimeoutError,
  type Observable,
  type ObservableInput,
  type OperatorFunction,
  type RetryConfig,
  type SchedulerLike,
} from 'rxjs';
import { describe, expectTypeOf, it } from 'vitest';
import {
  concatAllEager,
  concatEager,
  concatMapEager,
  type ConcatMapEagerConfig,
  type FailedItem,
  type ItemContext,
  type ItemOutcome,
  type ItemTimeout,
  type LimitName,
  type MonitorEvent,
  type TimeoutMeta,
} from '../src/index.js';

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
  it('follows from each kind of inner', () => {
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
    expectTypeOf(numbers.pipe(concatMapEager(() => EMPTY))).toEqualTypeOf<Observable<never>>();
  });

  it('is the union of what different inners emit', () => {
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

  it('keeps literals that are declared', () => {
    expectTypeOf(numbers.pipe(concatMapEager(() => of('a' as const, 'b' as const)))).toEqualTypeOf<
      Observable<'a' | 'b'>
    >();
    expectTypeOf(numbers.pipe(concatMapEager(() => [1, 'a'] as const))).toEqualTypeOf<Observable<1 | 'a'>>();
  });

  it('is an OperatorFunction that can be declared before it is used', () => {
    const operator: OperatorFunction<number, string> = concatMapEager((n) => of(n.toFixed()));
    expectTypeOf(numbers.pipe(operator)).toEqualTypeOf<Observable<string>>();
    const loose: OperatorFunction<number, string | number> = concatMapEager((n) => of(n.toFixed()), 3);
    expectTypeOf(loose).toEqualTypeOf<OperatorFunction<number, string | number>>();
  });

  it('can be made in a generic function', () => {
    const mapAll = <T, R>(source: Observable<T>, project: (value: T) => ObservableInput<R>, concurrent: number) =>
      source.pipe(concatMapEager((value) => project(value), { concurrent }));
    expectTypeOf(mapAll(numbers, (n) => of(String(n)), 3)).toEqualTypeOf<Observable<string>>();
  });

  it('is not changed by the options that do not emit', () => {
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
  it('widens the result by what it returns', () => {
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

  it('does not widen it by EMPTY, or by throwing', () => {
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

  it('widens it by what one of two branches returns', () => {
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

  it('widens it by what each of two branches returns', () => {
    expectTypeOf(
      numbers.pipe(concatMapEager((n) => of(n), { onError: () => (coin() ? of('fallback') : of(true)) })),
    ).toEqualTypeOf<Observable<number | string | boolean>>();
    expectTypeOf(
      numbers.pipe(concatMapEager((n) => of(n), { onError: () => (coin() ? of('fallback') : [true]) })),
    ).toEqualTypeOf<Observable<number | string | boolean>>();
  });

  it('may be one of two policies', () => {
    expectTypeOf(
      numbers.pipe(concatMapEager((n) => of(n), { onError: coin() ? 'skip' : () => of('fallback') })),
    ).toEqualTypeOf<Observable<number | string>>();
  });

  it('gets an unknown error and the failed item of the source', () => {
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

  it('returns an ObservableInput', () => {
    // @ts-expect-error A logger returns nothing.
    numbers.pipe(concatMapEager((n) => of(n), { onError: (error) => console.error(error) }));
    // @ts-expect-error A value is no ObservableInput.
    numbers.pipe(concatMapEager((n) => of(n), { onError: () => 0 }));
    // @ts-expect-error Neither is null.
    numbers.pipe(concatMapEager((n) => of(n), { onError: () => null }));
  });
});

describe('project', () => {
  it('gets the value, its index, and an item with a signal and the attempt', () => {
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

  it('cannot change its item', () => {
    numbers.pipe(
      concatMapEager((value, index, item) => {
        // @ts-expect-error It is read-only.
        item.attempt = index;
        return of(value);
      }),
    );
  });

  it('returns an ObservableInput', () => {
    // @ts-expect-error A number is none.
    numbers.pipe(concatMapEager((n) => n));
    // @ts-expect-error Nothing is none.
    numbers.pipe(concatMapEager(() => {}));
    // @ts-expect-error Some would be undefined.
    numbers.pipe(concatMapEager((n) => (coin() ? of(n) : undefined)));
  });

  it('is there', () => {
    // @ts-expect-error It is not optional.
    numbers.pipe(concatMapEager());
    // @ts-expect-error It is a function.
    numbers.pipe(concatMapEager(of(1)));
    // @ts-expect-error It takes what the source emits.
    numbers.pipe(concatMapEager((text: string) => of(text)));
  });
});

describe('concatAllEager', () => {
  it('emits what the inners of its source emit', () => {
    expectTypeOf(of(of(1), of(2)).pipe(concatAllEager())).toEqualTypeOf<Observable<number>>();
    expectTypeOf(of(Promise.resolve('a')).pipe(concatAllEager(3))).toEqualTypeOf<Observable<string>>();
    expectTypeOf(from([of(1), Promise.resolve('a'), [true]]).pipe(concatAllEager({ retry: 3 }))).toEqualTypeOf<
      Observable<number | string | boolean>
    >();
    expectTypeOf(of(of(1)).pipe(concatAllEager({ onError: () => of('fallback') }))).toEqualTypeOf<
      Observable<number | string>
    >();
  });

  it('names the inner as the failed item', () => {
    of(Promise.resolve(1)).pipe(
      concatAllEager({
        onError: (_, item) => {
          expectTypeOf(item.value).toEqualTypeOf<Promise<number>>();
          return EMPTY;
        },
      }),
    );
  });

  it('wants a source of inners', () => {
    // @ts-expect-error Numbers are none.
    numbers.pipe(concatAllEager());
  });
});

describe('concatEager', () => {
  it('emits what its inputs emit', () => {
    expectTypeOf(concatEager([of(1), of(2)])).toEqualTypeOf<Observable<number>>();
    expectTypeOf(concatEager([])).toEqualTypeOf<Observable<never>>();
    expectTypeOf(concatEager(new Set([Promise.resolve('a')]))).toEqualTypeOf<Observable<string>>();
  });

  it('emits the union of what a tuple of inputs emits', () => {
    expectTypeOf(concatEager([of(1), Promise.resolve('a'), [true]])).toEqualTypeOf<
      Observable<number | string | boolean>
    >();
    expectTypeOf(concatEager([of(1), of('a')])).toEqualTypeOf<Observable<number | string>>();
    expectTypeOf(concatEager([of(1), Promise.resolve('a')] as const, 2)).toEqualTypeOf<Observable<number | string>>();
    const tuple: [Observable<1>, Promise<'a'>] = [of(1), Promise.resolve('a')];
    expectTypeOf(concatEager(tuple)).toEqualTypeOf<Observable<1 | 'a'>>();
  });

  it('takes generators, also asynchronous ones', () => {
    function* requests() {
      yield Promise.resolve(1);
      yield of('a');
    }
    async function* pages() {
      yield [1, 2];
    }
    expectTypeOf(concatEager(requests())).toEqualTypeOf<Observable<number | string>>();
    expectTypeOf(concatEager(pages(), { concurrent: 2 })).toEqualTypeOf<Observable<number>>();
    // What it emits is lost in the overloads of `getReader`.
    expectTypeOf(concatEager(requestStream)).toExtend<Observable<unknown>>();
  });

  it('is widened by an onError function', () => {
    expectTypeOf(concatEager([of(1)], { onError: () => of('fallback') })).toEqualTypeOf<Observable<number | string>>();
  });

  it('wants inputs that can be iterated', () => {
    // @ts-expect-error A number cannot.
    concatEager(5);
    // @ts-expect-error Its members are no ObservableInput.
    concatEager([1, 2]);
    // @ts-expect-error They are not optional.
    concatEager();
  });
});

describe('a configuration', () => {
  it("has rxjs's own RetryConfig and SchedulerLike", () => {
    type Config = ConcatMapEagerConfig<number, string>;
    expectTypeOf<Config['retry']>().toEqualTypeOf<number | RetryConfig | undefined>();
    expectTypeOf<Config['scheduler']>().toEqualTypeOf<SchedulerLike | undefined>();
  });

  it('may have undefined for every option, under exactOptionalPropertyTypes too', () => {
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

  it('can be declared before it is used', () => {
    const config = { concurrent: 3, timeout: { first: 5 }, onError: 'skip' } as const;
    expectTypeOf(numbers.pipe(concatMapEager((n) => of(n), config))).toEqualTypeOf<Observable<number>>();
    const typed: ConcatMapEagerConfig<number, string> = { onError: (_, item) => of(item.value.toFixed()) };
    expectTypeOf(numbers.pipe(concatMapEager((n) => of(n), typed))).toEqualTypeOf<Observable<number | string>>();
  });

  it('has no other options, and no other values', () => {
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
    // @ts-expect-error A scheduler can schedule.
    numbers.pipe(concatMapEager((n) => of(n), { scheduler: Date }));
  });
});

describe('a monitor', () => {
  it('is told the type, and what belongs to it', () => {
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
            expectTypeOf(event.outcome).toEqualTypeOf<'completed' | 'failed' | 'cancelled'>();
            expectTypeOf(event.error).toEqualTypeOf<unknown>();
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
  it('names the value, the index, the attempt and the limit', () => {
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
