import { NEVER, Observable, of, type ObservableInput, Subject, throwError } from 'rxjs';
import type { Subscriber, Subscription } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { concatEager, concatMapEager, type ConcatMapEagerConfig, type ItemContext } from '../../src/index.js';
import { isCollected, Tracker } from '../support/collected.js';
import { turn } from '../support/turn.js';
import { doors, ends, hear, play, playInputs, rows, thing, type Thing } from '../support/releaseScenes.js';

/*
 * What is tracked is made in functions of its own, so that no variable of the test keeps it, and is never handed to
 * `expect`. What a scene returns in `alive` is held until the end of its test.
 */
interface Scene {
  readonly refs: WeakRef<object>[];
  readonly alive: unknown;
}

/** Holds what is `alive` beyond the collection, and says which of the tracked are still there. */
async function collected({ refs, alive }: Scene): Promise<boolean[]> {
  await turn();
  const gone: boolean[] = [];
  for (const ref of refs) {
    gone.push(await isCollected(ref));
  }
  held.push(alive);
  return gone;
}
const held: unknown[] = [];

test('the helper sees what is held, and what is not', async () => {
  const kept = thing('kept');
  const scene = () => ({ refs: [new WeakRef(kept), new WeakRef(thing('gone'))], alive: kept });

  expect(await collected(scene())).toEqual([false, true]);
});

describe.each(Object.entries(ends))('%s', (_, end) => {
  test.each(Object.entries(rows))('%s are released', async (_, row) => {
    const tracker = new Tracker();

    expect(await play(row, end, tracker)).toEqual([]);
    expect(tracker.size).toBeGreaterThan(2);
  });

  test.each(Object.entries(doors))('inputs of %s, are released', async (_, open) => {
    const tracker = new Tracker();

    expect(await playInputs(open, end, tracker)).toEqual([]);
    expect(tracker.size).toBeGreaterThan(2);
  });
});

