import { describe, expect, test } from 'vitest';
import { MarbleFixture, MarbleSyntaxError, readMarbles } from '../../src/testing/index.js';

const fenced = (...lines: string[]): string => ['```marble', ...lines, '```'].join('\n');
const read = (...lines: string[]) => {
  const [spec] = readMarbles(fenced(...lines), 'page.md');
  if (spec === undefined) throw new Error('no block was found');
  return spec;
};
/** The argument of an operator line. */
const config = (argument: string) => read('source  |', `> name ${argument}`, 'result  |').operators[0]?.config;

describe('a page', () => {
  test('names a block by the nearest heading above it, and gives the line of its fence', () => {
    const block = fenced('source  |', '> take 1', 'result  |');
    const page = `# Page\n\n## first ##\n\ntext\n\n${block}\n\n## second\n\n${block}\n`;
    expect(readMarbles(page, 'page.md').map(({ name, file, line }) => [name, file, line])).toEqual([
      ['first', 'page.md', 7],
      ['second', 'page.md', 15],
    ]);
  });

  test('numbers the blocks of one name from the second on', () => {
    const block = fenced('source  |', '> take 1', 'result  |');
    expect(readMarbles(`# one\n${block}\n\n${block}\n`).map(({ name }) => name)).toEqual(['one', 'one (2)']);
  });

  test.each([
    ['## many words ##', 'many words'],
    ['#   wide   ####  ', 'wide'],
    ['###### deep', 'deep'],
    ['# a bug #1', 'a bug #1'],
    ['# in C#', 'in C#'],
    ['# ###', '###'],
    ['####### too deep', 'marble block'],
    ['#tag', 'marble block'],
    ['text # 1', 'marble block'],
    ['# a\u2028b', 'a\u2028b'],
  ])('has the heading %s, which names a block %s', (heading, expected) => {
    const block = fenced('source  |', '> take 1', 'result  |');
    expect(readMarbles(`${heading}\n${block}`)[0]?.name).toBe(expected);
  });

  test('is called markdown where nobody says how', () => {
    expect(readMarbles(fenced('source  |', '> take 1', 'result  |'))[0]?.file).toBe('markdown');
  });

  test.each([
    ['text ```marble', 'text before them'],
    ['```ts marble', 'another word first'],
    ['```marble `x`', 'backticks behind them'],
    ['``marble', 'too few of them'],
  ])('holds no block behind %s: %s', (line) => {
    expect(readMarbles(`${line}\nsource  |\n`)).toEqual([]);
  });

  test.each([
    ['```marble', '```'],
    ['```marble', '  `````  '],
    ['````marble', '````'],
    ['~~~~ marble `x`', '~~~~~'],
    ['   ```marble', '```'],
    ['```marble \u2028', '```'],
  ])('has a block between %j and %j', (open, close) => {
    expect(readMarbles(`${open}\nsource  |\n> take 1\nresult  |\n${close}\ntext`)).toHaveLength(1);
  });

  test.each(['``` x', '``', '~~~', '```~', '`````` `'])('has no block that %j closes', (line) => {
    const page = ['```js', line, '```marble', 'source', '```'].join('\n');
    expect(readMarbles(page)).toEqual([]);
  });

  test('holds only fenced blocks whose language is marble', () => {
    const block = fenced('source  |', '> take 1', 'result  |');
    expect(readMarbles(`\`\`\`ts\nsource\n\`\`\`\n\n\`\`\`marbles\nx\n\`\`\`\n\n    ${block}`)).toEqual([]);
    expect(readMarbles(`\`\`\`\`md\n# no heading\n${block}\n\`\`\`\`\n\n${block}`)).toMatchObject([
      { name: 'marble block', line: 10 },
    ]);
  });

  test.each([
    ['an item of a list', ['- one', '', '  BLOCK', '', '- two']],
    ['the line of an item', ['1.  BLOCK']],
    ['the line of an item with a number of many digits', ['123456789) BLOCK']],
    ['an item that has nothing in its own line', ['-', '    BLOCK']],
    ['an item within an item', ['- a', '  - b', '', '    BLOCK']],
    ['an item within an item, in one line', ['- 1. BLOCK']],
    ['an item that is itself indented', ['   - a', '', '     BLOCK']],
    ['a quote', ['> BLOCK', '', 'text']],
    ['a quote without blanks', ['>BLOCK', '', 'text']],
    ['a quote within a quote', [' > >BLOCK', '', 'text']],
  ])('may have a block in %s', (_, lines) => {
    const block = fenced('source  a|', 'a       1|', '> x', 'result  1|').split('\n');
    const page = lines.flatMap((line) => {
      const before = /^(.*)BLOCK$/.exec(line)?.[1];
      if (before === undefined) return [line];
      return block.map((each, index) => (index === 0 ? before : before.replace(/[^>]/g, ' ')) + each);
    });
    const specs = readMarbles([...page, '', fenced('source  |', '> take 1', 'result  |')].join('\n'));
    expect(specs.map(({ rows }) => rows.length)).toEqual([2, 1]);
  });

  test('says where a block in an item cannot be read, in the columns of the file', () => {
    const page = ['- text', '', '  ```marble', '  source  |x', '  ```'].join('\n');
    expect(() => readMarbles(page, 'page.md')).toThrow('page.md:4:12: expected the end of the line after "|", got "x"');
  });

  test('holds no block further in than a list, once that has ended', () => {
    const block = fenced('source  |', '> take 1', 'result  |').replace(/^/gm, '    ');
    expect(readMarbles(`- item\n\n${block}`)).toHaveLength(1);
    expect(readMarbles(`- item\n\ntext\n\n${block}`)).toEqual([]);
    expect(readMarbles(`    - item\n\n  ${block}`)).toEqual([]);
  });

  test('is not misled by the signs of a fence within a line', () => {
    expect(readMarbles(`text ~~~\n${fenced('source  |', '> take 1', 'result  |')}`)).toHaveLength(1);
  });

  test('is not misled by a fence that ends with its quote', () => {
    const page = ['> ```js', '> x', '', fenced('source  |', '> take 1', 'result  |')].join('\n');
    expect(readMarbles(page)).toHaveLength(1);
  });

  test('is not misled by a fence in the line of an item', () => {
    const page = ['- ```js', '  x', '  ```', '', fenced('source  |', '> take 1', 'result  |')].join('\n');
    expect(readMarbles(page)).toHaveLength(1);
  });

  test('may begin with a byte order mark', () => {
    const block = fenced('source  |', '> take 1', 'result  |');
    expect(readMarbles(`\ufeff${block}`)).toHaveLength(1);
    expect(readMarbles(`\ufeff# name\n${block}`)).toMatchObject([{ name: 'name' }]);
    expect(config('"\ufeff"')).toBe('\ufeff');
  });

  test.each(['Marble', 'marble{1}', 'marble title="x"', 'MARBLE'])('may call the language %s', (language) => {
    expect(readMarbles(`\`\`\`${language}\nsource  |\n> take 1\nresult  |\n\`\`\``)).toHaveLength(1);
  });

  test('has to close a block within the quote', () => {
    expect(() => readMarbles('> ```marble\n> source  |\n\ntext', 'page.md')).toThrow(
      'page.md:1:3: expected a fence that closes this block, got the end of what it stands in',
    );
  });

  test('gives no two blocks one name', () => {
    const block = fenced('source  |', '> take 1', 'result  |');
    const names = readMarbles(`# n\n${block}\n${block}\n# n (2)\n${block}\n# n\n${block}`).map(({ name }) => name);
    expect(names).toEqual(['n', 'n (2)', 'n (2) (2)', 'n (3)']);
    const others = readMarbles(`# n (1)\n${block}\n# n (2)\n${block}\n# n\n${block}\n${block}\n${block}`);
    expect(others.map(({ name }) => name)).toEqual(['n (1)', 'n (2)', 'n', 'n (3)', 'n (4)']);
  });

  test('may indent a block, and end its lines as Windows does', () => {
    const page = ['  ~~~marble', '  source  a|', '  a       1|', '  > concatMap', '  result  1|', '  ~~~'].join('\r\n');
    expect(readMarbles(page)).toMatchObject([{ rows: [{ label: 'source' }, { label: 'a', start: 0 }] }]);
    // The fence alone, as Markdown has it: its content gives up as many blanks as there are.
    expect(readMarbles(page.replace(/\r\n +/g, '\r\n'))).toEqual(readMarbles(page));
    expect(readMarbles(page.replace(/\r\n {2}/g, '\r\n '))).toEqual(readMarbles(page));
  });
});

