import { runInNewContext } from 'node:vm';
import { asyncScheduler, EMPTY, identity, NEVER, of, range, VirtualTimeScheduler } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { concatAllEager, concatEager, concatMapEager, type ConcatMapEagerConfig } from '../../src/index.js';
import { record, thrownBy } from '../support/record.js';

/** What an untyped caller may pass: the checks are for those whom the compiler does not stop. */
const untyped = (config: unknown) => config as ConcatMapEagerConfig<unknown>;

const count = (name: string, lowest: number) =>
  `Expected \`${name}\` to be an integer from ${lowest} and up or \`Infinity\``;

/** [the configuration, the error's class, its whole message] */
type Mistake = [config: unknown, kind: typeof TypeError | typeof RangeError, message: string | RegExp];

/** [an object that is not a configuration, what it is in a message] */
const notOptions: [value: object, shown: string][] = [
  [Promise.resolve({ concurrent: 2, total: 2, count: 2 }), '[object Promise]'],
  [{ concurrent: 2, total: 2, count: 2, then: () => {} }, '[object Object]'],
  [new Number(2), '[object Number]'],
  [new String('2'), '[object String]'],
  [new Map([['concurrent', 2]]), '[object Map]'],
  [new (class Options extends Map<string, number> {})(), '[object Map]'],
  [new Set([2]), '[object Set]'],
  [new Date(2), '[object Date]'],
  [/2/, '[object RegExp]'],
  [new Error('2'), '[object Error]'],
  [[], '[object Array]'],
  [new Uint8Array(2), '[object Uint8Array]'],
  [new AbortController().signal, '[object AbortSignal]'],
  [new URL('http://localhost'), '[object URL]'],
  [(function* () {})(), '[object Generator]'],
  [{ *[Symbol.iterator]() {} }, '[object Object]'],
  [{ async *[Symbol.asyncIterator]() {} }, '[object Object]'],
  [runInNewContext('new Map()') as object, '[object Map]'],
  [runInNewContext('Promise.resolve()') as object, '[object Promise]'],
];

