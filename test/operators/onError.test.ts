import {
  concat,
  concatMap,
  EMPTY,
  map,
  of,
  range,
  Subject,
  throwError,
  timer,
  type Observable,
  type ObservableInput,
} from 'rxjs';
import { describe, expect, it } from 'vitest';
import { concatMapEager, type ConcatMapEagerConfig } from '../../src/index.js';
import { heard, inVirtualTime, observe, randomFrom, type VirtualTime } from '../support/policies.js';

type Policy = 'in-order' | 'immediate' | 'at-end' | 'skip' | 'a function';
type Config = ConcatMapEagerConfig<number, string>;

/** What a cell expects: what is heard, and the subscriptions of the four inners, if they are subscribed at all. */
interface Cell {
  heard: string;
  /** of the item before the one that fails */
  earlier: string;
  /** of the one after it, which is running */
  later: string | undefined;
  /** of the one after that, whose value waits */
  waiting: string | undefined;
  source?: string;
}

interface Row {
  what: string;
  /** The inner that fails, or a `project` that does. */
  failing: (time: VirtualTime) => ObservableInput<string>;
  timeout?: Config['timeout'];
  source?: string;
  earlier?: string;
  /** What an `onError` function returns; `--F|` by default. */
  fallback?: (time: VirtualTime) => ObservableInput<string>;
  cells: Partial<Record<Policy, Cell>>;
}

// Item 0 goes out at 1 and 20; item 1 fails; item 2 parks a value at 3 and ends at 10; item 3 waits for one of three places,
// and gives a value a millisecond after it is started. The source ends at 25.
const SOURCE = '(0123)-------------------|';
const EARLIER = '-A------------------(B|)';
const LATER = '---C------|';
const WAITING = '-(D|)';

const boom = () => new Error('boom');