describe('a row', () => {
  test('starts in the column of its first mark, with one frame a column', () => {
    const { rows, result } = read('source  a-b|', 'a       1-|', 'b           (23!)', '> concatMap', 'result  ---3');
    expect(rows).toMatchObject([
      {
        label: 'source',
        start: 0,
        marks: [
          { frame: 0, mark: 'a' },
          { frame: 2, mark: 'b' },
          { frame: 3, mark: '|' },
        ],
      },
      { label: 'a', start: 0 },
      { label: 'b', start: 4 },
    ]);
    expect(rows[2]?.marks).toEqual(['2', '3', '!'].map((mark) => ({ frame: 4, mark })));
    expect(result.marks).toEqual([{ frame: 3, mark: '3' }]);
  });

  test('goes on in a line without a label', () => {
    const { result } = read('source  |', '> concatMap', 'result  -(12)', '          --3|');
    expect(result.marks.map(({ frame, mark }) => `${frame}${mark}`)).toEqual(['11', '12', '43', '5|']);
  });

  test('of the result begins where time begins', () => {
    expect(() => read('source  a', '> x', 'result    a')).toThrow(
      'page.md:4:11: expected the row to begin in column 9, as the first row\'s, got "a"',
    );
  });

  test('of inputs of which none is read is a line', () => {
    expect(read('inputs  -', '> x', 'result  -').rows[0]?.marks).toEqual([]);
  });

  test('says throws where project throws', () => {
    const { rows, error } = read('source  a|', 'a       throws', '> concatMap', 'result  #');
    expect(rows[1]).toEqual({ label: 'a', start: 0, marks: [], throws: true });
    expect(error).toEqual({ row: 'a' });
  });

  test('may emit the characters of that word in a line that continues it', () => {
    const { rows } = read('source  a|', 'a       -(1)', '          throws', '> concatMap', 'result  -');
    expect(rows[1]).toMatchObject({ start: 0, throws: false });
    expect(rows[1]?.marks.map(({ frame, mark }) => `${frame}${mark}`).join()).toBe('11,2t,3h,4r,5o,6w,7s');
  });

  test('counts a character outside the basic plane as one column', () => {
    expect(read('source  😀-b|', '> concatMap', 'result  |').rows[0]?.marks.at(-1)).toEqual({ frame: 3, mark: '|' });
  });

  test('unsub may have a duration of its own', () => {
    expect(read('source  |', '> any', 'unsub   - 10ms !', 'result  |').unsub).toBe(11);
  });

  test('unsub has the frame of its mark', () => {
    expect(read('source  |', '> concatMap', 'unsub   --!', 'result  -').unsub).toBe(2);
  });
});