describe('while the stream lives on', () => {
  test('a value that the head has emitted is not referenced', async () => {
    const scene = (): Scene => {
      const head = new Subject<Thing>();
      const subscription = of(head)
        .pipe(concatMapEager((inner) => inner))
        .subscribe(hear);
      const value = thing('value');
      head.next(value);
      return { refs: [new WeakRef(value)], alive: [head, subscription] };
    };

    expect(await collected(scene())).toEqual([true]);
  });

  test('values that were parked and have been emitted are not referenced', async () => {
    const scene = (): Scene => {
      const [a, b] = [new Subject<Thing>(), new Subject<Thing>()];
      const subscription = of(a, b)
        .pipe(concatMapEager((inner) => inner))
        .subscribe(hear);
      const values = [thing('first'), thing('second'), thing('third')];
      values.forEach((value) => b.next(value));
      a.complete();
      return { refs: values.map((value) => new WeakRef(value)), alive: [b, subscription] };
    };

    expect(await collected(scene())).toEqual([true, true, true]);
  });

  test('the value of a promise that has been emitted is not referenced', async () => {
    const scene = async (): Promise<Scene> => {
      const ref: WeakRef<object>[] = [];
      const subscription = of(1, 2)
        .pipe(
          concatMapEager((n) => {
            if (n === 2) {
              return new Promise<Thing>(() => undefined);
            }
            const value = thing('value');
            ref.push(new WeakRef(value));
            return Promise.resolve(value);
          }),
        )
        .subscribe(hear);
      await turn();
      return { refs: ref, alive: subscription };
    };

    expect(await collected(await scene())).toEqual([true]);
  });

  test('a value of an async iterable that has been emitted is not referenced while it is asked for the next', async () => {
    const scene = async (): Promise<Scene> => {
      const refs: WeakRef<object>[] = [];
      let asked = 0;
      const iterable: AsyncIterable<Thing> = {
        [Symbol.asyncIterator]: () => ({
          next: () => {
            if (asked++ > 0) {
              return new Promise(() => undefined);
            }
            const value = thing('value');
            refs.push(new WeakRef(value));
            return Promise.resolve({ done: false, value });
          },
        }),
      };
      const subscription = of(iterable)
        .pipe(concatMapEager((inner) => inner))
        .subscribe(hear);
      await turn();
      return { refs, alive: [iterable, subscription] };
    };

    expect(await collected(await scene())).toEqual([true]);
  });

  test('an inner that has ended is not referenced, nor its subscriber', async () => {
    const scene = (): Scene => {
      const refs: WeakRef<object>[] = [];
      const source = new Subject<number>();
      const subscription = source
        .pipe(
          concatMapEager((n) => {
            if (n === 0) {
              return NEVER;
            }
            const inner = new Observable<Thing>((subscriber) => {
              refs.push(new WeakRef(subscriber));
              subscriber.next(thing('parked'));
              subscriber.complete();
            });
            refs.push(new WeakRef(inner));
            return inner;
          }),
        )
        .subscribe(hear);
      source.next(0);
      source.next(1);
      source.next(2);
      return { refs, alive: [source, subscription] };
    };

    expect(await collected(scene())).toEqual([true, true, true, true]);
  });

  test('a source value is not referenced as soon as `project` has it', async () => {
    const scene = (): Scene => {
      const source = new Subject<Thing>();
      const subscription = source.pipe(concatMapEager(() => NEVER)).subscribe(hear);
      const values = [thing('head'), thing('active')];
      values.forEach((value) => source.next(value));
      return { refs: values.map((value) => new WeakRef(value)), alive: [source, subscription] };
    };

    expect(await collected(scene())).toEqual([true, true]);
  });

  test('a source value that has waited is not referenced as soon as `project` has it', async () => {
    const scene = (): Scene => {
      const source = new Subject<Thing>();
      const head = new Subject<string>();
      const subscription = source.pipe(concatMapEager((_, index) => (index === 0 ? head : NEVER), 1)).subscribe(hear);
      const values = [thing('first'), thing('second'), thing('third')];
      values.forEach((value) => source.next(value));
      head.complete();
      return { refs: values.slice(0, 2).map((value) => new WeakRef(value)), alive: [source, subscription] };
    };

    expect(await collected(scene())).toEqual([true, true]);
  });

  test('a source value that `retry` may need is not referenced once its item has ended', async () => {
    const scene = (): Scene => {
      const source = new Subject<Thing>();
      const subscription = source
        .pipe(concatMapEager((_, index) => (index === 0 ? NEVER : of(index)), { retry: 1 }))
        .subscribe(hear);
      source.next(thing('head'));
      const value = thing('ended');
      source.next(value);
      return { refs: [new WeakRef(value)], alive: [source, subscription] };
    };

    expect(await collected(scene())).toEqual([true]);
  });

  test('a source that has completed is not referenced, nor are the values that it made', async () => {
    // In a function of its own: what is made in one function is held by every other function made in it.
    const makeSource = (refs: WeakRef<object>[]) => {
      const values = [thing('first'), thing('second')];
      const source = new Observable<Thing>((subscriber) => {
        values.forEach((value) => subscriber.next(value));
        subscriber.complete();
      });
      refs.push(...[source, ...values].map((made) => new WeakRef(made)));
      return source;
    };
    const scene = (): Scene => {
      const refs: WeakRef<object>[] = [];
      return {
        refs,
        alive: makeSource(refs)
          .pipe(concatMapEager(() => NEVER))
          .subscribe(hear),
      };
    };

    expect(await collected(scene())).toEqual([true, true, true]);
  });

  test('an iterable that has ended is not referenced, nor are the inputs that it gave', async () => {
    const scene = (): Scene => {
      const inputs = [new Observable<Thing>((subscriber) => subscriber.complete()), NEVER];
      const subscription = concatEager(inputs, 2).subscribe(hear);
      return { refs: [new WeakRef(inputs), new WeakRef(inputs[0]!)], alive: subscription };
    };

    expect(await collected(scene())).toEqual([true, true]);
  });

  test('an input that has ended is not referenced by what is asked for the next', async () => {
    const scene = (): Scene => {
      const refs: WeakRef<object>[] = [];
      function* inputs() {
        for (;;) {
          if (refs.length === 3) {
            yield NEVER;
          }
          const input = new Observable<number>((subscriber) => subscriber.complete());
          refs.push(new WeakRef(input));
          yield input;
        }
      }
      const subscription = concatEager(inputs(), 1).subscribe(hear);
      return { refs: refs.slice(0, 2), alive: subscription };
    };

    expect(await collected(scene())).toEqual([true, true]);
  });

  test('what later items have parked is not referenced once one has failed in order', async () => {
    const scene = (): Scene => {
      const [a, b, c] = [new Subject<Thing>(), new Subject<Thing>(), new Subject<Thing>()];
      const source = new Subject<Subject<Thing>>();
      const subscription = source.pipe(concatMapEager((inner) => inner, 3)).subscribe(hear);
      [a, b, c, new Subject<Thing>()].forEach((inner) => source.next(inner));
      const value = thing('parked');
      const waiting = new Subject<Thing>();
      source.next(waiting);
      c.next(value);
      b.error('bad');
      return { refs: [new WeakRef(value), new WeakRef(waiting)], alive: [a, b, c, source, subscription] };
    };

    expect(await collected(scene())).toEqual([true, true]);
  });

  test('a value that timed out is not referenced by its promise, which never settles', async () => {
    const scene = async (): Promise<Scene> => {
      const promise = new Promise<string>(() => undefined);
      const source = new Subject<Thing>();
      const subscription = source.pipe(concatMapEager(() => promise, { timeout: 1, onError: 'skip' })).subscribe(hear);
      const value = thing('late');
      source.next(value);
      const ref = new WeakRef(value);
      await turn();
      await turn();
      await turn();
      return { refs: [ref], alive: [promise, source, subscription] };
    };

    expect(await collected(await scene())).toEqual([true]);
  });
});