const mistakes: Mistake[] = [
  // concurrent, by itself and as the number that stands for a config
  [0, RangeError, `${count('concurrent', 1)}, got \`0\` (number)`],
  [-1, RangeError, `${count('concurrent', 1)}, got \`-1\` (number)`],
  [1.5, RangeError, `${count('concurrent', 1)}, got \`1.5\` (number)`],
  [NaN, RangeError, `${count('concurrent', 1)}, got \`NaN\` (number)`],
  [-Infinity, RangeError, `${count('concurrent', 1)}, got \`-Infinity\` (number)`],
  [
    { concurrent: [3] },
    TypeError,
    `${count('concurrent', 1)}, an Observable of numbers, or a ConcurrencyLimit, got \`[object Array]\` (object)`,
  ],
  [
    { concurrent: function three() {} },
    TypeError,
    `${count('concurrent', 1)}, an Observable of numbers, or a ConcurrencyLimit, got \`function three\` (function)`,
  ],
  [{ concurrent: 0 }, RangeError, `${count('concurrent', 1)}, got \`0\` (number)`],
  [{ concurrent: NaN }, RangeError, `${count('concurrent', 1)}, got \`NaN\` (number)`],
  [
    { concurrent: '3' },
    TypeError,
    `${count('concurrent', 1)}, an Observable of numbers, or a ConcurrencyLimit, got \`"3"\` (string)`,
  ],
  [
    { concurrent: null },
    TypeError,
    `${count('concurrent', 1)}, an Observable of numbers, or a ConcurrencyLimit, got \`null\` (null)`,
  ],
  [
    { concurrent: 3n },
    TypeError,
    `${count('concurrent', 1)}, an Observable of numbers, or a ConcurrencyLimit, got \`3\` (bigint)`,
  ],
  [
    { concurrent: Symbol('three') },
    TypeError,
    `${count('concurrent', 1)}, an Observable of numbers, or a ConcurrencyLimit, got \`Symbol(three)\` (symbol)`,
  ],
  [
    { concurrent: {} },
    TypeError,
    `${count('concurrent', 1)}, an Observable of numbers, or a ConcurrencyLimit, got \`[object Object]\` (object)`,
  ],
  [
    { concurrent: true },
    TypeError,
    `${count('concurrent', 1)}, an Observable of numbers, or a ConcurrencyLimit, got \`true\` (boolean)`,
  ],
  [{ concurrent: identity }, TypeError, /^Expected `concurrent` to be .*, got `function identity.*` \(function\)$/s],

  // the window
  [{ reorderWindow: 0 }, RangeError, `${count('reorderWindow', 1)}, got \`0\` (number)`],
  [{ reorderWindow: 2.5 }, RangeError, `${count('reorderWindow', 1)}, got \`2.5\` (number)`],
  [{ reorderWindow: NaN }, RangeError, `${count('reorderWindow', 1)}, got \`NaN\` (number)`],
  [{ reorderWindow: '9' }, TypeError, `${count('reorderWindow', 1)}, got \`"9"\` (string)`],
  [{ reorderWindow: null }, TypeError, `${count('reorderWindow', 1)}, got \`null\` (null)`],
  [{ reorderWindow: 9n }, TypeError, `${count('reorderWindow', 1)}, got \`9\` (bigint)`],

  // the config as a whole
  [null, TypeError, /^Expected `config` to be .*number.*, got `null` \(null\)$/],
  ['3', TypeError, /^Expected `config` to be .*number.*, got `"3"` \(string\)$/],
  [true, TypeError, /^Expected `config` to be .*number.*, got `true` \(boolean\)$/],
  [3n, TypeError, /^Expected `config` to be .*number.*, got `3` \(bigint\)$/],
  [Symbol('c'), TypeError, /^Expected `config` to be .*number.*, got `Symbol\(c\)` \(symbol\)$/],
  [identity, TypeError, /^Expected `config` to be .*number.*, got `.*identity.*` \(function\)$/s],
  [[3], TypeError, /^Expected `config` to be .*number.*, got `.*` \(object\)$/],

  [{ timeout: EMPTY }, TypeError, /^Expected `timeout` to be .*, got `\[object Object\]` \(object\)$/],
  [{ retry: EMPTY }, TypeError, /^Expected `retry` to be .*, got `\[object Object\]` \(object\)$/],

  // what is an object and holds no options
  ...notOptions.flatMap(([value, shown]): Mistake[] => [
    [
      value,
      TypeError,
      `Expected \`config\` to be a number, an Observable of numbers, a ConcurrencyLimit or an object of options, got \`${shown}\` (object)`,
    ],
    [
      { timeout: value },
      TypeError,
      `Expected \`timeout\` to be a number of milliseconds or an object of limits, got \`${shown}\` (object)`,
    ],
    [
      { retry: value },
      TypeError,
      `Expected \`retry\` to be a number of retries or an object of options, got \`${shown}\` (object)`,
    ],
  ]),

  // time limits
  [{ timeout: 0 }, RangeError, /^Expected `timeout` to be .*above 0.*, got `0` \(number\)$/],
  [{ timeout: -5 }, RangeError, /^Expected `timeout` to be .*above 0.*, got `-5` \(number\)$/],
  [{ timeout: NaN }, RangeError, /^Expected `timeout` to be .*above 0.*, got `NaN` \(number\)$/],
  [{ timeout: -Infinity }, RangeError, /^Expected `timeout` to be .*, got `-Infinity` \(number\)$/],
  [{ timeout: '5s' }, TypeError, /^Expected `timeout` to be .*number.*, got `"5s"` \(string\)$/],
  [{ timeout: null }, TypeError, /^Expected `timeout` to be .*number.*, got `null` \(null\)$/],
  [{ timeout: 5n }, TypeError, /^Expected `timeout` to be .*number.*, got `5` \(bigint\)$/],
  [{ timeout: new Date(5) }, TypeError, /^Expected `timeout` to be .*, got `.*` \(object\)$/],
  [{ timeout: [5] }, TypeError, /^Expected `timeout` to be .*, got `.*` \(object\)$/],
  [
    { timeout: {} },
    TypeError,
    /^Expected `timeout` to be .*`first`, `each`, `total` or `blocking`, got `\[object Object\]` \(object\)$/,
  ],
  [{ timeout: { first: undefined, total: undefined } }, TypeError, /^Expected `timeout` to be .*`first`.*\(object\)$/],
  ...['first', 'each', 'total', 'blocking'].flatMap((name): Mistake[] => [
    [
      { timeout: { [name]: 0 } },
      RangeError,
      new RegExp(`^Expected \`timeout.${name}\` .*above 0.*\`0\` \\(number\\)$`),
    ],
    [{ timeout: { [name]: -1 } }, RangeError, new RegExp(`^Expected \`timeout.${name}\` .*, got \`-1\` \\(number\\)$`)],
    [{ timeout: { [name]: NaN } }, RangeError, new RegExp(`^Expected \`timeout.${name}\` .*\`NaN\` \\(number\\)$`)],
    [{ timeout: { [name]: '1' } }, TypeError, new RegExp(`^Expected \`timeout.${name}\` .*\`"1"\` \\(string\\)$`)],
    [{ timeout: { [name]: null } }, TypeError, new RegExp(`^Expected \`timeout.${name}\` .*\`null\` \\(null\\)$`)],
    [
      { timeout: { total: 9, [name]: 1n } },
      TypeError,
      new RegExp(`^Expected \`timeout.${name}\` .*\`1\` \\(bigint\\)$`),
    ],
  ]),

  // retries
  [{ retry: -1 }, RangeError, `${count('retry', 0)}, got \`-1\` (number)`],
  [{ retry: 0.5 }, RangeError, `${count('retry', 0)}, got \`0.5\` (number)`],
  [{ retry: NaN }, RangeError, `${count('retry', 0)}, got \`NaN\` (number)`],
  [{ retry: '3' }, TypeError, /^Expected `retry` to be .*number.*, got `"3"` \(string\)$/],
  [{ retry: null }, TypeError, /^Expected `retry` to be .*number.*, got `null` \(null\)$/],
  [{ retry: true }, TypeError, /^Expected `retry` to be .*number.*, got `true` \(boolean\)$/],
  [{ retry: { count: -1 } }, RangeError, `${count('retry.count', 0)}, got \`-1\` (number)`],
  [{ retry: { count: NaN } }, RangeError, `${count('retry.count', 0)}, got \`NaN\` (number)`],
  [{ retry: { count: '3' } }, TypeError, `${count('retry.count', 0)}, got \`"3"\` (string)`],
  [{ retry: { count: null } }, TypeError, `${count('retry.count', 0)}, got \`null\` (null)`],
  [{ retry: { delay: -1 } }, RangeError, /^Expected `retry.delay` to be .*, got `-1` \(number\)$/],
  [{ retry: { delay: Infinity } }, RangeError, /^Expected `retry.delay` to be .*, got `Infinity` \(number\)$/],
  [{ retry: { delay: NaN } }, RangeError, /^Expected `retry.delay` to be .*, got `NaN` \(number\)$/],
  [{ retry: { delay: '1s' } }, TypeError, /^Expected `retry.delay` to be .*function.*, got `"1s"` \(string\)$/],
  [{ retry: { delay: null } }, TypeError, /^Expected `retry.delay` to be .*function.*, got `null` \(null\)$/],
  [{ retry: { delay: 1n } }, TypeError, /^Expected `retry.delay` to be .*function.*, got `1` \(bigint\)$/],
  [{ retry: { delay: EMPTY } }, TypeError, /^Expected `retry.delay` to be .*function.*, got `.*` \(object\)$/],
  [
    { retry: { resetOnSuccess: 1 } },
    TypeError,
    /^Expected `retry.resetOnSuccess` to be a boolean, got `1` \(number\)$/,
  ],
  [
    { retry: { resetOnSuccess: null } },
    TypeError,
    /^Expected `retry.resetOnSuccess` to be a boolean, got `null` \(null\)$/,
  ],

  // the rest
  [
    { onError: 'ignore' },
    TypeError,
    /^Expected `onError` to be .*'in-order'.*'immediate'.*'at-end'.*'skip'.*function.*, got `"ignore"` \(string\)$/,
  ],
  [{ onError: 'toString' }, TypeError, /^Expected `onError` .*, got `"toString"` \(string\)$/],
  [{ onError: null }, TypeError, /^Expected `onError` .*, got `null` \(null\)$/],
  [{ onError: 0 }, TypeError, /^Expected `onError` .*, got `0` \(number\)$/],
  [{ onError: EMPTY }, TypeError, /^Expected `onError` .*, got `.*` \(object\)$/],
  [{ atomic: 'yes' }, TypeError, 'Expected `atomic` to be a boolean, got `"yes"` (string)'],
  [{ atomic: 1 }, TypeError, 'Expected `atomic` to be a boolean, got `1` (number)'],
  [{ atomic: null }, TypeError, 'Expected `atomic` to be a boolean, got `null` (null)'],
  [{ scheduler: null }, TypeError, /^Expected `scheduler` to be .*scheduler.*, got `null` \(null\)$/],
  [{ scheduler: 5 }, TypeError, /^Expected `scheduler` to be .*scheduler.*, got `5` \(number\)$/],
  [{ scheduler: {} }, TypeError, /^Expected `scheduler` to be .*scheduler.*, got `\[object Object\]` \(object\)$/],
  [{ scheduler: { schedule: identity } }, TypeError, /^Expected `scheduler` to be .*`now`.*\(object\)$/],
  [{ scheduler: { now: Date.now } }, TypeError, /^Expected `scheduler` to be .*`schedule`.*\(object\)$/],
  [{ monitor: null }, TypeError, 'Expected `monitor` to be a function, got `null` (null)'],
  [{ monitor: true }, TypeError, 'Expected `monitor` to be a function, got `true` (boolean)'],
  [{ monitor: { next: identity } }, TypeError, 'Expected `monitor` to be a function, got `[object Object]` (object)'],
];