const rows: Row[] = [
  {
    what: 'project threw',
    failing: () => {
      throw boom();
    },
    cells: {
      'in-order': {
        heard: '1:A 20:B 20:#boom',
        earlier: '^-------------------!',
        later: undefined,
        waiting: undefined,
        source: '(^!)',
      },
      immediate: { heard: '0:#boom', earlier: '(^!)', later: undefined, waiting: undefined, source: '(^!)' },
      'at-end': {
        heard: '1:A 20:B 20:C 20:D 25:#boom',
        earlier: '^-------------------!',
        later: '^---------!',
        waiting: '^!',
      },
      skip: { heard: '1:A 20:B 20:C 20:D 25:|', earlier: '^-------------------!', later: '^---------!', waiting: '^!' },
      // The fallback holds its place until 3.
      'a function': {
        heard: '1:A 20:B 20:F 20:C 20:D 25:|',
        earlier: '^-------------------!',
        later: '^---------!',
        waiting: '---^!',
      },
    },
  },
  {
    what: 'it is no ObservableInput',
    failing: () => 5 as never,
    cells: {
      'in-order': {
        heard: '1:A 20:B 20:#TypeError',
        earlier: '^-------------------!',
        later: undefined,
        waiting: undefined,
        source: '(^!)',
      },
      immediate: { heard: '0:#TypeError', earlier: '(^!)', later: undefined, waiting: undefined, source: '(^!)' },
      'at-end': {
        heard: '1:A 20:B 20:C 20:D 25:#TypeError',
        earlier: '^-------------------!',
        later: '^---------!',
        waiting: '^!',
      },
      skip: { heard: '1:A 20:B 20:C 20:D 25:|', earlier: '^-------------------!', later: '^---------!', waiting: '^!' },
      'a function': {
        heard: '1:A 20:B 20:F 20:C 20:D 25:|',
        earlier: '^-------------------!',
        later: '^---------!',
        waiting: '---^!',
      },
    },
  },
  {
    what: 'the inner errored',
    failing: ({ cold }) => cold('--b--#', undefined, boom()),
    cells: {
      'in-order': {
        heard: '1:A 20:B 20:b 20:#boom',
        earlier: '^-------------------!',
        later: '^----!',
        waiting: undefined,
        source: '^----!',
      },
      immediate: { heard: '1:A 5:#boom', earlier: '^----!', later: '^----!', waiting: undefined, source: '^----!' },
      'at-end': {
        heard: '1:A 20:B 20:b 20:C 20:D 25:#boom',
        earlier: '^-------------------!',
        later: '^---------!',
        waiting: '-----^!',
      },
      skip: {
        heard: '1:A 20:B 20:b 20:C 20:D 25:|',
        earlier: '^-------------------!',
        later: '^---------!',
        waiting: '-----^!',
      },
      'a function': {
        heard: '1:A 20:B 20:b 20:F 20:C 20:D 25:|',
        earlier: '^-------------------!',
        later: '^---------!',
        waiting: '--------^!',
      },
    },
  },
  {
    what: 'the limit `first` passed',
    failing: ({ cold }) => cold('---------b|'),
    timeout: { first: 6 },
    cells: {
      'in-order': {
        heard: '1:A 20:B 20:#first',
        earlier: '^-------------------!',
        later: '^-----!',
        waiting: undefined,
        source: '^-----!',
      },
      immediate: { heard: '1:A 6:#first', earlier: '^-----!', later: '^-----!', waiting: undefined, source: '^-----!' },
      'at-end': {
        heard: '1:A 20:B 20:C 20:D 25:#first',
        earlier: '^-------------------!',
        later: '^---------!',
        waiting: '------^!',
      },
      skip: {
        heard: '1:A 20:B 20:C 20:D 25:|',
        earlier: '^-------------------!',
        later: '^---------!',
        waiting: '------^!',
      },
      'a function': {
        heard: '1:A 20:B 20:F 20:C 20:D 25:|',
        earlier: '^-------------------!',
        later: '^---------!',
        waiting: '---------^!',
      },
    },
  },
  {
    what: 'the limit `each` passed',
    failing: ({ cold }) => cold('--b------------------c|'),
    earlier: '-A-----A-----A-----(B|)',
    timeout: { each: 10 },
    cells: {
      'in-order': {
        heard: '1:A 7:A 13:A 19:B 19:b 19:#each',
        earlier: '^------------------!',
        later: '^---------!',
        waiting: '----------^!',
        source: '^-----------!',
      },
      immediate: {
        heard: '1:A 7:A 12:#each',
        earlier: '^-----------!',
        later: '^---------!',
        waiting: '----------^!',
        source: '^-----------!',
      },
      'at-end': {
        heard: '1:A 7:A 13:A 19:B 19:b 19:C 19:D 25:#each',
        earlier: '^------------------!',
        later: '^---------!',
        waiting: '----------^!',
      },
      skip: {
        heard: '1:A 7:A 13:A 19:B 19:b 19:C 19:D 25:|',
        earlier: '^------------------!',
        later: '^---------!',
        waiting: '----------^!',
      },
      // The place of item 2 is free at 10.
      'a function': {
        heard: '1:A 7:A 13:A 19:B 19:b 19:F 19:C 19:D 25:|',
        earlier: '^------------------!',
        later: '^---------!',
        waiting: '----------^!',
      },
    },
  },
  {
    what: 'the limit `total` passed',
    failing: ({ cold }) => cold('--b---b---b---b---b---b---b|'),
    earlier: '-A-----------(B|)',
    timeout: { total: 15 },
    cells: {
      'in-order': {
        heard: '1:A 13:B 13:b 13:b 13:b 14:b 15:#total',
        earlier: '^------------!',
        later: '^---------!',
        waiting: '----------^!',
        source: '^--------------!',
      },
      immediate: {
        heard: '1:A 13:B 13:b 13:b 13:b 14:b 15:#total',
        earlier: '^------------!',
        later: '^---------!',
        waiting: '----------^!',
        source: '^--------------!',
      },
      'at-end': {
        heard: '1:A 13:B 13:b 13:b 13:b 14:b 15:C 15:D 25:#total',
        earlier: '^------------!',
        later: '^---------!',
        waiting: '----------^!',
      },
      skip: {
        heard: '1:A 13:B 13:b 13:b 13:b 14:b 15:C 15:D 25:|',
        earlier: '^------------!',
        later: '^---------!',
        waiting: '----------^!',
      },
      'a function': {
        heard: '1:A 13:B 13:b 13:b 13:b 14:b 17:F 18:C 18:D 25:|',
        earlier: '^------------!',
        later: '^---------!',
        waiting: '----------^!',
      },
    },
  },
  {
    what: 'the limit `blocking` passed',
    failing: ({ cold }) => cold('-b---b---b---b---b---b---b---b|'),
    earlier: '-A----(B|)',
    timeout: { blocking: 8 },
    cells: {
      // Item 1 is the head from 6 on, with `C` parked behind it since 3: item 0 has held up nothing for 8 ms.
      'in-order': {
        heard: '1:A 6:B 6:b 6:b 9:b 13:b 14:#blocking',
        earlier: '^-----!',
        later: '^---------!',
        waiting: '------^!',
        source: '^-------------!',
      },
      immediate: {
        heard: '1:A 6:B 6:b 6:b 9:b 13:b 14:#blocking',
        earlier: '^-----!',
        later: '^---------!',
        waiting: '------^!',
        source: '^-------------!',
      },
      'at-end': {
        heard: '1:A 6:B 6:b 6:b 9:b 13:b 14:C 14:D 25:#blocking',
        earlier: '^-----!',
        later: '^---------!',
        waiting: '------^!',
      },
      skip: {
        heard: '1:A 6:B 6:b 6:b 9:b 13:b 14:C 14:D 25:|',
        earlier: '^-----!',
        later: '^---------!',
        waiting: '------^!',
      },
      'a function': {
        heard: '1:A 6:B 6:b 6:b 9:b 13:b 16:F 17:C 17:D 25:|',
        earlier: '^-----!',
        later: '^---------!',
        waiting: '------^!',
      },
    },
  },
  {
    what: 'the function threw',
    failing: ({ cold }) => cold('--b--#', undefined, boom()),
    fallback: () => {
      throw new Error('worse');
    },
    cells: {
      'a function': {
        heard: '1:A 20:B 20:b 20:#worse',
        earlier: '^-------------------!',
        later: '^----!',
        waiting: undefined,
        source: '^----!',
      },
    },
  },
  {
    what: 'the function returned no ObservableInput',
    failing: ({ cold }) => cold('--b--#', undefined, boom()),
    fallback: () => undefined as never,
    cells: {
      'a function': {
        heard: '1:A 20:B 20:b 20:#TypeError',
        earlier: '^-------------------!',
        later: '^----!',
        waiting: undefined,
        source: '^----!',
      },
    },
  },
  {
    what: 'the fallback errored',
    failing: ({ cold }) => cold('--b--#', undefined, boom()),
    fallback: ({ cold }) => cold('-F-#', undefined, new Error('worse')),
    cells: {
      'a function': {
        heard: '1:A 20:B 20:b 20:F 20:#worse',
        earlier: '^-------------------!',
        later: '^-------!',
        waiting: undefined,
        source: '^-------!',
      },
    },
  },
  {
    what: 'the source failed',
    failing: ({ cold }) => cold('--b--|'),
    source: '(0123)-#',
    cells: {
      'in-order': {
        heard: '1:A 20:B 20:b 20:C 20:D 20:#boom',
        earlier: '^-------------------!',
        later: '^---------!',
        waiting: '-----^!',
        source: '^------!',
      },
      immediate: {
        heard: '1:A 7:#boom',
        earlier: '^------!',
        later: '^------!',
        waiting: '-----^!',
        source: '^------!',
      },
      'at-end': {
        heard: '1:A 20:B 20:b 20:C 20:D 20:#boom',
        earlier: '^-------------------!',
        later: '^---------!',
        waiting: '-----^!',
        source: '^------!',
      },
      skip: {
        heard: '1:A 20:B 20:b 20:C 20:D 20:#boom',
        earlier: '^-------------------!',
        later: '^---------!',
        waiting: '-----^!',
        source: '^------!',
      },
      'a function': {
        heard: '1:A 20:B 20:b 20:C 20:D 20:#boom',
        earlier: '^-------------------!',
        later: '^---------!',
        waiting: '-----^!',
        source: '^------!',
      },
    },
  },
];

