import { concat, filter, from, map, mergeMap, NEVER, retry } from 'rxjs';
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

type Key = (value: unknown, index: number) => unknown;

/** They emit the keys: what is tested here must not depend on this package's operators. */
const operators: MarbleOperators = {
  keysBy: ({ config }) => map(config as Key),
  keysOf: ({ key }) => map(key),
  doubled: () => mergeMap((value) => [value, value]),
  onlyB: () => filter((value) => value === 'b'),
  other: () => map(() => 'z'),
  strange: () => map(() => ({ id: 1 })),
  retry: ({ config }) => retry(config),
  inputsThenKeys: ({ inputs, key }) => {
    const all = [...inputs];
    return concat(...all, from(all.map(key)));
  },
  never: () => () => NEVER,
};

function run(lines: readonly string[], fixtures?: MarbleFixtures): void {
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

describe('a row of keys', () => {
  test.each<[string, readonly string[], readonly string[]]>([
    ['under a source', ['source  ab-c|', 'keys    xy-x'], ['x', 'y', 'x']],
    ['with what the source has besides', ['source  ab-c|', 'keys    xy-x-'], ['x', 'y', 'x']],
    ['further right', ['source  --ab|', 'keys      xy'], ['x', 'y']],
    ['under a group', ['source  (ab|)', 'keys    (xy)'], ['x', 'y']],
    ['under a group of one value', ['source  (a|)', 'keys    x'], ['x']],
    ['under a row that is continued', ['source  (ab)', '         c|', 'keys    (xy)', '         z'], ['x', 'y', 'z']],
    ['behind a duration', ['source  a 100ms b|', 'keys    x 100ms y'], ['x', 'y']],
    ['under a hot source', ['hot     a-b!', 'keys    x-y'], ['x', 'y']],
    ['under inputs', ['inputs  abc|', 'keys    xyx'], ['x', 'y', 'x']],
    ['under the first of several sources', ['source  a#', 'keys    x', 'source   ab|'], ['x']],
    ['with a mark for a key function that throws', ['source  abc|', 'keys    #x#'], ['#', 'x', '#']],
    ['under a source without values', ['source  --|', 'keys    -'], []],
  ])('stands %s', (_, rows, keys) => {
    const spec = read(...rows, '> any', 'result  -');
    expect(spec.keys).toEqual(keys);
    expect(spec.rows.map(({ label }) => label)).not.toContain('keys');
    expect({ ...read(...printMarble(spec).split('\n')), line: 0 }).toEqual({ ...spec, line: 0 });
  });

  test('is printed in the columns of the values', () => {
    const lines = ['source  a-(bc|)', 'keys    x-(yx)', '> any', 'result  -'];
    expect(printMarble(read(...lines))).toBe(lines.join('\n'));
    const inputs = ['inputs  abc|', 'keys    xyx', 'a       |', '> any', 'result  -'];
    expect(printMarble(read(...inputs))).toBe(inputs.join('\n'));
    // Inputs have no columns of time.
    const late = ['inputs  abc|', 'keys    xyx', 'a       - 100ms 1|', '> any', 'result  - 100ms 1'];
    expect(printMarble(read(...late))).toBe(late.join('\n'));
  });

  test('is not there where a block has none', () => {
    expect(read('source  ab|', '> any', 'result  -')).not.toHaveProperty('keys');
  });

  test('that a program made too short is printed as it is, and cannot be read', () => {
    const text = printMarble({ ...read('source  ab|', '> any', 'result  -'), keys: ['x'] });
    expect(text).toContain('keys    x-\n');
    expect(messageOf(() => read(...text.split('\n')))).toContain('expected the key of "b" under it');
  });

  test.each<[string, readonly string[], string]>([
    ['too few', ['source  abc|', 'keys    xy'], '4:11: expected the key of "c" under it, got the end of the row'],
    ['none', ['source  --a|', 'keys    -'], '4:11: expected the key of "a" under it, got the end of the row'],
    ['too many', ['source  ab|', 'keys    xyz'], '4:11: expected no more keys than "source" has values, got "z"'],
    [
      'one too far right',
      ['source  a-b|', 'keys    x--y'],
      '4:11: expected the key of "b" under it, got "y" further right',
    ],
    [
      'one too far left',
      ['source  a-b|', 'keys    xy-'],
      '4:11: expected the key of "b" under it, got "y" further left',
    ],
    [
      'too few for inputs',
      ['inputs  ab|', 'keys    x'],
      '4:10: expected the key of "b" under it, got the end of the row',
    ],
    ['a wait for inputs', ['inputs  ab|', 'keys    x-y'], '4:10: expected a value of one character or "#", got "-"'],
    ['an end', ['source  a|', 'keys    x|'], '4:10: expected a value of one character, "-", "#" or "(", got "|"'],
    ['nothing', ['source  a|', 'keys'], '4:5: expected what happens in the row, got the end of the line'],
    [
      'another duration',
      ['source  a 100ms b|', 'keys    x 200ms y'],
      '4:11: expected the duration "100ms" in the same columns as in another row, got "200ms y"',
    ],
  ])('says what it expects where there is %s', (_, rows, message) => {
    expect(messageOf(() => read(...rows, '> any', 'result  -'))).toBe(`page.md:${message}`);
  });

  test('stands nowhere else', () => {
    expect(messageOf(() => read('source  a|', 'a       1|', 'keys    x', '> any', 'result  -'))).toContain(
      'page.md:5:1: expected the row of an inner, or an operator: "> name", got "keys    x"',
    );
  });
});

describe('the key function', () => {
  test('is the fixture `$keys`, and the `key` of the context', () => {
    run(['source  ab-c|', 'keys    xy-x', '> keysBy $keys', 'result  xy-x|']);
    run(['source  ab-c|', 'keys    xy-x', '> keysOf', 'result  xy-x|']);
  });

  test('stands beside other fixtures, and before one of its name', () => {
    const other = () => 'other';
    run(['source  ab|', 'keys    xy', '> keysBy $keys', 'result  xy|'], { keys: other });
    run(['source  ab|', 'keys    xy', '> keysBy $other', 'result  oo|', 'where   o: other'], () => ({ other }));
  });

  test('is no fixture without the row', () => {
    expect(messageOf(() => run(['source  a|', '> keysBy $keys', 'result  x|']))).toContain('got $keys');
    expect(messageOf(() => run(['source  a|', '> keysOf', 'result  #', 'error   "x"']))).toContain(
      'Error: expected a row "keys", since keys are asked for, got none',
    );
  });

  test('tells one value that comes twice by its index', () => {
    run(['source  aa-a|', 'keys    xy-z', '> keysOf', 'result  xy-z|']);
  });

  test('goes by the value where an operator before has changed the indices', () => {
    run(['source  ab|', 'keys    xy', '> doubled', '> keysOf', 'result  (xx)', '         (yy)', '          |']);
    run(['source  abb|', 'keys    xyz', '> onlyB', '> keysOf', 'result  -yy|']);
    run(['source  a#', 'keys    x', 'source   -a|', '> retry 1', '> keysOf', 'result  x-x|']);
  });

  test('has no key for another value', () => {
    const message = messageOf(() => run(['source  a|', 'keys    x', '> other', '> keysOf', 'result  x|']));
    expect(message).toContain('Error: expected a value of the first row, which has a key, got "z"');
    const strange = messageOf(() => run(['source  a|', 'keys    x', '> strange', '> keysOf', 'result  x|']));
    expect(strange).toContain('Error: expected a value of the first row, which has a key, got {"id":1}');
  });

  test('may give anything, the same for each mark', () => {
    const seen: unknown[] = [];
    const see: MarbleOperators = {
      see: ({ key }) => map((value, index) => (seen.push(key(value, index)), value)),
    };
    runMarble(
      read('source  abcd|', 'keys    xyxz', '> see', 'result  abcd|', 'where   x: { id: 1 }, z: NaN, a: 17'),
      see,
    );
    expect(seen).toEqual([{ id: 1 }, 'y', { id: 1 }, NaN]);
    expect(seen[2]).toBe(seen[0]);
  });

  test('throws where the row says so', () => {
    run(['source  a(b!)', 'keys    x#', '> keysOf', 'result  x#']);
    run(['source  a(b!)', 'keys    x#', '> keysOf', 'result  x#', 'error   keys']);
    run(['source  a(b!)', 'keys    x#', '> keysOf', 'result  x#', 'where   #keys: { status: 404 }']);
    expect(messageOf(() => run(['source  a(b!)', 'keys    x#', '> keysOf', 'result  x#', 'where   #a: 1']))).toContain(
      'expected a value of this block, or the error of a row ("#keys"), got "#a"',
    );
    expect(messageOf(() => run(['source  a(b#)', 'keys    x#', '> keysOf', 'result  x#']))).toContain(
      'expected a line "error", since the result fails and these rows fail: source, keys',
    );
  });

  test('cannot be asked before the block runs', () => {
    const early: MarbleFixtures = ({ key }) => ({ early: key('a', 0) });
    expect(messageOf(() => run(['source  a|', 'keys    x', '> keysOf', 'result  x|'], early))).toContain(
      'expected keys to be asked for while the block runs',
    );
  });

  test('goes by the index for inputs, which may be read before their rows begin', () => {
    const rows = ['a       -1|', 'b         -2|', '> inputsThenKeys'];
    run(['inputs  ab|', 'keys    xy', ...rows, 'result  -1-2(xy|)']);
    expect(messageOf(() => run(['inputs  ab|', ...rows, 'result  -1-2|']))).toContain('expected a row "keys"');
    // Later it is not too early.
    expect(
      messageOf(() =>
        run(['inputs  ab|', 'keys    xy', 'a       -1|', 'b       -2|', '> inputsThenKeys', 'result  -1-2(xy|)']),
      ),
    ).toContain('differs: b at 0 ms');
  });
});

describe('a mismatch', () => {
  const mismatch = (...lines: readonly string[]): MarbleMismatch => {
    try {
      run(lines);
    } catch (error) {
      expect(error).toBeInstanceOf(MarbleMismatch);
      return error as MarbleMismatch;
    }
    throw new Error('expected a mismatch, got none');
  };

  test('shows the keys', () => {
    const { message, expected, actual } = mismatch('source  ab-c|', 'keys    xy-x', '> keysOf', 'result  xx-x|');
    expect(message).toContain('differs: result at 1 ms\n');
    expect(expected).toContain('source  ab-c|\nkeys    xy-x\n> keysOf\nresult  xx-x|');
    expect(actual).toContain('source  ab-c|\nkeys    xy-x\n> keysOf\nresult  xy-x|');
  });

  test('shows only the keys of what the source really gave, so that it can be read', () => {
    const { actual } = mismatch('source  abc|', 'keys    x#z', '> keysOf', 'result  x#');
    expect(actual).toContain('source  a(b!)\nkeys    x#\n');
    expect(() => run(actual.split('\n'))).not.toThrow();
  });

  test('shows none where the source is not subscribed', () => {
    const { actual } = mismatch('source  ab|', 'keys    xy', '> never', 'result  -');
    expect(actual).toBe('> never\nresult  -\nthe row "source" at 0 ms is never used');
  });
});

describe('a picture', () => {
  const texts = (svg: string) =>
    [...svg.matchAll(/<text(?: class="\w+")? x="([\d.]+)" y="([\d.]+)">(.+?)<\/text>/g)].map(([, x, y, text]) => ({
      text,
      x: Number(x),
      y: Number(y),
    }));

  test('shows each key below its value', () => {
    const svg = drawMarble(read('source  a-(bc|)', 'keys    x-(y#)', '> any', 'result  -'));
    const drawn = texts(svg);
    const at = (text: string) => drawn.find((each) => each.text === text)!;
    expect([at('x').x, at('y').x, at('#').x]).toEqual([at('a').x, at('b').x, at('c').x]);
    expect([at('x').y, at('y').y, at('#').y]).toEqual([at('keys').y, at('keys').y, at('keys').y]);
    expect(at('keys').y - at('source').y).toBe(23);
  });

  test('shows the keys of inputs where they are read', () => {
    const drawn = texts(
      drawMarble(read('inputs  ab|', 'keys    xy', 'a       -1|', 'b         -2|', '> any', 'result  -')),
    );
    const x = (text: string) => drawn.find((each) => each.text === text && each.x > 20)!.x;
    expect([x('x'), x('y')]).toEqual([x('a'), x('b')]);
  });

  test('has room for the keys, and none where there are none', () => {
    const height = (svg: string) => Number(/height="(\d+)"/.exec(svg)![1]);
    const lines = ['source  ab|', '> any', 'result  -'];
    const without = drawMarble(read(...lines));
    expect(height(drawMarble({ ...read(...lines), keys: ['x'] }))).toBe(height(without) + 20);
    expect(without).not.toContain('>keys<');
  });
});
