import {
  catchError,
  concat,
  concatMap,
  delay,
  identity,
  ignoreElements,
  interval,
  map,
  merge,
  mergeMap,
  mergeWith,
  NEVER,
  Observable,
  of,
  pipe,
  repeat,
  retry,
  type SchedulerLike,
  switchMap,
  take,
  tap,
  throwError,
  timeout,
  TimeoutError,
  timer,
  VirtualTimeScheduler,
} from 'rxjs';
import { describe, expect, test } from 'vitest';
import {
  type MarbleFixtures,
  MarbleMismatch,
  type MarbleOperators,
  MarbleSyntaxError,
  readMarbles,
  runMarble,
} from '../../src/testing/index.js';

/** rxjs's own operators: what is tested here must not depend on this package's. */
const operators: MarbleOperators = {
  concatMap: ({ project }) => concatMap(project),
  mergeMap: ({ project, config }) => mergeMap(project, config),
  switchMap: ({ project }) => switchMap(project),
  retryMap: ({ project, inner }) =>
    mergeMap((label: string) => {
      let attempt = 0;
      return new Observable<string>((subscriber) =>
        (attempt++ ? inner(label) : project(label)).subscribe(subscriber),
      ).pipe(retry(1));
    }),
  resubscribeMap: ({ project }) => mergeMap((label: string) => project(label).pipe(retry(1))),
  mergeInners: ({ inner }) =>
    pipe(
      map((label: string) => inner(label)),
      mergeMap((each) => each, 1),
    ),
  take: ({ config }) => take(config),
  retry: ({ config }) => retry(config),
  repeat: ({ config }) => repeat(config),
  twice: () => (source: Observable<string>) => merge(source, source),
  wrap: () => map((wrapped: unknown) => ({ wrapped })),
  call: ({ config }) => config,
  fail: () => {
    throw new RangeError('no such limit');
  },
  // One at a time, each read when the one before has ended.
  concatInputs: ({ inputs }) =>
    new Observable<string>((subscriber) => {
      const iterator = inputs[Symbol.iterator]();
      const step = (): void => {
        const read = iterator.next();
        if (read.done === true) {
          subscriber.complete();
          return;
        }
        subscriber.add(
          read.value.subscribe({
            next: (each) => subscriber.next(each),
            error: (error) => subscriber.error(error),
            complete: step,
          }),
        );
      };
      step();
      return () => iterator.return?.();
    }),
};

function run(lines: readonly string[], fixtures?: MarbleFixtures): void {
  const [spec] = readMarbles(['# the block', '```marble', ...lines, '```'].join('\n'), 'page.md');
  if (spec === undefined) throw new Error('no block was found');
  runMarble(spec, operators, fixtures);
}

function mismatch(lines: readonly string[], fixtures?: MarbleFixtures): MarbleMismatch {
  try {
    run(lines, fixtures);
  } catch (error) {
    if (error instanceof MarbleMismatch) return error;
    throw error;
  }
  throw new Error('the block passes');
}

const PASSING: Record<string, readonly string[]> = {
  'inners one after another': [
    'source  ab-|', //
    'a       --1--|',
    'b            -(23)-|',
    '> concatMap',
    'result  --1---(23)-|',
  ],
  'a slot that becomes free': [
    'source  abc|', //
    'a       -----1---!',
    'b        -2|',
    'c          -3--4-!',
    '> mergeMap 2',
    'unsub   ---------!',
    'result  --2-31-4',
  ],
  'several values and inners in one frame': [
    'source  (abc|)', //
    'a       (12|)',
    'b       |',
    'c       (34|)',
    '> concatMap',
    'result  (1234|)',
  ],
  'an inner that is unsubscribed': [
    'source  a--b-|', //
    'a       -1-!',
    'b          -2--|',
    '> switchMap',
    'result  -1--2--|',
  ],
  'what an early end leaves': [
    'source  (ab)', //
    '         !',
    'a       -(12!)',
    'b       -!',
    '> mergeMap',
    '> take 2',
    'result  -(12|)',
  ],
  'a consumer that unsubscribes': [
    'source  ab--!', //
    'a       -1--!',
    'b        -2-!',
    '> mergeMap',
    'unsub   ----!',
    'result  -12',
  ],
  'an error of an inner': [
    'source  ab!', //
    'a       --!',
    'b        -#',
    '> mergeMap',
    'result  --#',
  ],
  'an error of the source': [
    'source  a-#', //
    'a       -1!',
    '> mergeMap',
    'result  -1#',
    'error   source',
  ],
  'project that throws': [
    'source  a--(b!)', //
    'a       -1-!',
    'b          throws',
    '> mergeMap',
    'result  -1-#',
  ],
  'several attempts': [
    'source  a|', //
    'a       --#',
    'a         -1|',
    '> retryMap',
    'result  ---1|',
  ],
  'one inner subscribed several times': [
    'source  a|', //
    'a       --#',
    'a         -#',
    '> resubscribeMap',
    'result  ---#',
    'error   a2',
  ],
  'one value several times': [
    'source  aa|', //
    'a       --1|',
    'a          (2|)',
    '> concatMap',
    'result  --1(2|)',
  ],
  'inners that are given, not projected': [
    'source  ab|', //
    'a       --1|',
    'b          -2|',
    '> mergeInners',
    'result  --1-2|',
  ],
  'a hot source': [
    'hot     ab-!', //
    'a       1--!',
    'b        --!',
    '> mergeMap',
    'unsub   ---!',
    'result  1',
  ],
  'inputs that are read to their end': [
    'inputs  ab|', //
    'a       -1|',
    'b         -2|',
    '> concatInputs',
    'result  -1-2|',
  ],
  'inputs that are left early': [
    'inputs  ab!', //
    'a       -1|',
    'b         -!',
    '> concatInputs',
    'unsub   ---!',
    'result  -1',
  ],
  'an inner without end': [
    'source  a-|', //
    'a       -1',
    '> mergeMap',
    'result  -1',
  ],
  'a source that is subscribed several times': [
    'source  a#', //
    'source   a#',
    'source    ab|',
    '> retry 2',
    'result  aaab|',
  ],
  'a hot source that is left and heard again': [
    'hot     a(b!)', //
    'hot      -c(d!)',
    '> take 2',
    '> repeat 2',
    'result  abc(d|)',
  ],
  'two who listen to one hot source': [
    'hot     a---b---|', //
    'hot     a---b---|',
    '> twice',
    'result  (aa)(bb)|',
  ],
  'inputs that are read several times': [
    'inputs  a|', //
    'inputs  b|',
    'a       -1|',
    'b         -2|',
    '> concatInputs',
    '> repeat 2',
    'result  -1-2|',
  ],
  'long waits': [
    'source  a- 2s b|', //
    'a       1|',
    'b             -- 1s 2|',
    '> concatMap',
    'result  1- 2s -- 1s 2|',
  ],
  'values of other kinds': [
    'source  a-b|', //
    'a       -x|',
    'b         -y|',
    '> concatMap',
    '> wrap',
    'result  -1-2|',
    'where   a: { id: 7 }, b: [8], x: "one", y: 2, 1: { wrapped: "one" }, 2: { wrapped: 2 }',
  ],
  'nothing at all': [
    'source  -', //
    '> mergeMap',
    'result  -',
  ],
};