describe('a duration', () => {
  const frames = (...lines: string[]) =>
    read('source  -', ...lines, '> any', 'result  -').rows[1]?.marks.map(({ frame, mark }) => `${frame}${mark}`);

  test.each([
    ['a       1 10ms 2|', ['01', '112', '12|']],
    ['a       - 1s 1 2m 2', ['10011', '1210022']],
    ['a       - 1.5s 1 0.001s 2', ['15011', '15032']],
    ['a       (12) 10ms 3', ['01', '02', '143']],
    ['a       - 10ms |', ['11|']],
    ['a       1 10ms', ['01']],
    ['a       1 10ms 2s', ['01', '112', '12s']],
    ['a       1ms-', ['01', '1m', '2s']],
    ['a       - 2147483646ms 1', ['21474836471']],
  ])('%s', (line, expected) => {
    expect(frames(line)).toEqual(expected);
  });

  test('is not right behind another one, as other rows show', () => {
    expect(frames('a       1 10ms 2s', 'b       - 10ms ----3|')).toEqual(['01', '112', '12s']);
  });

  test('stands in a line that continues a row, and is not what that begins with', () => {
    expect(frames('a       (12)', '         3-- 10ms 4')).toEqual(['01', '02', '13', '144']);
    expect(frames('a       (12)', '         3s')).toEqual(['01', '02', '13', '2s']);
  });

  test('is counted by what begins behind it, also where a row further down shows it', () => {
    const { rows } = read('source  ab', 'a                   1 50ms 2|', 'b        1 10ms 2|', '> any', 'result  -');
    expect(rows.map(({ start, marks }) => [start, marks.at(-1)?.frame])).toEqual([
      [0, 1],
      [16, 68],
      [1, 13],
    ]);
  });

  test('is behind a throw that is written over its columns', () => {
    const { rows } = read('source  a 10ms b', 'a       throws', '> any', 'result  -');
    expect(rows.map(({ start, throws }) => [start, throws])).toEqual([
      [0, false],
      [0, true],
    ]);
  });

  test('may come first, in every row that begins with it', () => {
    const { rows, result } = read('source  10ms a|', 'a            1', '> any', 'result  10ms (12)');
    expect(rows.map(({ start }) => start)).toEqual([0, 10]);
    expect([rows[0], rows[1], result].map((row) => row?.marks[0]?.frame)).toEqual([10, 10, 10]);
  });

  test('stands in the same columns of every row that goes on meanwhile', () => {
    const { rows, unsub, result } = read(
      'source  a- 100ms b- 1s c|',
      'a       1|',
      'b                -- 1s 3',
      'c                      4',
      '> any',
      'unsub   -- 100ms -- 1s --!',
      'result  1- 100ms -- 1s (34)',
      '         2',
    );
    expect(rows.map(({ start }) => start)).toEqual([0, 0, 102, 1104]);
    expect(rows[2]?.marks).toEqual([{ frame: 1104, mark: '3' }]);
    expect(unsub).toBe(1106);
    expect(result.marks.map(({ frame, mark }) => `${frame}${mark}`)).toEqual(['01', '12', '11043', '11044']);
  });
});

