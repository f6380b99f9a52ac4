import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type MarbleSpec, printMarble, readMarbleFile, readMarbles } from '../../src/testing/index.js';
import { drawRow, layOut } from '../../src/testing/drawRows.js';

const pages = readdirSync(new URL('../../marbles', import.meta.url)).map((name) => `marbles/${name}`);

/** What is read when a specification is printed under its name. */
function reread(spec: MarbleSpec): MarbleSpec | undefined {
  const [read] = readMarbles(`# ${spec.name}\n\`\`\`marble\n${printMarble(spec)}\n\`\`\``, spec.file);
  return read && { ...read, line: spec.line };
}

function read(...lines: readonly string[]): MarbleSpec {
  const [spec] = readMarbles(['```marble', ...lines, '```'].join('\n'));
  if (spec === undefined) throw new Error('no block was found');
  return spec;
}

describe.each(pages)('%s', (page) => {
  test('is printed as it is written, up to longer ways of writing the same', () => {
    for (const spec of readMarbleFile(page)) expect(reread(spec)).toEqual(spec);
  });
});

describe('what is printed reads as what was printed:', () => {
  test.each<[string, readonly string[]]>([
    ['every kind of row', ['source  a-b|', 'a       1!', 'b         throws', '> any', 'unsub   ---!', 'result  1']],
    ['a hot source', ['hot     a-b!', '> any', 'result  -']],
    ['inputs', ['inputs  ab!', 'a       |', 'b       |', '> any', 'result  |']],
    ['several sources', ['source  a#', 'source   a|', '> any', 'result  a|']],
    ['what has no room beside a group', ['source  (ab)', '         (cd)', '          e|', '> any', 'result  -']],
    ['long waits', ['source  a 100ms b|', 'b               -- 2m 1', '> any', 'result  - 100ms -- 2m 1']],
    ['operators', ['source  |', '> a', '> b 1', '> c x: 1, y: { z: [true, null, "a b", $f] }', '> d {}', 'result  |']],
    ['options with names that are no words', ['source  |', '> a { "b-c": 1, "": [{ "1": 2 }] }', '> b', 'result  |']],
    ['values', ['source  a#', '> any', 'result  1#', 'where   a: { id: 1 }, 1: "one", #source: $boom']],
    ['no input that is read', ['inputs  -', '> any', 'result  -']],
    [
      'an error that is a word',
      ['source  a#', '> any', 'result  #', 'error   aggregate("source", source, "TypeError", null, NaN)'],
    ],
    [
      'an error that looks like the name of a row',
      [
        'source  |',
        '1       #',
        '{       #',
        '> any',
        'result  #',
        'error   aggregate(value(1), 1, {, value({ a: 1 }))',
      ],
    ],
    ['errors', ['source  a#', '> any', 'result  #', 'error   aggregate(source, timeout(0, each), TypeError, 404)']],
    [
      'values that look like a duration',
      ['source  a|', 'a       1', '         ms', '> any', 'result  2', '         s'],
    ],
    ['values behind a duration that look like one', ['source  a 100ms 1s', '> any', 'result  -']],
    ['values that look like a duration before one', ['source  |', '> any', 'result  1-- 100ms 2', '         s']],
    ['numbers of every kind', ['source  |', '> any [-0, 0.1, 1e+300, -1e-7, NaN, -Infinity]', 'result  |']],
    ['values that look like a word', ['source  a|', 'a       thr', '           ows', '> any', 'result  |']],
    ['characters of two units', ['source  😀-b|', '😀       1|', '> any', 'result  1|']],
  ])('%s', (_, lines) => {
    const spec = read(...lines);
    expect(reread(spec)).toEqual(spec);
  });
});

test('a long wait in all rows is printed as a duration, in the same columns', () => {
  const wait = '-'.repeat(99);
  const spec = read(
    `source  a${wait}b|`,
    `a       -1${' '.repeat(98)}`,
    `b       ${' '.repeat(100)}-2|`,
    '> any',
    `result  -1${wait}2|`,
  );
  expect(printMarble(spec)).toBe(
    ['source  a--- 96ms b|', 'a       -1', 'b                 -2|', '> any', 'result  -1-- 96ms -2|'].join('\n'),
  );
});