/** Each row but the first drawn with one column more or less, in every place where that makes a difference. */
function mutants(lines: readonly string[]): string[][] {
  const found: string[][] = [];
  const change = (index: number, line: string): void =>
    void found.push(lines.map((each, at) => (at === index ? line : each)));
  lines.forEach((line, index) => {
    if (!/^(result|.) /.test(line) || line.startsWith('>')) return;
    const start = line.slice(8).search(/\S/) + 8;
    change(index, `${line.slice(0, start)} ${line.slice(start)}`);
    if (start > 8) change(index, line.slice(0, start - 1) + line.slice(start));
    if (line.endsWith('throws')) return;
    for (let at = start; at < line.length; at++) {
      const before = line.slice(0, at);
      if (before.lastIndexOf('(') > before.lastIndexOf(')')) continue;
      const wait = line[at] === '-';
      if (!wait) change(index, `${before}-${line.slice(at)}`);
      else if (at < line.length - 1) change(index, before + line.slice(at + 1));
    }
  });
  return found;
}

describe('runMarble', () => {
  test.each(Object.entries(PASSING))('accepts %s', (_, lines) => {
    run(lines);
  });

  test('refuses each of these blocks with one column more or less in the result or in an inner', () => {
    const survivors = Object.values(PASSING)
      .flatMap(mutants)
      .filter((lines) => {
        try {
          run(lines);
          return true;
        } catch (error) {
          if (error instanceof MarbleMismatch || error instanceof MarbleSyntaxError) return false;
          throw new Error(lines.join('\n'), { cause: error });
        }
      });
    expect(survivors.map((lines) => lines.join('\n'))).toEqual([]);
    expect(Object.values(PASSING).flatMap(mutants).length).toBeGreaterThan(100);
  });

  test('runs the timers of rxjs in virtual time, without being given a scheduler', () => {
    run(['source  a!', 'a       -!', '> mergeMap', '> call $timeout', 'result  -#', 'error   TimeoutError'], {
      timeout: timeout(1),
    });
    run(['source  ab|', '> call $timers', 'result  --1(1|)'], {
      timers: mergeMap(() => timer(2).pipe(map(() => '1'))),
    });
  });

  test('gives fixtures the rows by label', () => {
    const fallback: MarbleFixtures = ({ project, inner }) => ({
      fallback: mergeMap((label: string) => project(label).pipe(catchError(() => inner('b')))),
    });
    run(['source  a|', 'a       -#', 'b        -(1|)', '> call $fallback', 'result  --(1|)'], fallback);
  });

  test('has the virtual time as a scheduler, for what takes one', () => {
    const block = ['source  a|', '> later time: 3, scheduler: $clock', 'result  ---(a|)'];
    const [spec] = readMarbles(['```marble', ...block, '```'].join('\n'));
    const later: MarbleOperators = {
      later: ({ config }) => {
        const { time, scheduler } = config as { time: number; scheduler: SchedulerLike };
        return delay(time, scheduler);
      },
    };
    runMarble(spec!, later, ({ scheduler }) => ({ clock: scheduler }));
    expect(() => runMarble(spec!, later, { clock: new VirtualTimeScheduler() })).toThrow(MarbleMismatch);
  });

  test('fills fixtures in where they are nested', () => {
    const seen: unknown[] = [];
    const [spec] = readMarbles('```marble\nsource  |\n> see limit: { at: [1, $limit] }\nresult  |\n```');
    if (spec) runMarble(spec, { see: ({ config }) => (seen.push(config), take(1)) }, { limit: 3 });
    expect(seen).toEqual([{ limit: { at: [1, 3] } }]);
  });

  test('goes on for as long as the block does', () => {
    run(['source  a 150s b|', '> call $none', 'result  a 150s b|'], { none: identity });
    run(['source  - 150s !', '> call $none', 'unsub   - 150s !', 'result  -'], { none: identity });
    run(['source  a- 150s !', 'a       -- 150s !', '> mergeMap', 'unsub   -- 150s !', 'result  -']);
  });

  test('ends although a timer never does', () => {
    run(['source  -', '> call $ticks', 'result  -'], { ticks: mergeWith(interval(500).pipe(ignoreElements())) });
  });

  test('knows an AggregateError by its errors in order, and a TimeoutError by the item and the limit', () => {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- a real one, without waiting for it
    const late = new TimeoutError({ meta: { index: 1, limit: 'total' }, seen: 0, lastValue: null });
    const both = (error: unknown) => throwError(() => new AggregateError([error, late]));
    const block = (order: string) => ['source  #', '> call $both', 'result  #', `error   aggregate(${order})`];
    const fixtures = { both: catchError(both) };
    run(block('source, timeout(1, total)'), fixtures);
    for (const other of [
      'timeout(1, total), source',
      'source, timeout(2, total)',
      'source, timeout(1, each)',
      'source',
    ]) {
      expect(mismatch(block(other), fixtures).actual).toContain('error   aggregate(source, timeout(1, total))');
    }
  });

  test('knows the errors of fixtures by their name', () => {
    const boom = new Error('boom');
    const fixtures = { boom, fail: mergeMap(() => throwError(() => boom)) };
    run(['source  (a!)', '> call $fail', 'result  #', 'error   $boom'], fixtures);
    expect(mismatch(['source  (a!)', '> call $fail', 'result  #', 'error   RangeError'], fixtures).message).toContain(
      '\n  error   $boom\n          ^',
    );
  });
});

