import { concatMap, identity, type Observable, retry } from 'rxjs';
import { concatMapEager, sharedLimit } from 'rxjs-concat-map-eager';
import { describe, expect, test } from 'vitest';
import {
  drawMarble,
  MarbleMismatch,
  type MarbleFixtures,
  type MarbleOperators,
  printMarble,
  readMarbles,
  runMarble,
} from '../../src/testing/index.js';

const read = (...lines: readonly string[]) =>
  readMarbles(['# block', '```marble', ...lines, '```'].join('\n'), 'page.md')[0]!;

const operators: MarbleOperators = {
  // What is tested here should not depend on this package's operators: it emits the limits.
  limits: ({ config }) => concatMap(() => (config as { concurrent: Observable<number> }).concurrent),
  limitsOf: ({ config }) => concatMap(() => config as Observable<number>),
  nested: ({ config }) => concatMap(() => (config as { x: [number, { y: Observable<number> }] }).x[1].y),
  ofContext: ({ concurrent }) => concatMap(() => concurrent),
  log: ({ config }) => {
    configs.push(config);
    return identity;
  },
  retry: ({ config }) => retry(config),
  concatMapEager: ({ project, config }) => concatMapEager(project, config),
};
let configs: unknown[] = [];

function run(lines: readonly string[], fixtures?: MarbleFixtures): void {
  configs = [];
  runMarble(read(...lines), operators, fixtures);
}

function messageOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('expected an error, got none');
}

const source = 'source     a|';
/** Each number is emitted as the character that `where` gives it. */
const numbers = 'where      z: 0, o: 1, t: 2, m: 16';

describe('a row of limits', () => {
  test.each<[string, readonly string[]]>([
    ['below a source', ['source     ab|', 'concurrent 2---0--3']],
    ['below its keys', ['source     ab|', 'keys       xy', 'concurrent 2|']],
    ['below a hot source', ['hot        ab!', 'concurrent 2#']],
    ['below inputs', ['inputs     ab|', 'concurrent 2!']],
    [
      'below several sources, as often as it is subscribed',
      ['source     a#', 'source      a|', 'concurrent 2!', 'concurrent  3|'],
    ],
    ['with several in one column', ['source     ab|', 'concurrent (20)---(3|)']],
    ['that is continued', ['source     ab|', 'concurrent (20)', '            1|']],
    ['behind a duration', ['source     a-- 100ms b|', 'concurrent 2-- 100ms 3']],
    ['with none', ['source     ab|', 'concurrent -']],
    ['of more than one digit', ['source     ab|', 'concurrent 2--m', '> any', 'result     -', 'where      m: 16']],
  ])('stands %s, and is printed as it was read', (_, rows) => {
    const lines = rows.some((line) => line.startsWith('>')) ? rows : [...rows, '> any', 'result     -'];
    const spec = read(...lines);
    expect(spec.rows.filter(({ label }) => label === 'concurrent')).not.toEqual([]);
    expect(printMarble(spec)).toBe(lines.join('\n'));
  });

  test('is a row of the specification, between the sources and the inners', () => {
    const spec = read(source, 'concurrent 2-(0|)', 'a          -1|', '> any', 'result     -');
    expect(spec.rows.map(({ label }) => label)).toEqual(['source', 'concurrent', 'a']);
    expect(spec.rows[1]).toEqual({
      label: 'concurrent',
      start: 0,
      marks: [
        { frame: 0, mark: '2' },
        { frame: 2, mark: '0' },
        { frame: 2, mark: '|' },
      ],
      throws: false,
    });
  });

  const LIMIT = 'the limit from here on (a digit, or a character that "where" gives a value)';
  test.each<[string, readonly string[], string]>([
    ['a letter', ['concurrent 2-x'], `4:14: expected ${LIMIT}, got "x"`],
    ['a letter in a group', ['concurrent 2-(1x|)'], `4:16: expected ${LIMIT}, got "x"`],
    ['a letter in a line that continues it', ['concurrent (21)', '            x'], `5:13: expected ${LIMIT}, got "x"`],
    ['a fraction', ['concurrent 2--1.5'], `4:16: expected ${LIMIT}, got "."`],
    ['a negative number', ['concurrent (-1)'], `4:13: expected ${LIMIT}, "|", "#", "!" or ")", got "-"`],
    ['something after its end', ['concurrent 2|3'], '4:14: expected the end of the line after "|", got "3"'],
    ['nothing', ['concurrent'], '4:11: expected what happens in the row, got the end of the line'],
    [
      'an inner before it',
      ['a          1|', 'concurrent 2|'],
      '5:1: expected the row of an inner, or an operator: "> name", got "concurrent 2|"',
    ],
  ])('says what it expects where there is %s', (_, rows, message) => {
    expect(messageOf(() => read(source, ...rows, '> any', 'result     -'))).toBe(`page.md:${message}`);
  });

  test('has digits that stand for themselves, whatever `where` says of values', () => {
    const lines = ['source     1|', 'concurrent 1|', '> limits', 'result     o|', 'where      1: { id: 1 }, o: 1'];
    run(lines);
    expect(messageOf(() => read(source, 'concurrent 2|', '> limits', 'result     -', 'where      2: 3'))).toContain(
      'expected a value of this block, got "2"',
    );
  });
});