describe('where', () => {
  const where = (...lines: string[]) =>
    read('source  ab#', 'a       #', 'a       #', '> any', 'result  1', ...lines).where;

  test('says what values and errors stand for', () => {
    expect(
      where('where   a: { id: 1, tags: [x, "a b"] }, 1: $one', 'where   #a2: null, #source: "lost", b: undefined'),
    ).toEqual({
      a: { id: 1, tags: ['x', 'a b'] },
      1: new MarbleFixture('one'),
      '#a2': null,
      '#source': 'lost',
      b: undefined,
    });
  });

  test.each([
    ['7:9: expected a value of this block, or the error of a row ("#source", "#a", "#a2"), got "c"', 'where   c: 1'],
    ['7:9: expected a value of this block, or the error of a row ("#source", "#a", "#a2"), got "#b"', 'where   #b: 1'],
    ['7:9: expected a value of this block, or the error of a row ("#source", "#a", "#a2"), got "|"', 'where   |: 1'],
    ['7:15: expected each value and error once, got "a"', 'where   a: 1, a: 2'],
    ['7:11: expected ":", got "1"', 'where   a 1'],
    ['7:14: expected "," or the end of the line, got "b"', 'where   a: 1 b: 2'],
    ['7:12: expected a string in double quotes, as in JSON, got "\\"\\\\x\\""', 'where   a: "\\x"'],
    [
      '7:6: expected a value of this block, or the error of a row ("#source", "#a", "#a2"), got the end of the line',
      'where',
    ],
  ])('%s', (message, line) => {
    expect(() => where(line)).toThrow(message);
  });

  test('does not name inputs, which are not emitted', () => {
    expect(() => read('inputs  a', 'a       1|', '> any', 'result  1', 'where   a: 1')).toThrow(
      'expected a value of this block, got "a"',
    );
  });
});