const SOURCE_SUBSCRIPTION = `^${'-'.repeat(24)}!`;

const cells = rows.flatMap((row) =>
  (Object.entries(row.cells) as [Policy, Cell][]).map(([policy, cell]) => ({ policy, row, cell, what: row.what })),
);

describe('onError', () => {
  it.each(cells)('$policy, when $what', ({ policy, row, cell }) => {
    inVirtualTime((time) => {
      const { cold, expectSubscriptions, flush } = time;
      const source = cold(row.source ?? SOURCE, undefined, boom());
      const earlier = cold(row.earlier ?? EARLIER);
      const later = cold(LATER);
      const waiting = cold(WAITING);
      let calls = 0;
      const fallback = () => {
        calls++;
        return row.fallback ? row.fallback(time) : cold('--F|');
      };
      const config: Config = {
        concurrent: 3,
        timeout: row.timeout,
        onError: policy === 'a function' ? fallback : policy,
      };
      const inners = [() => earlier, () => row.failing(time), () => later, () => waiting];
      const seen = time.observe(
        source.pipe(
          concatMapEager((n: unknown) => inners[Number(n)]!(), config as ConcatMapEagerConfig<unknown, string>),
        ),
      );
      expectSubscriptions(source.subscriptions).toBe(cell.source ?? SOURCE_SUBSCRIPTION);
      expectSubscriptions(earlier.subscriptions).toBe(cell.earlier);
      expectSubscriptions(later.subscriptions).toBe(cell.later ?? []);
      expectSubscriptions(waiting.subscriptions).toBe(cell.waiting ?? []);
      flush();
      expect(seen.log.join(' ')).toBe(cell.heard);
      expect(calls).toBe(policy === 'a function' && row.what !== 'the source failed' ? 1 : 0);
    });
  });

  it("is 'in-order' by default", () => {
    const [a, b, c] = [new Subject<string>(), new Subject<string>(), new Subject<string>()];
    const source = new Subject<Subject<string>>();
    const seen = observe(source.pipe(concatMapEager((inner) => inner)));
    [a, b, c].forEach((inner) => {
      source.next(inner);
    });
    b.error(new Error('boom'));
    expect(c.observed).toBe(false);
    expect(source.observed).toBe(false);
    a.next('a');
    a.complete();
    expect(seen.log).toEqual(['0:a', '0:#boom']);
  });
});

