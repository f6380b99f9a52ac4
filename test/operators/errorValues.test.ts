import { concat, NEVER, of, Subject, throwError, type Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { concatMapEager, type ConcatMapEagerConfig } from '../../src/index.js';
import { collect, observe } from '../support/policies.js';

const errors: [string, unknown][] = [
  ['undefined', undefined],
  ['null', null],
  ['false', false],
  ['0', 0],
  ['NaN', NaN],
  ["''", ''],
  ['a string', 'boom'],
  ['a promise', Promise.resolve()],
  ['a function', () => 'boom'],
];

const throwing = (error: unknown) => (): never => {
  throw error;
};

describe.each(errors)('an error that is %s', (_, error) => {
  const ways: [string, (error: unknown) => () => Observable<never>][] = [
    ['thrown by project', throwing],
    ['of an inner', (value) => () => throwError(() => value)],
  ];

  describe.each(ways)('%s', (__, fail) => {
    const run = (config: ConcatMapEagerConfig<number, unknown>) =>
      observe(of(0, 1, 2).pipe(concatMapEager((n) => (n === 1 ? fail(error)() : of(n)), config)));

    it("ends the result 'in-order'", () => {
      const seen = run({});
      expect(seen.values).toEqual([0]);
      expect(seen.failure).toEqual({ error });
    });

    it("ends the result 'immediate'", () => {
      const seen = run({ onError: 'immediate' });
      expect(seen.values).toEqual([0]);
      expect(seen.failure).toEqual({ error });
    });

    it("ends the result 'at-end'", () => {
      const seen = run({ onError: 'at-end' });
      expect(seen.values).toEqual([0, 2]);
      expect(seen.failure).toEqual({ error });
    });

    it("is skipped by 'skip'", () => {
      const seen = run({ onError: 'skip' });
      expect(seen.values).toEqual([0, 2]);
      expect(seen.completed).toBe(true);
    });

    it('reaches a function, and what it throws the result', () => {
      const got: unknown[] = [];
      const fallback = run({ onError: (value) => (got.push(value), of('f')) });
      expect(got).toEqual([error]);
      expect(fallback.values).toEqual([0, 'f', 2]);
      const rethrown = run({ onError: (value) => throwing(value)() });
      expect(rethrown.failure).toEqual({ error });
      expect(rethrown.values).toEqual([0]);
    });

    it('reaches retry.delay, and what it throws the result', () => {
      const got: unknown[] = [];
      const delay = (value: unknown) => {
        got.push(value);
        return throwing(value)();
      };
      expect(run({ retry: { delay } }).failure).toEqual({ error });
      expect(got).toEqual([error]);
    });

    it('reaches a monitor, together with the key', () => {
      const { events, monitor } = collect<number>();
      run({ monitor, onError: 'skip' });
      const failed = events.filter((event) => event.type === 'failed');
      const ended = events.filter((event) => event.type === 'ended' && event.outcome === 'failed');
      for (const event of [...failed, ...ended]) {
        expect(Object.hasOwn(event, 'error')).toBe(true);
        expect((event as { error: unknown }).error).toBe(error);
      }
      expect([failed.length, ended.length]).toEqual([1, 1]);
    });
  });

  it.each(['in-order', 'immediate', 'at-end', 'skip'] as const)("of the source ends the result: '%s'", (onError) => {
    const seen = observe(
      concat(
        of(0, 1),
        throwError(() => error),
      ).pipe(concatMapEager((n) => of(n), { onError })),
    );
    expect(seen.values).toEqual([0, 1]);
    expect(seen.failure).toEqual({ error });
  });

  it("is one of several 'at-end'", () => {
    const seen = observe(
      of(0, 1).pipe(concatMapEager((n) => throwError(() => (n === 0 ? error : 'other')), { onError: 'at-end' })),
    );
    expect((seen.failure?.error as AggregateError).errors).toEqual([error, 'other']);
  });
});

describe('an AggregateError', () => {
  it('holds the errors in source order, none flattened', () => {
    const inners = [0, 1, 2].map(() => new Subject<never>());
    const source = new Subject<number>();
    const seen = observe(source.pipe(concatMapEager((n) => inners[n]!, { onError: 'at-end' })));
    [0, 1, 2].forEach((n) => {
      source.next(n);
    });
    const nested = new AggregateError([new Error('inside')]);
    const ofSource = new AggregateError([new Error('in the source')]);
    inners[2]!.error('last');
    inners[0]!.error(nested);
    inners[1]!.error(undefined);
    source.error(ofSource);
    const { errors: held } = seen.failure!.error as AggregateError;
    expect((seen.failure!.error as AggregateError).message).toBe('4 failures, in source order');
    expect(held).toHaveLength(4);
    expect(held[0]).toBe(nested);
    expect(held.slice(1, 3)).toEqual([undefined, 'last']);
    expect(held[3]).toBe(ofSource);
  });

  it('is not made around a single one', () => {
    const nested = new AggregateError([new Error('inside'), new Error('inside')]);
    const seen = observe(
      of(0, 1).pipe(concatMapEager((n) => (n ? of(n) : throwError(() => nested)), { onError: 'at-end' })),
    );
    expect(seen.failure?.error).toBe(nested);
    expect(seen.values).toEqual([1]);
  });

  it('is not shared by two subscriptions', () => {
    const mapped = of(0, 1).pipe(concatMapEager((n) => throwError(() => n), { onError: 'at-end' }));
    const [first, second] = [observe(mapped), observe(mapped)];
    expect(first.failure?.error).not.toBe(second.failure?.error);
    expect((second.failure?.error as AggregateError).errors).toEqual([0, 1]);
  });

  it('waits for what never ends', () => {
    const seen = observe(
      of(0, 1).pipe(concatMapEager((n) => (n ? NEVER : throwError(() => n)), { onError: 'at-end' })),
    );
    expect(seen.log).toEqual([]);
  });
});