describe('an operator line', () => {
  test.each([
    ['', undefined],
    ['2', 2],
    ['1_000', 1000],
    ['0.25', 0.25],
    ['+1', 1],
    ['a1', 'a1'],
    ['NaN', NaN],
    ['-0.5', -0.5],
    ['Infinity', Infinity],
    ['true', true],
    ['in-order', 'in-order'],
    ['$retry', new MarbleFixture('retry')],
    ['{}', {}],
    ['null', null],
    ['-Infinity', -Infinity],
    ['1e3', 1000],
    ['"a, \\"b\\""', 'a, "b"'],
    ['[1, [], { a: $b }]', [1, [], { a: new MarbleFixture('b') }]],
    ['{ "a b": 1 }', { 'a b': 1 }],
    ['concurrent: 2', { concurrent: 2 }],
    [
      'concurrent: Infinity, atomic: false, onError: at-end',
      { concurrent: Infinity, atomic: false, onError: 'at-end' },
    ],
    [
      'timeout: { first: 3, total: 10 }, onError: $fallback',
      { timeout: { first: 3, total: 10 }, onError: new MarbleFixture('fallback') },
    ],
    ['{ concurrent: 2 }', { concurrent: 2 }],
  ])('reads the argument %j', (text, expected) => {
    expect(config(text)).toEqual(expected);
  });

  test('comes several times, one behind the other', () => {
    const { operators } = read('source  |', '> concatMap', '> take 2', 'result  |');
    expect(operators.map(({ name, config }) => [name, config])).toEqual([
      ['concatMap', undefined],
      ['take', 2],
    ]);
  });

  test('needs no blank behind its sign', () => {
    expect(read('source  |', '>take 1', 'result  |').operators).toEqual([{ name: 'take', config: 1 }]);
  });

  test('does not reach a prototype', () => {
    expect(Object.getPrototypeOf(config('__proto__: { concurrent: 2 }'))).toBe(Object.prototype);
  });
});

describe('the error of the result', () => {
  const error = (...rows: string[]) =>
    read('source  ab|', ...rows.slice(0, -1), '> concatMap', 'result  #', ...rows.slice(-1)).error;

  test('is that of the only row that fails', () => {
    expect(read('source  ab|', 'a       #', '> concatMap', 'result  #').error).toEqual({ row: 'a' });
    expect(read('source  #', '> concatMap', 'result  #').error).toEqual({ row: 'source' });
    expect(read('hot     #', '> concatMap', 'result  #').error).toEqual({ row: 'source' });
  });

  test.each([
    ['b', { row: 'b' }],
    ['-1', { value: -1 }],
    ['value(1)', { value: 1 }],
    ['Http2Error', { type: 'Http2Error' }],
    ['timeout(12, each)', { timeout: { index: 12, limit: 'each' } }],
    ['b2', { row: 'b2' }],
    ['$boom', { value: new MarbleFixture('boom') }],
    ['404', { value: 404 }],
    ['"not found"', { value: 'not found' }],
    ['{ status: 404 }', { value: { status: 404 } }],
    ['null', { value: null }],
    ['"b"', { value: 'b' }],
    ['TypeError', { type: 'TypeError' }],
    ['timeout( 1,total )', { timeout: { index: 1, limit: 'total' } }],
    [
      'aggregate(a,b2, timeout(0, each))',
      { aggregate: [{ row: 'a' }, { row: 'b2' }, { timeout: { index: 0, limit: 'each' } }] },
    ],
  ])('is what a line says: %s', (text, expected) => {
    expect(error('a       #', 'b       #', 'b       throws', `error   ${text}`)).toEqual(expected);
  });

  test.each([
    [
      'no row fails, and nothing is said',
      ['a       |'],
      '7:1: expected a line "error", since the result fails and no row fails, got',
    ],
    [
      'two rows fail, and nothing is said',
      ['a       #', 'b       #', ''],
      'these rows fail: a, b, got the end of the block',
    ],
    ['a row is named that does not fail', ['a       #', 'error   b'], '6:9: expected a row that fails (a), got "b"'],
    ['nothing that is an error is named', ['error   oops'], '5:9: expected a row that fails, "$fixture", '],
    [
      'one of several rows is named that does not fail',
      ['a       #', 'b       #', 'error   c'],
      '7:9: expected a row that fails (a, b), got "c"',
    ],
    ['a row is named where none fails', ['error   b'], '5:9: expected a row that fails (none does), got "b"'],
    [
      'a class begins with a small letter',
      ['error   typeError'],
      '5:9: expected a row that fails, "$fixture", "timeout(index, limit)", "aggregate(error, error)", the name of a class or a value, got "typeError"',
    ],
    ['a class is no word', ['error   Type-Error'], 'the name of a class or a value, got "Type-Error"'],
    ['an index is none', ['error   timeout(x1, total)'], '5:17: expected the index of the item, got "x1"'],
    ['an index is no number', ['error   timeout(1x, total)'], '5:17: expected the index of the item, got "1x"'],
    ['a limit is none', ['error   timeout(1, 2x)'], '5:20: expected the name of the limit, got "2x"'],
    ['a limit is no word', ['error   timeout(1, a-b)'], '5:20: expected the name of the limit, got "a-b"'],
    ['a list of errors does not end', ['error   aggregate(1 2)'], '5:21: expected "," or ")", got "2"'],
    [
      'errors are nested too deep',
      [`error   ${'aggregate('.repeat(17)}`],
      '5:169: expected at most 16 "aggregate" within one another, got "aggregate"',
    ],
    ['something follows', ['a       #', 'error   a b'], '6:11: expected the end of the line, got "b"'],
  ])('cannot be read if %s', (_, rows, message) => {
    const last = rows.length > 1 || rows[0]?.startsWith('error') ? rows : [...rows, ''];
    expect(() => error(...last)).toThrow(message);
  });
});