const unknownOptions: [config: unknown, key: string, meant: string][] = [
  [{ concurrency: 3 }, 'concurrency', 'concurrent'],
  [{ Concurrent: 3 }, 'Concurrent', 'concurrent'],
  [{ maxConcurrent: 3 }, 'maxConcurrent', 'concurrent'],
  [{ concurent: 3 }, 'concurent', 'concurrent'],
  [{ window: 3 }, 'window', 'reorderWindow'],
  [{ reorderwindow: 3 }, 'reorderwindow', 'reorderWindow'],
  [{ timeOut: 3 }, 'timeOut', 'timeout'],
  [{ retries: 3 }, 'retries', 'retry'],
  // Half of its characters may be wrong.
  [{ retx: 3 }, 'retx', 'retry'],
  [{ onerror: 'skip' }, 'onerror', 'onError'],
  [{ atomicity: true }, 'atomicity', 'atomic'],
  [{ schedular: asyncScheduler }, 'schedular', 'scheduler'],
  [{ monitors: identity }, 'monitors', 'monitor'],
  [{ timeout: { frist: 5 } }, 'frist', 'first'],
  [{ timeout: { totl: 5 } }, 'totl', 'total'],
  [{ timeout: { total: 5, block: 5 } }, 'block', 'blocking'],
  [{ retry: { counts: 5 } }, 'counts', 'count'],
  [{ retry: { count: 1, delayMs: 5 } }, 'delayMs', 'delay'],
  [{ retry: { resetOnSucces: true } }, 'resetOnSucces', 'resetOnSuccess'],
  // The nearest name, whichever words it contains.
  [{ reorderWindw: 3 }, 'reorderWindw', 'reorderWindow'],
  [{ reorder: 3 }, 'reorder', 'order'],
  [{ time: 3 }, 'time', 'timeout'],
  [{ on: 'skip' }, 'on', 'onError'],
  // So are those of a configuration that it was created from.
  [Object.create({ concurrency: 3 }), 'concurrency', 'concurrent'],
];