describe('the limits', () => {
  test('are the option `concurrent` of the operator, in the columns of the row', () => {
    run(['source     a|', 'concurrent 2-(10)---m-|', '> limits', 'result     t-(oz)---m-|', numbers]);
  });

  test('stand beside other options, of the first operator only', () => {
    const rows = ['source     a|', 'concurrent -'];
    run([...rows, '> log retry: 2', '> log', '> log 3', '> limitsOf $concurrent', 'result     -']);
    expect(configs).toEqual([{ retry: 2 }, undefined, 3]);
    expect(messageOf(() => run([...rows, '> log retry: 2', '> log', 'result     a|']))).toContain(
      'the row "concurrent" at 0 ms is never used',
    );
    expect(configs).toEqual([{ concurrent: expect.anything() as unknown, retry: 2 }, undefined]);
  });

  test('are the fixture `$concurrent`, and the `concurrent` of the context', () => {
    run([source, 'concurrent 2-|', '> log', '> limitsOf $concurrent', 'result     t-|', 'where      t: 2']);
    run([source, 'concurrent 2-|', '> ofContext', 'result     t-|', 'where      t: 2']);
    run([
      source,
      'concurrent 2-|',
      '> limits x: [{ y: $concurrent }], concurrent: $concurrent',
      'result     t-|',
      'where      t: 2',
    ]);
  });

  test('belong to the operator whose line names them, however deep, and not to the first', () => {
    run([
      source,
      'concurrent 2-|',
      '> log',
      '> nested x: [1, { y: $concurrent }]',
      'result     t-|',
      'where      t: 2',
    ]);
    expect(configs).toEqual([undefined]);
  });

  test('belong to the first where a line names another fixture', () => {
    run([source, 'concurrent 2-|', '> limits x: $other', 'result     t-|', 'where      t: 2'], { other: 1 });
  });

  test('can be used by a fixture: here the limit that the streams share', () => {
    run(
      [
        'source     abc|',
        'concurrent 1--2!',
        'a          ---1|',
        'b             -2|',
        'c              --3|',
        '> concatMapEager concurrent: $shared',
        'result     ---12-3|',
      ],
      ({ concurrent }) => ({ shared: sharedLimit(concurrent) }),
    );
  });

  test('must be used: another limit in the line leaves them over', () => {
    expect(
      messageOf(() =>
        run(['source     a|', 'concurrent 1!', 'a          1|', '> concatMapEager concurrent: 2', 'result     1|']),
      ),
    ).toContain('the row "concurrent" at 0 ms is never used');
    expect(
      messageOf(() => run(['source     a|', 'concurrent 1!', 'a          1|', '> concatMapEager 2', 'result     1|'])),
    ).toContain('the row "concurrent" at 0 ms is never used');
  });

  test('are not there without the row', () => {
    expect(messageOf(() => run([source, '> limitsOf $concurrent', 'result     |']))).toContain('got $concurrent');
    expect(messageOf(() => run([source, '> ofContext', 'result     #', 'error      "x"']))).toContain(
      'Error: expected a row "concurrent", since limits are asked for, got none',
    );
  });

  test('fail with an error of their own, which `where` and `error` can name', () => {
    run([source, 'concurrent 2-#', '> limits', 'result     t-#', 'where      t: 2']);
    run([source, 'concurrent 2-#', '> limits', 'result     t-#', 'error      concurrent', 'where      t: 2']);
    run([source, 'concurrent 2-#', '> limits', 'result     t-#', 'where      t: 2, #concurrent: { status: 1 }']);
    run([
      'source     (a!)',
      'source     a!',
      'concurrent #',
      'concurrent -#',
      '> limits',
      '> retry 1',
      'result     -#',
      'error      concurrent2',
      'where      #concurrent2: { status: 1 }',
    ]);
  });

  test('must be subscribed where the row starts, and left where it has a "!"', () => {
    const { message, actual } = mismatch(
      'source     ab|',
      'concurrent 1----|',
      'a          --1|',
      'b             -2|',
      '> concatMapEager',
      'result     --1-2|',
    );
    expect(message).toContain('differs: concurrent at 3 ms\n');
    expect(actual).toContain('source     ab|\nconcurrent 1--!\na          --1|\n');
    expect(() => run(actual.split('\n'))).not.toThrow();
  });

  test('are shown by a mismatch, with the mark in the right column', () => {
    const { message } = mismatch('source     a|', 'concurrent 2-|', '> limits', 'result     -t|', 'where      t: 2');
    expect(message).toContain('  result     t-|\n             ^\n');
  });
});