describe('after the end', () => {
  type End = (subscription: Subscription, head: Subject<Thing>) => void;
  const ends: [string, End][] = [
    ['the subscriber has left', (subscription) => subscription.unsubscribe()],
    ['an item has failed', (subscription, head) => head.error('bad')],
  ];

  /** What one subscription holds at most: values that are parked, that wait, and that their items may still need. */
  function everything(end: End): Scene {
    const refs: WeakRef<object>[] = [];
    const alive: unknown[] = [];
    const track = (name: string): Thing => {
      const value = thing(name);
      refs.push(new WeakRef(value));
      return value;
    };
    const head = new Subject<Thing>();
    const source = new Observable<Thing>((subscriber) => {
      alive.push(subscriber);
      for (const name of ['head', 'parked', 'several', 'promise', 'waiting']) {
        subscriber.next(track(name));
      }
    });
    const project = (_: Thing, index: number): ObservableInput<Thing> => {
      const inners = [
        head,
        new Observable<Thing>((subscriber) => {
          alive.push(subscriber);
          subscriber.next(track('parked value'));
        }),
        [track('one of several'), track('another of several')],
        new Promise<Thing>(() => undefined),
      ];
      alive.push(inners[3]);
      return inners[index]!;
    };
    const config = { concurrent: 3, timeout: 1e6 };
    const subscription = source.pipe(concatMapEager(project, config)).subscribe({ next: hear, error: hear });
    alive.push(head, subscription);
    end(subscription, head);
    return { refs, alive };
  }

  test.each(ends)('no value is referenced once %s', async (_, end) => {
    const gone = await collected(everything(end));

    expect(gone.length).toBeGreaterThan(7);
    expect(gone).toEqual(gone.map(() => true));
  });

  test('no value is referenced once all has completed', async () => {
    const scene = (): Scene => {
      const alive: unknown[] = [];
      let keep!: Subscriber<Thing>;
      const source = new Observable<Thing>((subscriber) => {
        keep = subscriber;
        alive.push(subscriber);
      });
      const subscription = source
        .pipe(
          concatMapEager(
            (value) =>
              new Observable<Thing>((subscriber) => {
                alive.push(subscriber);
                subscriber.next(thing(value.name));
                subscriber.complete();
              }),
            { retry: 1 },
          ),
        )
        .subscribe(hear);
      const value = thing('value');
      keep.next(value);
      keep.complete();
      return { refs: [new WeakRef(value)], alive: [alive, subscription] };
    };

    expect(await collected(scene())).toEqual([true]);
  });

  test('the error is not referenced once it has been emitted', async () => {
    const scene = (): Scene => {
      let keep!: Subscriber<number>;
      const source = new Observable<number>((subscriber) => {
        keep = subscriber;
      });
      const subscription = source.pipe(concatMapEager((n) => of(n))).subscribe({ next: hear, error: hear });
      const error = thing('error');
      keep.next(1);
      keep.error(error);
      return { refs: [new WeakRef(error)], alive: [keep, subscription] };
    };

    expect(await collected(scene())).toEqual([true]);
  });

  test('no value is referenced by a promise that never settles', async () => {
    const scene = (): Scene => {
      const promises = [new Promise<Thing>(() => undefined), new Promise<Thing>(() => undefined)];
      const refs: WeakRef<object>[] = [];
      const source = new Subject<Thing>();
      const subscription = source
        .pipe(
          concatMapEager((_, index) => (index === 2 ? [parked(refs)] : promises[index]!), { concurrent: 3, retry: 2 }),
        )
        .subscribe(hear);
      for (let index = 0; index < 5; index++) {
        const value = thing('value');
        refs.push(new WeakRef(value));
        source.next(value);
      }
      subscription.unsubscribe();
      return { refs, alive: promises };
    };

    expect(await collected(scene())).toEqual(Array.from({ length: 6 }, () => true));
  });

  test.each<[string, (promise: Promise<never>) => ConcatMapEagerConfig<number>]>([
    ['of `retry.delay`', (promise) => ({ retry: { delay: () => promise } })],
    ['of `onError`', (promise) => ({ onError: () => promise })],
  ])('the error is not referenced by a promise %s that never settles', async (_, configOf) => {
    const scene = (): Scene => {
      const promise = new Promise<never>(() => undefined);
      const error = thing('error');
      of(1)
        .pipe(concatMapEager(() => throwError(() => error), configOf(promise)))
        .subscribe(hear)
        .unsubscribe();
      return { refs: [new WeakRef(error)], alive: promise };
    };

    expect(await collected(scene())).toEqual([true]);
  });

  test('neither the signal of an attempt nor its reason is referenced by a promise that never settles', async () => {
    const scene = (): Scene => {
      const promise = new Promise<never>(() => undefined);
      const refs: WeakRef<object>[] = [];
      const run = () => {
        const controller = new AbortController();
        const reason = thing('reason');
        const project = (_value: number, _index: number, { signal }: ItemContext) => {
          refs.push(new WeakRef(signal));
          return promise;
        };
        of(1)
          .pipe(concatMapEager(project, { signal: controller.signal }))
          .subscribe({ error: hear });
        controller.abort(reason);
        refs.push(new WeakRef(reason));
      };
      run();
      return { refs, alive: promise };
    };

    expect(await collected(scene())).toEqual([true, true]);
  });

  test('neither `project` nor the subscriber is referenced by a promise that never settles', async () => {
    const scene = (): Scene => {
      const promise = new Promise<Thing>(() => undefined);
      const refs: WeakRef<object>[] = [];
      const run = () => {
        const project = () => promise;
        const observer = { next: hear };
        const subscription = of(1).pipe(concatMapEager(project)).subscribe(observer);
        refs.push(new WeakRef(project), new WeakRef(observer), new WeakRef(subscription));
        subscription.unsubscribe();
      };
      run();
      return { refs, alive: promise };
    };

    expect(await collected(scene())).toEqual([true, true, true]);
  });

  function parked(refs: WeakRef<object>[]): Thing {
    const value = thing('parked');
    refs.push(new WeakRef(value));
    return value;
  }
});