describe('an error that nothing was expected of', () => {
  const error = (name: string, parts: object = {}) => Object.assign(new Error(''), { name }, parts);
  const late = (meta: unknown) => error('TimeoutError', { info: { meta } });
  const cyclic = new AggregateError([]);
  cyclic.errors.push(cyclic);
  const meta = { index: 1, limit: 'total' };

  test.each<[string, unknown]>([
    ['RangeError', new RangeError('no')],
    ['"no"', 'no'],
    ['null', null],
    ['undefined (undefined)', undefined],
    ['aggregate(RangeError, aggregate("b"))', new AggregateError([new RangeError(), new AggregateError(['b'])])],
    ['aggregate(1 (number))', error('AggregateError', { errors: [1] })],
    [`${'aggregate('.repeat(17)}...${')'.repeat(17)}`, cyclic],
    ['AggregateError', error('AggregateError', { errors: 'none' })],
    ['Error', error('Error', { errors: [1] })],
    ['{"name":"AggregateError","errors":[1]}', { name: 'AggregateError', errors: [1] }],
    ['timeout(1, total)', late(meta)],
    ['timeout(undefined, null)', late({ index: undefined, limit: null })],
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- as rxjs makes it
    ['TimeoutError', new TimeoutError()],
    ['TimeoutError', error('TimeoutError')],
    ['TimeoutError', late(null)],
    ['TimeoutError', late('late')],
    ['TimeoutError', late({ index: 1 })],
    ['TimeoutError', late({ limit: 'total' })],
    ['Error', error('Error', { info: { meta } })],
    ['{"name":"TimeoutError","info":{"meta":{"index":1,"limit":"total"}}}', { name: 'TimeoutError', info: { meta } }],
  ])('is called %s', (called, given) => {
    const fixtures = { fail: mergeMap(() => throwError(() => given)) };
    for (const expected of ['|', '#', '#\nerror   aggregate(a)', '#\nerror   timeout(0, total)']) {
      const rows = expected.startsWith('#') ? ['a       #'] : [];
      const { actual } = mismatch(['source  (a!)', ...rows, '> call $fail', `result  ${expected}`], fixtures);
      expect(/^error {3}(.*)$/m.exec(actual)?.[1]).toBe(called);
    }
  });
});

describe('a hot source', () => {
  const two: MarbleFixtures = {
    two: (source: Observable<string>) => merge(source.pipe(take(2)), source),
  };

  test('is heard by each for as long as it is subscribed', () => {
    run(['hot     (ab!)', 'hot     (abc|)', '> call $two', 'result  (aabbc|)'], two);
  });

  test('is one: rows that contradict one another are a mistake', () => {
    const block = ['hot     (ab)', 'hot     (ac)', '> call $two', 'result  a'];
    expect(() => run(block, two)).toThrow('expected the rows "hot" to show one source, got ab and ac at 0 ms');
  });

  test('is heard for longer by the one or the other', () => {
    const other: MarbleFixtures = { two: (source: Observable<string>) => merge(source, source.pipe(take(2))) };
    run(['hot     (abc|)', 'hot     (ab!)', '> call $two', 'result  (aabbc|)'], other);
  });

  test('gives its end to a subscription that comes after it', () => {
    run(['hot     a|', 'hot      |', '> repeat 2', 'result  a|']);
    run(['hot     a#', 'hot      #', '> retry 1', 'result  a#', 'error   source']);
  });
});