function mismatch(...lines: readonly string[]): MarbleMismatch {
  try {
    run(lines);
  } catch (error) {
    expect(error).toBeInstanceOf(MarbleMismatch);
    return error as MarbleMismatch;
  }
  throw new Error('expected a mismatch, got none');
}

describe('a picture', () => {
  const draw = (...lines: readonly string[]) => drawMarble(read(...lines));
  const bars = (svg: string) =>
    [...svg.matchAll(/<rect class="box" x="([\d.]+)" y="[\d.]+" width="([\d.]+)" height="20"/g)].map(
      ([, x, width]) => ({
        from: Number(x),
        to: Number(x) + Number(width),
      }),
    );
  const xOf = (svg: string, text: string) =>
    Number(new RegExp(`<text x="([\\d.]+)" y="[\\d.]+">${text}</text>`).exec(svg)![1]);

  test('shows each limit as long as it holds, and 0 as a number on the line', () => {
    const svg = draw('source     a-----|', 'concurrent 2--0--5-|', '> any', 'result     -');
    const [two, none, five] = bars(svg);
    const [atTwo, atNone, atFive] = [xOf(svg, '2'), xOf(svg, '0'), xOf(svg, '5')];
    expect(bars(svg)).toHaveLength(3);
    expect([two!.from < atTwo, two!.to > atNone - 20, two!.to < none!.from]).toEqual([true, true, true]);
    expect([none!.from < atNone, none!.to < atFive - 40]).toEqual([true, true]);
    expect([five!.from < atFive, five!.to > atFive + 20]).toEqual([true, true]);
  });

  test('has room for the label, and only where it is needed', () => {
    const left = (svg: string) => xOf(svg, 'a');
    expect(left(draw('source     a|', 'concurrent 2|', '> any', 'result     -'))).toBeGreaterThan(
      left(draw('source  a|', '> any', 'result  -')) + 20,
    );
  });

  test('does not take a limit for where a value of the result comes from', () => {
    // What is parked comes out later than it was emitted, so only the value itself tells where it comes from.
    const svg = draw(
      'source     ab|',
      'concurrent 2-!',
      'a          ---1|',
      'b           -2|',
      '> any',
      'result     ---12|',
    );
    const drawn = /<g class="c1"><circle cx="[\d.]+" cy="[\d.]+" r="11"\/><text x="[\d.]+" y="[\d.]+">2<\/text>/g;
    expect(svg.match(drawn)).toHaveLength(2);
    expect(svg).toContain('class="parked"');
  });
});