const show = (config: unknown): string =>
  typeof config === 'object' && config !== null && Object.prototype.toString.call(config) === '[object Object]'
    ? `{ ${Object.entries(config)
        .map(([key, value]) => `${key}: ${show(value)}`)
        .join(', ')} }`
    : typeof config === 'string'
      ? `'${config}'`
      : typeof config === 'function'
        ? 'a function'
        : typeof config === 'object' && config !== null && !Array.isArray(config)
          ? Object.prototype.toString.call(config)
          : String(config);

describe('a mistake in the configuration', () => {
  test.each(mistakes.map((mistake) => [show(mistake[0]), ...mistake] as const))(
    'is told at the call: %s',
    (_, config, kind, message) => {
      const error = thrownBy(() => concatMapEager(() => EMPTY, untyped(config)));
      expect(error).toBeInstanceOf(kind);
      expect((error as Error).constructor).toBe(kind);
      const told = (error as Error).message;
      if (typeof message === 'string') {
        expect(told).toBe(message);
      } else {
        expect(told).toMatch(message);
      }
    },
  );

  test('is told by every member of the family', () => {
    expect(() => concatAllEager(0)).toThrow(RangeError);
    expect(() => concatAllEager(untyped({ concurrency: 3 }))).toThrow(TypeError);
    expect(() => concatEager([], 0)).toThrow(RangeError);
    expect(() => concatEager([], untyped({ concurrency: 3 }))).toThrow(TypeError);
  });
});