test('what needs no other way of writing is printed as it was written', () => {
  const lines = [
    'source  a|',
    '> any {}',
    '> any [[], {}, word, { "b-c": -0 }]',
    '> any a: "", b: { c: $d }',
    'result  #',
    'error   aggregate("a", TypeError, [1, 2], timeout(0, each))',
    'where   a: { "1": "true" }',
  ];
  expect(printMarble(read(...lines))).toBe(lines.join('\n'));
});

test('inputs are printed as they are, and make no room in time', () => {
  const lines = ['inputs  1s', '1       - 30ms |', `s       ${' '.repeat(7)}|`, '> any', 'result  -'];
  expect(printMarble(read(...lines))).toBe(lines.join('\n'));
});

test('a long wait that no row shows is printed as columns', () => {
  const late = ' '.repeat(50);
  const lines = ['source  a|', `a       ${late}1|`, '> any', 'result  1|'];
  expect(printMarble(read(...lines))).toBe(lines.join('\n'));
});

test('an error that was given the name of another row than the only one that fails is printed', () => {
  const spec = read('source  #', '> any', 'result  #');
  expect(printMarble({ ...spec, error: { row: 'b' } })).toBe('source  #\n> any\nresult  #\nerror   b');
});

describe('a drawing', () => {
  type Drawn = readonly [start: number, ...marks: [frame: number, mark: string][]];

  test.each<[Drawn, string[]]>([
    [[0], ['-']],
    [[3], ['   -']],
    [[0, [0, '1']], ['1']],
    [[2, [2, '!']], ['  !']],
    [[1, [3, '1'], [4, '|']], [' --1|']],
    [[1, [1, '1'], [1, '2'], [1, '|']], [' (12|)']],
    [
      [0, [1, '1'], [1, '2'], [2, '3'], [3, '4'], [6, '|']],
      ['-(12)-|', '  34'],
    ],
    [
      [0, [0, '1'], [0, '2'], [1, '3'], [1, '4'], [2, '#']],
      ['(12)', ' (34)', '  #'],
    ],
    [[0, [20, '|']], ['--------------------|']],
    [[0, [21, '|']], ['---------------------|']],
    [[0, [22, '|']], ['- 21ms |']],
    [[0, [31, '|']], ['- 30ms |']],
    [[0, [1, '1'], [1, '2'], [31, '|'], [31, '3']], ['-(12) 26ms (|3)']],
    [
      [0, [31, '1'], [31, '2'], [32, '3']],
      ['- 30ms (12)', '        3'],
    ],
    [
      [0, [0, '1'], [1, 'm'], [2, 's']],
      ['(1)', ' ms'],
    ],
    [
      [0, [0, '1'], [1, 'm']],
      ['(1)', ' m'],
    ],
    [
      [0, [0, '1'], [1, '2'], [2, 's']],
      ['(1)', ' 2s'],
    ],
    [
      [0, [0, '1'], [1, '.'], [2, '2'], [3, '5'], [4, 's']],
      ['(1)5s', ' .2'],
    ],
    [
      [0, [0, 't'], [1, 'h'], [2, 'r'], [3, 'o'], [4, 'w'], [5, 's']],
      ['(t)ows', ' hr'],
    ],
    [[0, [0, 't'], [1, 'h'], [2, 'r'], [3, 'o'], [4, 'w'], [5, 's'], [6, '|']], ['throws|']],
  ])('of %j', ([start, ...marks], expected) => {
    const row = { start, marks: marks.map(([frame, mark]) => ({ frame, mark })), throws: false };
    expect(drawRow(row, layOut([row]))).toEqual(expected);
  });

  test('of a throw says so', () => {
    const row = { start: 2, marks: [], throws: true };
    expect(drawRow(row, layOut([row]))).toEqual(['  throws']);
  });
});
