import { describe, expect, test } from 'vitest';
import { readList } from './read-list';

describe('readList', () => {
  test.each([
    ['3, 1, 2', [3, 1, 2]],
    ['3\n1\r\n2\n', [3, 1, 2]],
    ['3; 1; 2', [3, 1, 2]],
    ['id\n3\n1', [3, 1]],
    ['\uFEFFName,ID\nAda,3\n"Bob, the second",1\n\n', [3, 1]],
    ['7', [7]],
    ['', []],
  ])('%j', (text, ids) => {
    expect(readList(text)).toEqual({ ids, problems: [] });
  });

  test('reads a CSV of a thousand rows', () => {
    const lines = Array.from({ length: 1_000 }, (_, index) => `${index + 1},"name ${index + 1}"`);
    expect(readList(`id,name\n${lines.join('\n')}`).ids).toHaveLength(1_000);
  });

  test('says of what it leaves out where it is, what was expected and what came', () => {
    const text = 'id,name\n1,"two\nlines"\nx,Ada\n,Bob\n0,Cy\n12345678901234567890,Di\n5,Ed';
    expect(readList(text)).toEqual({
      ids: [1, 5],
      problems: [
        'Line 4: expected an id, an integer from 1 and up, got "x"',
        'Line 5: expected an id, an integer from 1 and up, got nothing',
        'Line 6: expected an id, an integer from 1 and up, got "0"',
        'Line 7: expected an id, an integer from 1 and up, got "12345678901234567890"',
      ],
    });
  });

  test('says where a quote is missing', () => {
    expect(readList('id,name\n1,Ada\n2,"Bob\n3,Cy')).toEqual({
      ids: [1],
      problems: ['Line 3: expected a quoted field to end with a quote, got "2,Bob\\n3,Cy"'],
    });
  });
});