describe('an unknown option', () => {
  test.each(unknownOptions)('is a TypeError that says what was meant: %o', (config, key, meant) => {
    const error = thrownBy(() => concatMapEager(() => EMPTY, untyped(config)));
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toContain(`\`${key}\``);
    expect((error as Error).message).toContain(`\`${meant}\`?`);
  });

  test('is told with the options there are, where nothing similar is known', () => {
    const error = thrownBy(() => concatMapEager(() => EMPTY, untyped({ zzz: 1 })));
    expect(error).toBeInstanceOf(TypeError);
    const { message } = error as Error;
    const known = ['concurrent', 'reorderWindow', 'timeout', 'retry', 'onError', 'atomic', 'scheduler', 'monitor'];
    for (const name of known) {
      expect(message).toContain(`\`${name}\``);
    }
  });

  test('is told even if its value is undefined', () => {
    expect(() => concatMapEager(() => EMPTY, untyped({ concurrency: undefined }))).toThrow(TypeError);
  });

  test.each(['constructor', 'toString', '__proto__x', 'hasOwnProperty'])('is told where Object has it: %s', (key) => {
    expect(() => concatMapEager(() => EMPTY, untyped({ [key]: 1 }))).toThrow(TypeError);
  });
});

describe('the other arguments', () => {
  test.each([
    [undefined, '`undefined` (undefined)'],
    [null, '`null` (null)'],
    ['x', '`"x"` (string)'],
    [EMPTY, '`[object Object]` (object)'],
  ])('include a project that is a function, not %s', (project, shown) => {
    const error = thrownBy(() => concatMapEager(project as never));
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toBe(`Expected \`project\` to be a function, got ${shown}`);
  });

  test.each([
    [undefined, '`undefined` (undefined)'],
    [null, '`null` (null)'],
    [5, '`5` (number)'],
    [{}, '`[object Object]` (object)'],
    [Promise.resolve([]), '(object)'],
  ])('include inputs that can be iterated, not %s', (inputs, shown) => {
    const error = thrownBy(() => concatEager(inputs as never));
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toMatch(/^Expected `inputs` to be .*iterable.*, got /);
    expect((error as Error).message).toContain(shown);
  });
});