type Inners = readonly [Subject<string>, Subject<string>, Subject<string>, Subject<string>];

/** Four items at once, by hand, in no time. */
function four(config: ConcatMapEagerConfig<number, string>) {
  const inners: Inners = [new Subject(), new Subject(), new Subject(), new Subject()];
  const source = new Subject<number>();
  const seen = observe(source.pipe(concatMapEager((n) => inners[n]!, config)));
  for (const n of [0, 1, 2, 3]) {
    source.next(n);
  }
  return { inners, source, seen };
}

describe("'in-order'", () => {
  it('lets an earlier failure take over, with what was parked before it and nothing after', () => {
    const { inners, seen } = four({});
    inners[1].next('b');
    inners[2].next('c');
    inners[2].error(new Error('late'));
    expect(inners[3].observed).toBe(false);
    expect(inners[1].observed).toBe(true);
    inners[1].error(new Error('early'));
    expect(seen.failure).toBeUndefined();
    inners[0].next('a');
    inners[0].complete();
    expect(seen.log).toEqual(['0:a', '0:b', '0:#early']);
  });

  it('lets earlier items go on with their retries', () => {
    expect(
      heard(({ cold }) => {
        const attempts = [cold('--#', undefined, boom()), cold('---(a|)')];
        return of(0, 1).pipe(
          concatMapEager((n, _, { attempt }) => (n === 0 ? attempts[attempt - 1]! : cold('#', undefined, boom())), {
            retry: { count: 1, delay: 4 },
          }),
        );
      }),
      // Item 1 has failed for good at 4, while item 0 waits for its second attempt at 6.
    ).toBe('9:a 9:#boom');
  });

  it('starts no waiting value any more, though places become free', () => {
    const started: number[] = [];
    const inners = [new Subject<string>(), new Subject<string>()];
    const seen = observe(
      of(0, 1, 2, 3).pipe(
        concatMapEager(
          (n) => {
            started.push(n);
            return inners[n] ?? EMPTY;
          },
          { concurrent: 2 },
        ),
      ),
    );
    inners[1]!.error(new Error('boom'));
    inners[0]!.next('a');
    inners[0]!.complete();
    expect(started).toEqual([0, 1]);
    expect(seen.log).toEqual(['0:a', '0:#boom']);
  });

  it('forgets the source error: what comes after the failed item is out of reach', () => {
    const { inners, source, seen } = four({});
    source.error(new Error('source'));
    inners[1].error(new Error('boom'));
    inners[0].complete();
    expect(seen.log).toEqual(['0:#boom']);
  });

  it('fails at once where the head fails', () => {
    const { inners, seen } = four({});
    inners[1].next('b');
    inners[0].next('a');
    inners[0].error(new Error('boom'));
    expect(seen.log).toEqual(['0:a', '0:#boom']);
    expect(inners.some((inner) => inner.observed)).toBe(false);
  });
});