describe('inputs', () => {
  /** Calls the iterator as it is told, and subscribes what it reads. */
  const read = (drawn: string, ...calls: ('next' | 'return')[]): IteratorResult<unknown>[] => {
    const [spec] = readMarbles(`\`\`\`marble\ninputs  ${drawn}\na       |\n> read\nresult  |\n\`\`\``);
    const given: IteratorResult<unknown>[] = [];
    const reading: MarbleOperators[string] = ({ inputs }) =>
      new Observable((subscriber) => {
        const iterator = inputs[Symbol.iterator]();
        for (const call of calls) {
          const result = iterator[call]!();
          if (result.done !== true) result.value.subscribe();
          given.push(result);
        }
        subscriber.complete();
      });
    runMarble(spec!, { read: reading });
    return given;
  };
  const end = { done: true, value: undefined };

  test('show how far they are read, and that they are left', () => {
    const one = { done: false, value: expect.any(Observable) as unknown };
    expect(read('a', 'next')).toEqual([one]);
    expect(read('a|', 'next', 'next')).toEqual([one, end]);
    expect(read('a|', 'next', 'next', 'next', 'return')).toEqual([one, end, end, end]);
    expect(read('a!', 'next', 'return', 'next')).toEqual([one, end, end]);
    expect(() => read('a!', 'next', 'return', 'return')).toThrow('inputs  a!!');
    expect(() => read('a!', 'return')).toThrow('inputs  !\n');
    expect(() => read('a!', 'return', 'return')).toThrow('inputs  !!\n');
  });

  test('are shown once more where they are read once more', () => {
    const { message } = mismatch(['inputs  a|', 'a       |', '> concatInputs', '> repeat 2', 'result  |']);
    expect(message).toContain('differs: inputs\n\n');
    expect(message).toContain('  inputs  a|\n  inputs  |\n          ^\n  a       |\n');
  });

  test('are none where no row names them', () => {
    let read: unknown[] | undefined;
    const { message } = mismatch(['source  (a!)', '> call $read', 'result  a'], ({ inputs }) => ({
      read: tap(() => (read = [...inputs])),
    }));
    expect(read).toEqual([]);
    expect(message).toContain('\n"inputs" has no row, and is asked for\n');
  });

  test('are to be subscribed when they are read', () => {
    const [spec] = readMarbles('```marble\ninputs  ab|\na       -|\nb        -|\n> x\nresult  |\n```', 'page.md');
    const all: MarbleOperators = {
      x: ({ inputs }) => concat(...[...inputs].slice(0, 2), of()),
    };
    let message = '';
    try {
      runMarble(spec!, all);
    } catch (error) {
      message = String(error);
    }
    expect(message).toContain('\n"b" is read from the inputs at 0 ms, and subscribed at 1 ms: must be the same\n');
  });
});

