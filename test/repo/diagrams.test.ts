import { readFileSync } from 'node:fs';
import { drawMarble, readMarbles } from 'rxjs-concat-map-eager/testing';
import { describe, expect, test } from 'vitest';
import { allBlocks, drawShown, marblePages, readAll } from '../../scripts/diagrams.js';

describe('docs/images (`npm run diagrams` draws the marbles anew)', () => {
  const committed = readAll();
  const shown = drawShown();

  test('has a picture of each marble block that a page shows, and no other', () => {
    expect([...committed.keys()].sort()).toEqual([...shown.keys()].sort());
    expect(committed.size).toBeGreaterThan(0);
  });

  test('each picture is up to date', () => {
    for (const [path, text] of shown) expect(committed.get(path), path).toBe(text);
  });
});

describe('every marble block can be drawn', () => {
  const blocks = allBlocks();

  test('of each page', () => {
    const texts = marblePages.map((path) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'));
    expect(blocks.size).toBe(texts.join('').match(/^```marble$/gm)?.length);
  });

  test.each([...blocks])('%s', (_, spec) => {
    const svg = drawMarble(spec);
    expect(svg).toContain('<title>');
    // A value of the result stands at its time, on the last row.
    expect(svg).toMatch(/^<svg [^>]*width="\d+" height="\d+"[^]*<\/svg>\n?$/);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });
});

describe('a picture', () => {
  const draw = (...lines: string[]): string => {
    const [spec] = readMarbles(['# the block', '```marble', ...lines, '```'].join('\n'));
    return drawMarble(spec!);
  };
  /** The class and the position of each circle that holds a text. */
  const values = (svg: string) =>
    [...svg.matchAll(/<g class="(\w+)"><circle cx="([\d.]+)" cy="([\d.]+)" r="11"\/><text [^>]*>(.)</g)].map(
      ([, colour, x, y, text]) => ({ text, colour, x: Number(x), y: Number(y) }),
    );
  const ticks = (svg: string) =>
    [...svg.matchAll(/<text class="faint" x="([\d.]+)" y="9">([^<]*)/g)].map(([, x, text]) => [text, Number(x)]);
  // Drawn, and looked at once; `vitest -u` draws them anew.
  test.each<[name: string, ...lines: string[]]>([
    ['left', 'source  ab', 'a       --1-!', 'b        -2-!', '> mergeMap', 'unsub   ----!', 'result  --(12)'],
    ['throws', 'source  a-(b!)', 'a       --!', 'b         throws', '> mergeMap', 'result  --#'],
    ['legend', 'source  a!', 'a       #', '> mergeMap', 'result  #', 'error   { id: 1 }', 'where   a: [0]'],
    ['gaps', 'source  a- 100ms b', 'a       1|', 'b                2 3s -', '> mergeMap', 'result  1- 100ms 2 3s -'],
    ['limits', 'source      a- 100ms bc|', 'concurrent  1- 100ms 02- 2s 4', '> any', 'result      -- 100ms --- 2s -'],
    ['groups', 'inputs  ab|', 'a       -1|', 'b         -(2|)', '> concatEager 1', '> any', 'result  -1-(2|)'],
    ['lowered', 'source      ab', 'concurrent  (12)-0-3|', '> any', 'result      (12)-0'],
    ['hot', 'hot     ab!', 'hot     --c!', 'a       -1|', 'c         x|', '> any', 'result  -1cb(x|)'],
  ])('%s is what was looked at', async (name, ...lines) => {
    await expect(draw(...lines)).toMatchFileSnapshot(`../support/pictures/${name}.svg`);
  });

  const eager = [
    'source  abc|',
    'a       -----1|',
    'b        -2|',
    'c          -3|',
    '> concatMapEager concurrent: 2',
    'result  -----1(23|)',
  ];

  test('gives what comes of a source value its colour', () => {
    const colours = new Map(values(draw(...eager)).map(({ text, colour }) => [text, colour]));
    expect(Object.fromEntries(colours)).toEqual({ a: 'c0', b: 'c1', c: 'c2', 1: 'c0', 2: 'c1', 3: 'c2' });
  });

  test('puts what happens in one frame below one another, under its milliseconds', () => {
    const svg = draw(...eager);
    const at = (text: string) =>
      values(svg)
        .filter((each) => each.text === text && each.x > 20)
        .map(({ x }) => x);
    expect(at('1')).toEqual([at('1')[0], at('1')[0]]);
    const tick = Object.fromEntries(ticks(svg)) as Record<string, number>;
    expect(at('1')[0]).toBe(tick['5']);
    expect(at('b')[0]).toBe(tick['1']);
    expect(at('2')).toEqual([tick['2'], tick['6']]);
    // A group is drawn side by side.
    expect(at('3')[1]! - at('2')[1]!).toBe(26);
  });

  test('shows what waits, and what is parked', () => {
    const svg = draw(...eager);
    expect(svg.match(/class="wait"/g)).toHaveLength(1);
    expect(svg.match(/class="parked"/g)).toHaveLength(2);
    const plain = draw('source  ab|', 'a       1|', 'b        2|', '> mergeMap', 'result  12|');
    expect(plain).not.toMatch(/class="(?:wait|parked)"/);
  });

  test('shows inputs when they are read, and a wait only where it is clear what waits', () => {
    const svg = draw('inputs  ab|', 'a       -1|', 'b         -2|', '> concatEager 1', 'result  -1-2|');
    const [, b] = values(svg).filter(({ text, x }) => (text === 'a' || text === 'b') && x > 20);
    expect(b?.x).toBe((Object.fromEntries(ticks(svg)) as Record<string, number>)['2']);
    expect(draw('source  a--a|', 'a          -1|', '> skip 1', '> mergeMap', 'result  ----1|')).not.toContain(
      'class="wait"',
    );
  });

  test('ends the result once', () => {
    const svg = draw('source  1|', '> take 1', 'unsub   -----!', 'result  (1|)');
    expect(svg).not.toContain('>!<');
  });

  test('leaves out milliseconds that have no room', () => {
    const svg = draw('source  a 1000s bcdefg|', '> any', 'result  -');
    const drawn = ticks(svg).map(([text, x]) => ({ x: Number(x), half: String(text).length * 3 }));
    expect(drawn.length).toBeGreaterThan(3);
    drawn.slice(1).forEach(({ x, half }, index) => {
      expect(x - half).toBeGreaterThan(drawn[index]!.x + drawn[index]!.half);
    });
  });

  test('shortens long waits, and says how long they are', () => {
    const svg = draw('source  a- 100ms b|', 'a       1|', 'b                2|', '> mergeMap', 'result  1- 100ms 2|');
    expect(ticks(svg).map(([text]) => text)).toEqual(['0', '1', '100 ms', '102', '103']);
    expect(svg.match(/class="dots"/g)).toHaveLength(2);
  });

  test('gives a value of the result the colour of what has just been emitted, by an inner first', () => {
    const last = (...lines: string[]) => {
      const drawn = values(draw(...lines)).filter(({ x }) => x > 20);
      const y = Math.max(...drawn.map((each) => each.y));
      return drawn.filter((each) => each.y === y).map(({ text, colour }) => `${text} ${colour}`);
    };
    expect(last('source  ab|', 'a       -b|', 'b        |', '> mergeMap', 'result  -b|')).toEqual(['b c0']);
    expect(last('source  ab|', 'a       x|', 'b        -x|', '> any', 'result  --x|')).toEqual(['x c1']);
    expect(last('source  ab|', 'a       x|', 'b        -x|', '> any', 'result  ---(xx)')).toEqual(['x c0', 'x c1']);
    expect(last('source  a|', 'a       ---x|', '> any', 'result  x')).toEqual(['x n']);
  });

  test('shows a wait although an inner emits what the waiting value is called', () => {
    const svg = draw('source  ab|', 'a       --b|', 'b          -1|', '> concatMap', 'result  --b-1|');
    expect(svg.match(/class="wait"/g)).toHaveLength(1);
  });

  test('shortens no wait that is not long', () => {
    const wait = '-'.repeat(12);
    expect(draw(`source  a${wait}b|`, '> any', 'result  -')).not.toContain('class="dots"');
    expect(draw(`source  a${wait}-b|`, '> any', 'result  -')).toContain('class="dots"');
  });

  test('leads to the result from the attempt that has not failed', () => {
    const svg = draw('source  a|', 'a       12-#', 'a          -12|', '> any', 'result  -----(12|)');
    const parked = [...svg.matchAll(/class="parked" d="M([\d.]+) [\d.]+H([\d.]+)"/g)].map(([, from, to]) => [from, to]);
    const tick = Object.fromEntries(ticks(svg)) as Record<string, number>;
    expect(parked).toEqual([[String(tick['4']), String(tick['5'])]]);
  });

  test('has the block as its description, and its name as its title', () => {
    const svg = draw(...eager);
    expect(svg).toContain(`<title>the block</title><desc>${eager.join('\n').replace('>', '&gt;')}</desc>`);
    expect(svg).toMatch(/^<svg [^>]*role="img"/);
  });

  test.each([
    ['a < b & c > "d"', 'a &lt; b &amp; c &gt; &quot;d&quot;'],
    ['tab\t, 😀', 'tab\t, 😀'],
    ['\u0001 \uffff \ud83d. .\ude00 \ude00\ud83d', '\ufffd \ufffd \ufffd. .\ufffd \ufffd\ufffd'],
  ])('is a document of XML whatever its name is: %j', (name, written) => {
    const [spec] = readMarbles('```marble\nsource  |\n> take 1\nresult  |\n```');
    expect(drawMarble({ ...spec!, name })).toContain(`<title>${written}</title>`);
  });

  test('has colours for light and dark backgrounds', () => {
    const [, light, dark] = /<style>(.*)@media \(prefers-color-scheme:dark\)\{(.*)\}/.exec(draw(...eager))!;
    for (const name of ['--ink', '--faint', '--box', '--fill', '--edge']) {
      expect(light).toContain(name);
      expect(dark).toContain(name);
    }
  });
});