describe('a configuration', () => {
  test.each([
    undefined,
    {},
    1,
    Infinity,
    { concurrent: Infinity, reorderWindow: Infinity },
    { concurrent: 10, reorderWindow: 2 },
    { timeout: 0.5 },
    { timeout: Infinity },
    { timeout: { first: Infinity } },
    { timeout: { first: 1, each: 2, total: 3, blocking: 4 } },
    { timeout: { first: undefined, total: 3 } },
    { retry: 0 },
    { retry: Infinity },
    { retry: {} },
    { retry: { count: 0, delay: 0, resetOnSuccess: true } },
    { retry: { delay: () => EMPTY } },
    { retry: { count: undefined, delay: undefined, resetOnSuccess: undefined } },
    { onError: 'in-order' },
    { onError: 'immediate' },
    { onError: 'at-end' },
    { onError: 'skip' },
    { onError: () => EMPTY },
    { atomic: true },
    { scheduler: new VirtualTimeScheduler() },
    { scheduler: { now: Date.now, schedule: asyncScheduler.schedule.bind(asyncScheduler) } },
    { monitor: () => {} },
    {
      concurrent: undefined,
      reorderWindow: undefined,
      timeout: undefined,
      retry: undefined,
      onError: undefined,
      atomic: undefined,
      scheduler: undefined,
      monitor: undefined,
    },
  ])('is accepted if it is correct: %o', (config) => {
    const seen = record(of(1, 2).pipe(concatMapEager((n) => of(n), untyped(config))));
    expect(seen.heard).toEqual([1, 2, '|']);
  });

  /** [what holds the options, which are to be: at most two at once, no time limit, no retry] */
  const holders: [string, () => object][] = [
    ['a frozen object', () => Object.freeze({ concurrent: 2 })],
    ['an object without a prototype', () => Object.assign(Object.create(null) as object, { concurrent: 2 })],
    [
      'an object with a getter',
      () => ({
        get concurrent() {
          return Number('2');
        },
      }),
    ],
    ['an object whose option is not enumerable', () => Object.defineProperty({}, 'concurrent', { value: 2 })],
    ['an object with a symbol of somebody', () => ({ concurrent: 2, [Symbol('tag')]: 1 })],
    ['an object that was created from another', () => Object.create({ concurrent: 2 }) as object],
    [
      'an object that was created from one without a prototype',
      () => Object.create(Object.assign(Object.create(null) as object, { concurrent: 2 })) as object,
    ],
    ['an object of another realm', () => runInNewContext('({ concurrent: 2 })') as object],
    ['a Proxy', () => new Proxy({ concurrent: 2 }, {})],
    [
      'an instance of a class with fields and methods',
      () =>
        new (class {
          concurrent = 2;
          describe() {}
        })(),
    ],
    [
      'an instance of a class with getters',
      () =>
        new (class {
          get concurrent() {
            return this.both / 2;
          }
          get both() {
            return Number('4');
          }
        })(),
    ],
    [
      'an instance of a subclass',
      () =>
        new (class extends class {
          get concurrent() {
            return Number('2');
          }
        } {})(),
    ],
    [
      'an instance of a class with a tag',
      () =>
        new (class {
          concurrent = 2;
          readonly [Symbol.toStringTag] = 'Options';
        })(),
    ],
    [
      'an instance of a class with methods as of ES5',
      () => {
        function Options(this: { concurrent: number }) {
          this.concurrent = 2;
        }
        (Options.prototype as { describe: unknown }).describe = () => {};
        return new (Options as unknown as new () => object)();
      },
    ],
    [
      'what is tagged as a module is',
      () => Object.assign(Object.create(null) as object, { concurrent: 2, [Symbol.toStringTag]: 'Module' }),
    ],
  ];
  const startedOf5 = (config: unknown) => {
    let started = 0;
    range(0, 5)
      .pipe(concatMapEager(() => (started++, NEVER), untyped(config)))
      .subscribe()
      .unsubscribe();
    return started;
  };

  test.each(holders)('may be %s', (_, config) => {
    expect(startedOf5(config())).toBe(2);
  });

  test('does not have what somebody has put on Object.prototype, nor have its limits and its retry', () => {
    const everybodys = {
      concurrent: 2,
      reorderWindow: 1,
      atomic: 'yes',
      total: -1,
      timeout: '1s',
      count: -1,
      delay: 'x',
      zzz: 1,
    };
    Object.assign(Object.prototype, everybodys);
    try {
      for (const config of [undefined, {}, 5, { timeout: 5 }, { timeout: { first: 5 } }, { retry: 3 }, { retry: {} }]) {
        expect(startedOf5(config)).toBe(5);
      }
      expect(() => concatMapEager(() => EMPTY, { timeout: {} })).toThrow(TypeError);
    } finally {
      for (const key of Object.keys(everybodys)) {
        Reflect.deleteProperty(Object.prototype, key);
      }
    }
  });

  test('is asked for each option once', () => {
    const asked: string[] = [];
    const once = <O extends object>(name: string, options: O) =>
      new Proxy(options, {
        get: (target, key, receiver) => {
          asked.push(`${name}${String(key)}`);
          return Reflect.get(target, key, receiver) as unknown;
        },
      });
    concatMapEager(
      () => EMPTY,
      once('', {
        concurrent: 2,
        onError: 'skip' as const,
        timeout: once('timeout.', { first: 5, total: 5 }),
        retry: once('retry.', { count: 2 }),
      }),
    );
    const options = asked.filter((name) => !/(then|subscribe|@@observable|Symbol\(.*\))$/.test(name));
    expect(options.sort()).toEqual(
      ['concurrent', 'onError', 'retry', 'retry.count', 'timeout', 'timeout.first', 'timeout.total'].sort(),
    );
  });

  test('is read at the call: what happens to the object later has no effect', () => {
    const config = { concurrent: 2 };
    const operator = concatMapEager(() => {
      started++;
      return NEVER;
    }, config);
    let started = 0;
    config.concurrent = 3;
    of(1, 2, 3, 4).pipe(operator).subscribe();
    expect(started).toBe(2);
  });

  test('is not asked for again by a later subscription', () => {
    const reads: string[] = [];
    const config = new Proxy(
      { concurrent: 2, onError: 'skip' as const },
      {
        get: (target, key, receiver) => {
          reads.push(String(key));
          return Reflect.get(target, key, receiver) as unknown;
        },
      },
    );
    const mapped = of(1).pipe(concatMapEager((n) => of(n), config));
    const before = reads.length;
    expect(before).toBeGreaterThan(0);
    mapped.subscribe();
    mapped.subscribe();
    expect(reads.length).toBe(before);
  });
});