describe('what marks stand for', () => {
  test('is what the operators get and give', () => {
    const seen: unknown[] = [];
    const fixtures = { see: tap((value) => seen.push(value)), boom: new Error('boom'), odd: Symbol('odd') };
    run(['source  ab#', '> call $see', 'result  ab#', 'where   a: $odd, b: null, #source: $boom'], fixtures);
    expect(seen).toEqual([fixtures.odd, null]);
  });

  test('is compared by what is in it', () => {
    const fresh = { fresh: map(() => ({ list: [1, { two: 2 }] })) };
    const block = (value: string) => ['source  a|', '> call $fresh', 'result  1|', `where   1: ${value}`];
    run(block('{ list: [1, { two: 2 }] }'), fresh);
    expect(mismatch(block('{ list: [1, { two: 3 }] }'), fresh).message).toContain(
      '"?" at 0 ms is {"list":[1,{"two":2}]}',
    );
  });

  test('is the error that an inner fails with, and that the result must fail with', () => {
    const block = ['source  (a!)', 'a       #', '> mergeMap', 'result  #'];
    run([...block, 'where   #a: { status: 404 }']);
    run([...block, 'error   { status: 404 }', 'where   #a: { status: 404 }']);
    const { message } = mismatch([...block, 'error   { status: 500 }', 'where   #a: { status: 404 }']);
    expect(message).toContain('\n  error   a\n');
  });

  test('is not changed by who changes what it got', () => {
    const change = { change: map((value: { id: number }) => Object.assign(value, { id: 99 })) };
    const changed = mismatch(['source  a|', '> call $change', 'result  a|', 'where   a: { id: 1 }'], change);
    expect(changed.message).toContain('"?" at 0 ms is {"id":99}');
    const fail = {
      fail: catchError((error: { status: number }) => throwError(() => Object.assign(error, { status: 500 }))),
    };
    const failed = ['source  #', '> call $fail', 'result  #', 'where   #source: { status: 404 }'];
    expect(mismatch(failed, fail).message).toContain('the error is {"status":500}');
  });

  test('is the error of one row, not an equal one of another', () => {
    const block = ['source  a-!', 'a       -#', 'a        -#', '> retryMap', 'result  --#'];
    const where = 'where   #a: { status: 404 }, #a2: { status: 404 }';
    run([...block, 'error   a2', where]);
    expect(mismatch([...block, 'error   a', where]).message).toContain('  error   a2\n');
  });

  test('may be the same error for two rows', () => {
    const block = ['source  a-!', 'a       -#', 'a        -#', '> retryMap', 'result  --#'];
    run([...block, 'error   a', 'where   #a: 404, #a2: 404']);
    run([...block, 'error   a2', 'where   #a: 404, #a2: 404']);
    run([...block, 'error   a', 'where   #a: $boom, #a2: $boom'], { boom: new Error('boom') });
  });

  test.each([
    ['a: { id: 1 }, b: { id: 1 }', 'expected different values for a and b, got {"id":1} twice'],
    ['a: "b"', 'expected different values for a and b, got "b" twice'],
  ])('must be told apart: %s', (values, message) => {
    expect(() => run(['source  ab|', '> take 2', 'result  a(b|)', `where   ${values}`])).toThrow(
      `page.md:2: the block: ${message}`,
    );
  });

  test('does not hide that a string came which stands for something else', () => {
    const { message } = mismatch(['source  (b|)', '> call $plain', 'result  (b|)', 'where   b: { id: 1 }'], {
      plain: map(() => 'b'),
    });
    expect(message).toContain('"?" at 0 ms is "b"');
  });

  test('is what `project` and `inner` are asked for by', () => {
    run(['source  a|', 'a       -1|', '> mergeMap', 'result  -1|', 'where   a: { id: 1 }']);
    run(['source  a|', 'n       -1|', '> call $useN', 'result  -1|', 'where   a: { id: 1 }'], ({ inner }) => ({
      useN: mergeMap(() => inner('n')),
    }));
    expect(
      mismatch(['source  a|', '> call $other', 'result  |'], ({ project }) => ({
        other: mergeMap(() => project({ id: 3 })),
      })).message,
    ).toContain('{"id":3} has no row, and is projected at 0 ms');
  });

  test('is what `inner` is asked for by, while the block runs', () => {
    const block = ['source  a|', 'a       -1|', '> call $by', 'result  -1|', 'where   a: { id: 1 }'];
    run(block, ({ inner }) => ({ by: mergeMap((value) => inner(value)) }));
    const { message } = mismatch(block, ({ inner }) => {
      const early = inner({ id: 1 });
      return { by: mergeMap(() => early) };
    });
    expect(message).toContain('\n{"id":1} has no row, and is asked for\n');
  });

  test('is called by its mark in messages', () => {
    const block = ['source  (a!)', 'a       |', '> call $drop', 'result  |', 'where   a: { id: 1 }'];
    const { message } = mismatch(block, ({ project }) => ({ drop: tap((value) => project(value)) }));
    expect(message).toContain('\n"a" is projected at 0 ms, and never subscribed\n');
  });

  test('is not a label for `project`, and may be one for `inner`', () => {
    const block = ['source  a|', 'a       -1|', '> call $by', 'result  -1|', 'where   a: { id: 1 }'];
    run(block, ({ inner }) => ({ by: mergeMap(() => inner('a')) }));
    const { message } = mismatch(block, ({ project }) => ({ by: mergeMap(() => project('a')) }));
    expect(message).toContain('"a" has no row, and is projected at 0 ms');
    run(['source  a|', 'k       -1|', '> call $by', 'result  -1|', 'where   1: "k"'], ({ inner }) => ({
      by: mergeMap(() => inner('k')),
    }));
  });

  test('is not what names inputs', () => {
    run(['inputs  a|', 'a       1|', '> concatInputs', 'result  1|', 'where   1: "a"']);
  });

  test('is known to fixtures that are made of rows', () => {
    run(['source  a|', 'n       -1|', '> call $shared', 'result  -1|'], ({ inner }) => {
      const shared = inner('n');
      return { shared: mergeMap(() => shared) };
    });
  });
});