describe('what cannot be read is an error with file, line, column, what was expected and what came', () => {
  const first = 'source  ab|';
  test.each([
    ['page.md:3:1: expected a row "source", "hot" or "inputs", got the end of the block', ['']],
    ['page.md:2:1: expected a row "source", "hot" or "inputs", got "a  1|"', ['a  1|']],
    ['page.md:2:1: expected a row "source", "hot" or "inputs", got "a 0ms b"', ['        a 0ms b']],
    ['page.md:2:7: expected what happens in the row, got the end of the line', ['source']],
    ['page.md:2:1: expected no tabs, got "\\t"', ['\tsource  a|']],
    ['page.md:2:10: expected a value of one character, "-", "|", "#", "!" or "(", got " "', ['source  a b']],
    ['page.md:2:7: expected no tabs, got "\\t"', ['source\ta|']],
    ['page.md:2:10: expected the end of the line after "|", got "-"', ['source  |-']],
    ['page.md:2:11: expected ")" after "|", got "b"', ['source  (|b)']],
    ['page.md:2:11: expected ")" to close the group, got the end of the line', ['source  (a']],
    ['page.md:2:9: expected a value of one character, "-", "|", "#", "!" or "(", got ")"', ['source  )']],
    ['page.md:2:10: expected what happens in the group, got ")"', ['source  ()']],
    ['page.md:2:11: expected a value of one character, "|", "#", "!" or ")", got "-"', ['source  (a-b)']],
    ['page.md:2:10: expected a value of one character, "|" or "!", got "-"', ['inputs  a-b']],
    ['page.md:3:4: expected the row to begin in column 9 or later, as the first row\'s, got "1|"', [first, 'a  1|']],
    [
      'page.md:3:4: expected the row to begin in column 9 or later, as the first row\'s, got "1 10ms 2"',
      [first, 'a  1 10ms 2'],
    ],
    [
      'page.md:4:11: expected the row to begin in column 9, as the first row\'s, got "!"',
      [first, '> a', 'unsub     !'],
    ],
    ['page.md:3:1: expected the row of an inner, or an operator: "> name", got "result  |"', [first, 'result  |']],
    ['page.md:3:2: expected the name of an operator, got the end of the line', [first, '>']],
    ['page.md:3:7: expected "," or the end of the line, got "3"', [first, '> a 2 3']],
    [
      'page.md:3:14: expected a number, a word, a "string", "[", "{" or a "$fixture", got ","',
      [first, '> concat  a :, '],
    ],
    ['page.md:3:3: expected the name of an operator, got "a-b"', [first, '> a-b']],
    ['page.md:3:3: expected the name of an operator, got "-a"', [first, '> -a']],
    ...['1x', 'x$y', '$x-y', '-', '.5'].map((word): [string, string[]] => [
      `page.md:3:5: expected a number, a word, a "string", "[", "{" or a "$fixture", got "${word}"`,
      [first, `> a ${word}`],
    ]),
    ['page.md:3:8: expected "," or the end of the line, got ":"', [first, '> a b-c: 2']],
    ['page.md:3:7: expected the name of an option, got "b-c"', [first, '> a { b-c: 2 }']],
    ['page.md:3:8: expected "," or "]", got "3"', [first, '> a [2 3']],
    ['page.md:3:21: expected at most 16 "{" or "[" within one another, got "["', [first, `> a ${'['.repeat(17)}`]],
    ['page.md:3:53: expected at most 16 "{" or "[" within one another, got "{"', [first, `> a ${'{a:'.repeat(17)}`]],
    ['page.md:3:11: expected the name of an option, got "2"', [first, '> a b: 2, 2: 1']],
    ['page.md:3:11: expected each option once, got "b"', [first, '> a b: 2, b: 3']],
    ['page.md:3:11: expected "," or "}", got the end of the line', [first, '> a { b: 2']],
    ['page.md:4:1: expected a row "unsub" or "result", got the end of the block', [first, '> a']],
    ['page.md:4:1: expected a row "unsub" or "result", got "b  1|"', [first, '> a', 'b  1|']],
    ['page.md:5:1: expected a row "result", got "a       |"', [first, '> a', 'unsub   !', 'a       |']],
    ['page.md:4:10: expected "-" or "!", got "1"', [first, '> a', 'unsub   -1']],
    ['page.md:4:1: expected "!" in the row "unsub", got "unsub   --"', [first, '> a', 'unsub   --']],
    ['page.md:4:9: expected a value of one character, "-", "|", "#" or "(", got "!"', [first, '> a', 'result  !']],
    ['page.md:5:1: expected the end of the block, got "error   a"', [first, '> a', 'result  |', 'error   a']],
    [
      'page.md:3:10: expected the duration "10ms" in the same columns as in another row, got "-|"',
      ['source  a 10ms b|', 'a       --|', '> a', 'result  -'],
    ],
    [
      'page.md:3:10: expected the duration "10ms" in the same columns as in another row, got "3"',
      ['source  a 10ms b|', 'a       1      3', '> a', 'result  -'],
    ],
    [
      'page.md:3:11: expected the duration "10ms" in the same columns as in another row, got "2"',
      ['source  a 10ms b|', 'a         2', '> a', 'result  -'],
    ],
    [
      'page.md:3:11: expected the duration "10ms" in the same columns as in another row, got "20ms 2"',
      ['source  a 10ms b|', 'a       1 20ms 2', '> a', 'result  -'],
    ],
    [
      'page.md:3:11: expected the duration "10ms" in the same columns as in another row, got "20ms"',
      ['source  a 10ms b|', 'a       1 20ms', '> a', 'result  -'],
    ],
    [
      'page.md:3:10: expected the duration "10ms" in the same columns as in another row, got "throws"',
      ['source  a 10ms b|', 'a        throws', '> a', 'result  -'],
    ],
    [
      'page.md:3:10: expected the duration "10ms" in the same columns as in another row, got "10ms"',
      ['source  10ms a|', '         10ms', '> a', 'result  -'],
    ],
    [
      'page.md:3:13: expected the row to begin with what happens in it, such as "-", got "10ms"',
      [first, 'a           10ms 1'],
    ],
    ['page.md:2:11: expected a whole number of milliseconds, 1 or more, got "0ms"', ['source  a 0ms b']],
    ['page.md:2:11: expected a whole number of milliseconds, 1 or more, got "1.5ms"', ['source  a 1.5ms b']],
    ['page.md:2:11: expected at most 2147483647 ms, got "40000m"', ['source  a 40000m b']],
    [
      'page.md:2:24: expected nothing later than 2147483647 ms, got "b"',
      ['source  a 2147483647ms b', '> a', 'result  |'],
    ],
    [
      'page.md:4:11: expected nothing before the start of a row or after its end, got "2"',
      [first, 'a       -|', '          2'],
    ],
    [
      'page.md:4:10: expected nothing before the start of a row or after its end, got "2"',
      [first, 'a         1', '         2'],
    ],
    [
      'page.md:4:17: expected nothing before the start of a row or after its end, got "2"',
      [first, 'a       throws', '                2'],
    ],
  ])('%s', (message, lines) => {
    let error: unknown;
    try {
      readMarbles(fenced(...lines), 'page.md');
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(MarbleSyntaxError);
    expect(String(error)).toBe(`MarbleSyntaxError: ${message}`);
  });

  test('a fence that is never closed', () => {
    expect(() => readMarbles('text\n```marble\nsource  |\n', 'page.md')).toThrow(
      'page.md:2:1: expected a fence that closes this block, got the end of what it stands in',
    );
  });

  test('a text that nests without end', () => {
    expect(() => config('{a:'.repeat(100_000))).toThrow(MarbleSyntaxError);
    expect(() => config('['.repeat(100_000))).toThrow(MarbleSyntaxError);
    expect(() => read('source  |', '> a', 'result  #', `error   ${'aggregate('.repeat(100_000)}`)).toThrow(
      MarbleSyntaxError,
    );
  });
});
