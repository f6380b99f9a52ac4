import { describe, expect, test } from 'vitest';
import { readMarbles } from '../../src/testing/index.js';
import { drawTimeline, firstDifference, whenDifferent } from '../../src/testing/printMarbles.js';

const draw = (start: number, ...marks: [frame: number, mark: string][]): string[] =>
  drawTimeline({ label: 'a', start, marks: marks.map(([frame, mark]) => ({ frame, mark })), throws: false }, 10);

describe('a drawing', () => {
  test.each<[string[], string[]]>([
    [draw(0), ['-']],
    [draw(3), ['   -']],
    [draw(0, [0, '1']), ['1']],
    [draw(2, [2, '!']), ['  !']],
    [draw(1, [3, '1'], [4, '|']), [' --1|']],
    [draw(1, [1, '1'], [1, '2'], [1, '|']), [' (12|)']],
    [draw(0, [1, '1'], [1, '2'], [2, '3'], [3, '4'], [6, '|']), ['-(12)-|', '  34']],
    [draw(0, [0, '1'], [0, '2'], [1, '3'], [1, '4'], [2, '#']), ['(12)', ' (34)', '  #']],
    [draw(0, [29, '|']), ['-----------------------------|']],
    [draw(0, [31, '|']), [' 31ms |']],
  ])('%j', (drawn, expected) => {
    expect(drawn).toEqual(expected);
  });

  test('of what was never subscribed is empty, and of a throw says so', () => {
    expect(drawTimeline(undefined, 10)).toEqual(['']);
    expect(drawTimeline({ label: 'a', start: 2, marks: [], throws: true }, 10)).toEqual(['  throws']);
  });

  test('is read back as what was drawn', () => {
    const rows = ['-', '   -', '(12)-3|', '  -(12!)', '-(12)', '   3-(45)', '     |'];
    const page = (lines: readonly string[]): string =>
      ['```marble', 'source  -', ...lines, '> any', 'result  -', '```'].join('\n');
    const labelled = rows.map((row, index) => (index > 4 ? ' ' : 'a').padEnd(8) + row);
    const read = (lines: readonly string[]) => readMarbles(page(lines))[0]?.inners ?? [];
    const inners = read(labelled);
    expect(inners).toHaveLength(5);
    const redrawn = inners.flatMap((row) => drawTimeline(row, 20).map((line, at) => (at ? ' ' : 'a').padEnd(8) + line));
    const what = ({ start, marks }: (typeof inners)[number]) => ({ start, marks });
    expect(read(redrawn).map(what)).toEqual(inners.map(what));
  });
});

describe('a difference', () => {
  const row = (expected: string[], actual: string[]) => ({ label: 'a', expected, actual, text: [] });

  test.each<[string[], string[], number, number]>([
    [['--1|'], ['-1|'], 0, 1],
    [['  -1|'], [' -1|'], 0, 1],
    [['-1|'], ['-1'], 0, 2],
    [[' -1|'], [''], 0, 1],
    [[], ['  -'], 0, 2],
    [['(12)', ' 3'], ['(12)', '  3'], 1, 1],
    [['(12)', ' 3'], ['(12)'], 0, 1],
  ])('of %j and %j is in line %i, column %i', (expected, actual, line, column) => {
    expect(firstDifference(row(expected, actual))).toEqual({ line, column });
  });

  test('in a group happens where the group opens', () => {
    expect(whenDifferent(row(['--(12)|'], ['--(13)|']))).toBe('a at 2 ms');
    expect(whenDifferent(row(['--(12)|'], ['--(12)-|']))).toBe('a at 6 ms');
  });
});