describe("'immediate'", () => {
  it('drops what is parked, also of the item that failed', () => {
    const { inners, source, seen } = four({ onError: 'immediate' });
    inners[0].next('a');
    inners[1].next('b');
    inners[2].next('c');
    inners[2].error(new Error('boom'));
    expect(seen.log).toEqual(['0:a', '0:#boom']);
    expect(source.observed || inners.some((inner) => inner.observed)).toBe(false);
  });
});

describe("'at-end'", () => {
  it('aggregates several errors in source order, and the source error last', () => {
    const { inners, source, seen } = four({ onError: 'at-end' });
    const errors = [3, 1, 2].map((index) => {
      const error = new Error(`of ${index}`);
      inners[index as 1 | 2 | 3].error(error);
      return error;
    });
    const last = new Error('source');
    source.error(last);
    inners[0].next('a');
    inners[0].complete();
    expect(seen.values).toEqual(['a']);
    const error = seen.failure?.error as AggregateError;
    expect(error).toBeInstanceOf(AggregateError);
    expect(error.errors).toEqual([errors[1], errors[2], errors[0], last]);
    expect(error.errors[3]).toBe(last);
  });

  it('does not wrap a single error, be it an item or the source that failed', () => {
    const error = new Error('boom');
    const one = four({ onError: 'at-end' });
    one.inners[2].error(error);
    [0, 1, 3].forEach((n) => {
      one.inners[n as 0].complete();
    });
    expect(one.seen.failure).toBeUndefined();
    one.source.complete();
    expect(one.seen.failure?.error).toBe(error);

    const other = four({ onError: 'at-end' });
    other.source.error(error);
    expect(other.seen.failure).toBeUndefined();
    other.inners.forEach((inner) => {
      inner.complete();
    });
    expect(other.seen.failure?.error).toBe(error);
  });
});

describe("'skip'", () => {
  it('lets the head end where it failed, and goes on with what is parked', () => {
    const { inners, source, seen } = four({ onError: 'skip' });
    inners[1].next('b');
    inners[1].complete();
    inners[2].next('c');
    inners[0].next('a');
    inners[0].error(new Error('boom'));
    inners[2].error(new Error('boom'));
    inners[3].complete();
    source.complete();
    expect(seen.log).toEqual(['0:a', '0:b', '0:c', '0:|']);
  });
});

