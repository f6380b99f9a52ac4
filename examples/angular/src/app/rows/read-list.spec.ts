import { describe, expect, test } from 'vitest';
import { readList } from './read-list';

describe('readList', () => {
  test.each([
    ['3, 1, 2', [3, 1, 2]],
    ['3\n1\r\n2\n', [3, 1, 2]],
    ['3; 1; 2', [3, 1, 2]],
    ['id\n3\n1', [3, 1]],
    ['\uFEFFName,ID\nAda,3\n"Bob, the second",1\n\n', [3, 1]],
    ['3 1 2', [3, 1, 2]],
    [' 3\t1  2 \n\n4, 5 6', [3, 1, 2, 4, 5, 6]],
    ['7', [7]],
    [' \n', []],
    ['', []],
  ])('%j', (text, ids) => {
    expect(readList(text)).toEqual({ ids, problems: [] });
  });

  test('reads a CSV of a thousand rows', () => {
    const lines = Array.from(
      { length: 1_000 },
      (_, index) => `${index + 1},"name ${index + 1}"`,
    );
    expect(readList(`id,name\n${lines.join('\n')}`).ids).toHaveLength(1_000);
  });

  test('says of what it leaves out where it is, and what it is', () => {
    const text =
      'id,name\n1,"two\nlines"\nx,Ada\n,Bob\n0,Cy\n12345678901234567890,Di\n1 2,Ed\n5,Flo';
    expect(readList(text)).toEqual({
      ids: [1, 5],
      problems: [
        { line: 4, text: '“x” is not an id' },
        { line: 5, text: 'there is no id' },
        { line: 6, text: '“0” is not an id' },
        { line: 7, text: '“12345678901234567890” is not an id' },
        { line: 8, text: '“1 2” is not an id' },
      ],
    });
  });

  test('says so once if a CSV has no column of ids', () => {
    expect(readList('\norder,name\n1,Ada\n2,Bob\n3,Cy')).toEqual({
      ids: [],
      problems: [
        { line: 2, text: 'no column is called “id”, only “order” and “name”' },
      ],
    });
  });

  test.each([
    ['a, b', [], ['“a” is not an id', '“b” is not an id']],
    ['1, a\n2, b', [1, 2], ['“a” is not an id', '“b” is not an id']],
    ['order\n1\n2', [1, 2], ['“order” is not an id']],
  ])('takes %j for a list of ids', (text, ids, problems) => {
    const list = readList(text);
    expect(list.ids).toEqual(ids);
    expect(list.problems.map(({ text }) => text)).toEqual(problems);
  });

  test('says where a quote is missing', () => {
    expect(readList('id,name\n1,Ada\n2,"Bob\n3,Cy')).toEqual({
      ids: [1],
      problems: [
        { line: 3, text: 'a quotation mark is never closed: “2,Bob\n3,Cy”' },
      ],
    });
  });
});