describe('a failure', () => {
  test('shows both pictures under each other, marks the columns that differ, and says file and line', () => {
    const error = mismatch([
      'source  abc|', //
      'a       -----1|',
      'b        -2|',
      'c           -3|',
      '> mergeMap 2',
      'result  --2--(13)|',
    ]);
    expect(error.message).toBe(`page.md:2: the block
differs: c at 3 ms, result at 4 ms

expected

  source  abc|
  a       -----1|
  b        -2|
  c           -3|
  > mergeMap 2
  result  --2--(13)|

actual

  source  abc|
  a       -----1|
  b        -2|
  c          -3|
             ^
  > mergeMap 2
  result  --2-31|
              ^
`);
    expect(error.expected.split('\n').at(-1)).toBe('result  --2--(13)|');
    expect(error.actual.split('\n').at(-1)).toBe('result  --2-31|');
    expect(String(error)).toBe(`MarbleMismatch: ${error.message}`);
  });

  test('shows what is given in both pictures', () => {
    const { message } = mismatch([
      'source  (ab!)', //
      'a       #',
      'b       #',
      '> mergeMap',
      'unsub   -----!',
      'result  -#',
      'error   a',
      'where   #a: { id: 1 }',
    ]);
    expect(message).toBe(`page.md:2: the block
differs: source at 0 ms, b at 0 ms, result at 0 ms
the row "b" at 0 ms is never used

expected

  source  (ab!)
  a       #
  b       #
  > mergeMap
  unsub   -----!
  result  -#
  error   a
  where   #a: { id: 1 }

actual

  source  (a!)
            ^
  a       #
  > mergeMap
  unsub   -----!
  result  #
          ^
  error   a
  where   #a: { id: 1 }
`);
  });

  test('shows what nobody expected below the rows that are there, in order', () => {
    const { message } = mismatch(['source  aaab|', 'a       -|', '> call $all', 'result  -'], ({ project }) => ({
      all: mergeMap((label: string) => project(label)),
    }));
    expect(message).toContain(`

expected

  source  aaab|
  a       -|
  > call $all
  result  -

actual

  source  aaab|
  a       -|
  a        -
           ^
  a         -
            ^
  b          -
             ^
  > call $all
  result  -
`);
    expect(message).toContain('\n"b" has no row, and is projected at 3 ms\n');
    const dropped = mismatch(['source  a', '> call $drop', 'result  a'], ({ project }) => ({ drop: tap(project) }));
    expect(dropped.message).toContain('page.md:2: the block\n"a" has no row, and is projected at 0 ms\n\nexpected');
  });

  test('says nothing of when a source was asked for, which is never subscribed', () => {
    const { message } = mismatch(['source  a', '> call $never', 'result  -'], { never: () => NEVER });
    expect(message).toBe(`page.md:2: the block
differs: source at 0 ms
the row "source" at 0 ms is never used

expected

  source  a
  > call $never
  result  -

actual

  > call $never
  result  -
`);
  });

  test.each<[what: string, project: () => unknown]>([
    ['a promise', () => Promise.resolve('1')],
    [
      'an async iterable',
      async function* () {
        yield '1';
      },
    ],
    ['a ReadableStream', () => new Response('1').body],
  ])('says why nothing came from %s', (_, project) => {
    const note =
      '\nPromises, async iterables, streams and `setTimeout` do not run in virtual time. If the operators of this block wait ' +
      'for one, give them Observables instead, or test them in real time\n';
    const fixtures = () => ({ real: mergeMap(project as () => Promise<string>) });
    for (const [source, result] of [
      ['a|', '1|'],
      ['a', '1'],
    ] as const) {
      expect(mismatch([`source  ${source}`, '> call $real', `result  ${result}`], fixtures).message).toContain(note);
    }
    const some = () => ({
      some: mergeMap((label: string) => (label === 'a' ? of('1') : new Promise<string>(() => {}))),
    });
    expect(mismatch(['source  (ab)', '> call $some', 'result  (12)'], some).message).toContain(note);
    for (const [inner, result] of [
      ['2|', '1|'],
      ['1|', '1-1|'],
      ['1#', '1-1|'],
    ] as const) {
      const wrong = mismatch(['source  a|', `a       ${inner}`, '> mergeMap', `result  ${result}`]);
      expect(wrong.message).not.toContain('virtual time');
    }
  });

  test('says that no error came which is expected as a value', () => {
    const { message } = mismatch(['source  |', '> take 1', 'result  #', 'error   undefined']);
    expect(message).toContain('differs: result at 0 ms, error\n');
    expect(message).toContain('  result  |\n          ^\n');
  });

  test('shows an error that nobody expected, and calls it by its name alone', () => {
    const { message, expected } = mismatch(['source  #', '> take 1', 'result  |']);
    expect(expected).toBe('source  #\n> take 1\nresult  |');
    expect(message).toContain('page.md:2: the block\ndiffers: result at 0 ms, error\n\nexpected');
  });

  test.each<[string, string[], string[]]>([
    [
      'an inner that is never subscribed',
      ['source  (a|)', 'a       |', 'b       |', '> concatMap', 'result  |'],
      ['differs: b at 0 ms', 'the row "b" at 0 ms is never used'],
    ],
    [
      'a value that has no row',
      ['source  -a|', '> concatMap', 'result  --|'],
      ['"a" has no row, and is projected at 1 ms', '  a        -\n'],
    ],
    [
      'a value that is projected once more than it has rows',
      ['source  (aa|)', 'a       |', '> concatMap', 'result  |'],
      ['differs: a at 0 ms', '  a       |\n  a       -\n          ^\n'],
    ],
    [
      'an inner that should not be unsubscribed',
      ['source  ab', 'a       --', 'b        -1', '> switchMap', 'result  --1'],
      ['differs: a at 1 ms', '  a       -!\n'],
    ],
    [
      'an inner that should be unsubscribed',
      ['source  ab', 'a       -!', 'b        -1', '> mergeMap', 'result  --1'],
      ['differs: a at 1 ms', '  a       -\n           ^\n'],
    ],
    [
      'project that throws earlier than it may',
      ['source  -(a!)', 'a         throws', '> mergeMap', 'result  -#'],
      ['differs: a at 1 ms', '  a        throws\n           ^\n'],
    ],
    [
      'an error where there should be none',
      ['source  a!', 'a       -#', '> mergeMap', 'result  -'],
      ['differs: result at 1 ms, error', '  result  -#\n           ^\n  error   a\n          ^\n'],
    ],
    [
      'no error where there should be one',
      ['source  a-|', 'a       |', 'b       #', '> concatMap', 'result  --#'],
      ['differs: b at 0 ms, result at 2 ms, error', '  error   b\n\nactual', '  result  --|\n            ^\n'],
    ],
    [
      'values in another order',
      ['source  (ab|)', 'a       (1|)', 'b       (2|)', '> concatMap', 'result  (21|)'],
      ['differs: result at 0 ms', '  result  (12|)\n           ^\n'],
    ],
    [
      'what has no room beside a group',
      ['source  (a|)', 'a       (12)', '         -3-|', '> concatMap', 'result  (12)|'],
      ['  result  (12)|\n            3\n            ^\n'],
    ],
    [
      'inputs that are read too far',
      ['inputs  a', 'a       |', '> concatInputs', 'result  |'],
      ['differs: inputs', '  inputs  a|\n           ^\n'],
    ],
    [
      'something long after the picture',
      ['source  (a|)', '> call $late', 'result  -'],
      ['  result  ---- 996ms (1|)\n'],
    ],
  ])('shows %s', (_, lines, parts) => {
    const { message } = mismatch(lines, { late: mergeMap(() => timer(1000).pipe(map(() => '1'))) });
    for (const part of parts) expect(message).toContain(part);
  });

  test.each<[string, string[], string[]]>([
    [
      'in a row that a line continues',
      ['source  (abcd)--e', '         f', '> call $none', 'result  (abcd)---e', '         f'],
      ['differs: result at 8 ms', '  result  (abcd)--e\n                  ^\n           f\n'],
    ],
    [
      'where there is a line less',
      ['source  (abcd)--e', '> call $none', 'result  (abcd)--e', '         f'],
      ['differs: result at 1 ms', '  result  (abcd)--e\n           ^\n'],
    ],
    [
      'in a row that has a line more',
      ['source  x(abc)-e', '          d', '> call $none', 'result  x-'],
      ['differs: result at 1 ms', '  result  x(abc)-e\n           ^\n            d\n'],
    ],
    [
      'in a row that has a line less, and another one',
      ['source  x(abc)', '          d', '> call $none', 'result  x(zbc)', '          (de)', '           f'],
      ['differs: result at 1 ms', '  result  x(abc)\n            ^\n            d\n'],
    ],
    [
      'behind a long wait',
      ['source  a', '> call $late', 'result  a'],
      ['differs: result at 50000 ms', '  result  a-- 49997ms b\n                      ^\n'],
    ],
    [
      'behind a duration',
      ['source  a 100ms b', '> call $none', 'result  a 100ms -b'],
      ['differs: result at 101 ms', '  result  a-- 98ms b\n                   ^\n'],
    ],
  ])('marks the difference %s', (_, lines, parts) => {
    const late = (source: Observable<string>) => merge(source, timer(50_000).pipe(map(() => 'b')));
    const { message } = mismatch(lines, { none: identity, late });
    for (const part of parts) expect(message).toContain(part);
  });

  test('shows a block that would pass', () => {
    const wrong = [
      ['source  a#', '> retry 1', 'result  a#'],
      ['source  (a|)', 'a       1|', 'b       2|', '> mergeMap', 'result  1'],
      ['source  (aa|)', 'a       |', '> concatMap', 'result  |'],
      ['source  a#', 'a       |', 'a        |', '> mergeMap', '> retry 1', 'result  #'],
      ['source  (abc|)', '> take 1', 'result  (a|)'],
      ['inputs  ab', 'a       |', 'b       |', '> concatInputs', '> take 1', 'result  -'],
    ];
    for (const block of wrong)
      run(
        mismatch(block)
          .actual.split('\n')
          .filter((line) => !/never used|virtual time/.test(line)),
      );
  });

  test('calls what `project` got by no name of a row', () => {
    const { message } = mismatch(['source  a|', '> call $other', 'result  |'], ({ project }) => ({
      other: mergeMap(() => project({ of: ['several\nlines'] })),
    }));
    expect(message).toContain('\n{"of":["several\\nlines"]} has no row, and is projected at 0 ms\n');
    expect(message).toContain('\n  ?       -\n');
  });

  test('says that keys are missing, where the source is left before its last value', () => {
    const { message } = mismatch(['source  ab|', 'keys    xy', '> take 1', 'result  a-|']);
    expect(message).toContain('\ndiffers: source at 0 ms, keys, result at 0 ms\n');
  });

  test('says that an inner is projected earlier than subscribed', () => {
    const early: MarbleFixtures = ({ project }) => ({
      early: pipe(
        map(project),
        mergeMap((each) => each, 1),
      ),
    });
    const rows = ['a       -1|', 'b         -2|', '> call $early', 'result  -1-2|'];
    const error = mismatch(['source  (ab|)', ...rows], early);
    // What is pushed is projected when its key is free.
    const withKeys = mismatch(['source  (ab|)', 'keys    (xx)', ...rows], early);
    expect(withKeys.message).toContain('\n"b" is projected at 0 ms, and subscribed at 2 ms: must be the same\n');
    expect(withKeys.message).toContain('\n  keys    (xx)\n');
    expect(error.message).toContain(
      'page.md:2: the block\n"b" is projected at 0 ms, and subscribed at 2 ms: must be the same\n\nexpected\n\n',
    );
    expect(error.actual).not.toBe(error.expected);
  });

  test('says that an inner is projected and never subscribed', () => {
    const never: MarbleFixtures = ({ project }) => ({ never: tap((label: string) => project(label)) });
    expect(mismatch(['source  (a|)', 'a       -1|', '> call $never', 'result  (a|)'], never).message).toContain(
      '"a" is projected at 0 ms, and never subscribed',
    );
  });

  test('says what a value is that no character stands for, and which error came', () => {
    const odd = {
      odd: mergeMap(() =>
        concat(
          of(3, { a: 1 }),
          throwError(() => 'oops'),
        ),
      ),
    };
    const { message } = mismatch(['source  (a!)', '> call $odd', 'result  (12#)', 'error   Error'], odd);
    expect(message).toContain('the error is "oops"\n"?" at 0 ms is 3 (number)\n"?" at 0 ms is {"a":1}\n');
    expect(message).toContain('\n  result  (??#)\n');
    expect(message).toContain('\n  error   "oops"\n');
  });
});