describe('what is no ObservableInput', () => {
  it.each([undefined, null, 5, true, {}, () => of(1), Symbol('x'), 5n])('is told in a TypeError: %s', (input) => {
    const seen = observe(of('v').pipe(concatMapEager(() => input as never)));
    const error = seen.failure?.error;
    expect(error).toBeInstanceOf(TypeError);
    expect((error as TypeError).message).toMatch(/project/);
    expect((error as TypeError).message).toMatch(/ObservableInput/);
    expect((error as TypeError).message).toContain(`(${input === null ? 'null' : typeof input})`);
  });
});

interface Plan {
  readonly values: readonly number[];
  readonly gap: number;
  readonly fails: boolean;
}

/** What a run without time would give: the items one after the other, ended by what the policy says. */
function model(plans: readonly Plan[], policy: Policy, sourceFails: boolean): string {
  const heard: string[] = [];
  const errors: string[] = [];
  for (const [index, { values, fails }] of plans.entries()) {
    heard.push(...values.map(String));
    if (fails && policy === 'in-order') {
      return [...heard, `#item ${index}`].join(' ');
    }
    if (fails && policy === 'a function') {
      heard.push(`fallback ${index}`);
      if (index % 3 === 2) {
        return [...heard, `#fallback ${index}`].join(' ');
      }
    }
    if (fails) {
      errors.push(`item ${index}`);
    }
  }
  if (sourceFails) {
    errors.push('source');
  }
  const ends = policy === 'at-end' ? errors : sourceFails ? ['source'] : [];
  return [...heard, ends.length === 0 ? '|' : ends.length === 1 ? `#${ends[0]!}` : `#[${ends.join(' ')}]`].join(' ');
}

function inner({ values, gap, fails }: Plan, index: number): Observable<string> {
  const steps = values.map((value) => (gap === 0 ? of(String(value)) : timer(gap).pipe(map(() => String(value)))));
  return concat(...steps, fails ? throwError(() => new Error(`item ${index}`)) : EMPTY);
}

describe('in whatever order items end', () => {
  const policies: Policy[] = ['in-order', 'immediate', 'at-end', 'skip', 'a function'];

  it.each(policies.filter((policy) => policy !== 'immediate'))('%s gives what it gives one by one', (policy) => {
    const results = new Set<string>();
    for (let seed = 1; seed <= 150; seed++) {
      const random = randomFrom(seed);
      const below = (n: number) => Math.floor(random() * n);
      const plans = Array.from({ length: 1 + below(8) }, (_, index): Plan => {
        const values = Array.from({ length: below(4) }, (_, n) => index * 10 + n);
        return { values, gap: below(6), fails: random() < 0.25 };
      });
      const sourceFails = random() < 0.3;
      const spread = below(4);
      const config: Config = {
        concurrent: 1 + below(4),
        reorderWindow: 1 + below(6),
        onError:
          policy === 'a function'
            ? (_, { index }) =>
                concat(
                  timer(below(5)).pipe(map(() => `fallback ${index}`)),
                  index % 3 === 2 ? throwError(() => new Error(`fallback ${index}`)) : EMPTY,
                )
            : policy,
      };
      inVirtualTime(({ observe, flush }) => {
        const source = concat(
          range(0, plans.length).pipe(concatMap((n) => (spread === 0 ? of(n) : timer(spread).pipe(map(() => n))))),
          sourceFails ? throwError(() => new Error('source')) : EMPTY,
        );
        const seen = observe(source.pipe(concatMapEager((n, index) => inner(plans[n]!, index), config)));
        flush();
        const got = seen.log.map((entry) => entry.slice(entry.indexOf(':') + 1)).join(' ');
        expect(got, `seed ${seed}`).toBe(model(plans, policy, sourceFails));
        results.add(got.endsWith('|') ? 'completed' : 'failed');
      });
    }
    expect(results.size).toBe(2);
  });
});