describe('a block that cannot be run', () => {
  test.each([
    ['source  |', '> unknown', 'expected one of concatMap, mergeMap, '],
    ['source  |', '> toString', 'expected one of concatMap, mergeMap, '],
    ['source  |', '> call $two', 'expected one of the fixtures ($one), got $two'],
    ['source  (a#)', '> call $one', 'expected one of the fixtures ($one), got $two', 'result  #', 'error   $two'],
    [
      'source  (a#)',
      '> call $one',
      'expected one of the fixtures ($one), got $two',
      'result  #',
      'error   aggregate(source, aggregate($two))',
    ],
    ['source  |', '> concatInputs', 'expected an operator that works on a source, got concatInputs'],
    ['inputs  |', '> concatMap', 'expected an operator that makes an Observable of the inputs, got concatMap'],
    ['source  |', '> fail', 'no such limit'],
    [
      'source  |',
      '> call',
      'expected the entry call to return an operator or an Observable, got undefined (undefined)',
    ],
  ])('is an error with file and line: %s %s', (first, operator, message, ...result) => {
    const lines = [first, operator, ...(result.length > 0 ? result : ['result  |'])];
    expect(() => run(lines, { one: identity })).toThrow(`page.md:2: the block: ${message}`);
  });
});

test('no operators at all are an error that says so', () => {
  const [spec] = readMarbles('```marble\nsource  |\n> x\nresult  |\n```');
  expect(() => runMarble(spec!, {})).toThrow('expected one of the operators, of which there are none, got x');
});

test('what an operator throws is the cause of the error with file and line', () => {
  const cause = new RangeError('no such limit');
  const block = () =>
    run(['source  |', '> call $fail', 'result  |'], {
      get fail() {
        throw cause;
      },
    });
  expect(block).toThrow(expect.objectContaining({ message: 'page.md:2: the block: no such limit', cause }));
});

test('the message has what an operator throws, even if that is not an Error', () => {
  const fixtures = {
    get fail(): never {
      throw 'no such limit';
    },
  };
  expect(() => run(['source  |', '> call $fail', 'result  |'], fixtures)).toThrow(
    'page.md:2: the block: no such limit',
  );
});

test('a block that was made with the error of a row that is not there fails', () => {
  const [spec] = readMarbles('```marble\nsource  #\n> take 1\nresult  #\n```', 'page.md');
  expect(() => runMarble({ ...spec!, error: { row: 'b' } }, operators)).toThrow(MarbleMismatch);
});

test('a fixture that is not there is an error that says which are', () => {
  expect(() => run(['source  |', '> call $c', 'result  |'], { a: 1, b: 2 })).toThrow(
    'expected one of the fixtures ($a, $b), got $c',
  );
});

test('fixtures that are not there are an error that says so', () => {
  expect(() => run(['source  |', '> call $none', 'result  |'])).toThrow(
    'page.md:2: the block: expected one of the fixtures (there are none), got $none',
  );
});

test('a block that was made without an operator needs one to make something of its inputs', () => {
  const [spec] = readMarbles('```marble\ninputs  |\n> x\nresult  |\n```', 'page.md');
  expect(() => runMarble({ ...spec!, operators: [] }, {})).toThrow(
    'page.md:1: marble block: A block has at least one operator',
  );
});

test.each(['(1!)', '#'])('a row cannot emit %s at once, subscribed while the fixtures are made', (mark) => {
  const heard: unknown[] = [];
  run(['source  -', `n       ${mark}`, '> call $none', 'result  -'], ({ inner }) => {
    inner('n').subscribe({ next: (value) => heard.push(value), error: (error) => heard.push(String(error)) });
    return { none: identity };
  });
  expect(heard).toEqual(['Error: expected "n", which emits at once, to be subscribed while the block runs']);
});

test('a row may be subscribed while the fixtures are made, and emit later', () => {
  const heard: unknown[] = [];
  run(['source  -', 'n       -1#', '> call $none', 'result  -', 'where   1: { id: 1 }'], ({ inner }) => {
    inner('n').subscribe({ next: (value) => heard.push(value), error: (error) => heard.push(error) });
    return { none: identity };
  });
  expect(heard).toEqual([{ id: 1 }, 'error n']);
});

test('a row that throws cannot be asked for while the fixtures are made', () => {
  const block = ['source  a!', 'a       throws', '> mergeMap', 'result  #'];
  expect(() => run(block, ({ inner }) => ({ a: inner('a') }))).toThrow(
    'expected "a", which throws, to be asked for while the block runs',
  );
});
