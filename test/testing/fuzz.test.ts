import fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import {
  drawMarble,
  MarbleFixture,
  MarbleMismatch,
  type MarblePicture,
  type MarbleRow,
  type MarbleSpec,
  MarbleSyntaxError,
  type MarbleValue,
  printMarble,
  readMarbles,
  runMarble,
} from 'rxjs-concat-map-eager/testing';
import { SaxesParser } from 'saxes';
import { describe, expect, test } from 'vitest';
import { fixtures, operators } from '../support/marbleOperators.js';

/** `FUZZ_RUNS=100000 npx vitest run test/testing/fuzz.test.ts` goes on for longer; fast-check prints the seed of a failure. */
const numRuns = Number(process.env.FUZZ_RUNS ?? 300);

const fenced = (text: string): string => `# fuzz\n\`\`\`marble\n${text}\n\`\`\`\n`;

/** Reads a page; `undefined` where it is an error that says where. */
function tryRead(page: string): MarbleSpec[] | undefined {
  try {
    return readMarbles(page, 'fuzz.md');
  } catch (error) {
    expect(error).toBeInstanceOf(MarbleSyntaxError);
    expect((error as MarbleSyntaxError).message).toMatch(/^fuzz\.md:\d+:\d+: expected .*, got /s);
    expect((error as MarbleSyntaxError).line).toBeLessThanOrEqual(page.split(/\r\n|\n|\r/).length);
    return undefined;
  }
}

function expectFaithful(spec: MarbleSpec): void {
  const [again] = readMarbles(fenced(printMarble(spec)), spec.file);
  expect(again && { ...again, name: spec.name, line: spec.line }, printMarble(spec)).toEqual(spec);
}

function expectWellFormed(svg: string): void {
  const parser = new SaxesParser({ xmlns: true });
  parser.on('error', (error) => {
    throw error;
  });
  parser.write(svg).close();
}

/** Whatever a text says, running it gives a mismatch or an error with file and line. */
function expectRunnable(spec: MarbleSpec): void {
  try {
    runMarble(spec, operators, fixtures);
  } catch (error) {
    if (!(error instanceof MarbleMismatch)) expect((error as Error).message).toMatch(/^fuzz\.md:\d+: /);
  }
}

const pages = readdirSync(new URL('../../marbles', import.meta.url)).map((name) =>
  readFileSync(new URL(`../../marbles/${name}`, import.meta.url), 'utf8'),
);
const blocks = pages.flatMap((page) => [...page.matchAll(/```marble\n([^]*?)\n```/g)].map(([, block]) => block!));

/** Pieces that mean something in a block, and some that do not. */
const pieces = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...'-|#!()abn12 \n'.split('')) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      ...[
        'source  ',
        'hot     ',
        'inputs  ',
        'keys    ',
        'concurrent ',
        'result  ',
        'unsub   ',
        'error   ',
        'where   ',
        '> take ',
        '> ',
        '- ',
        '> concatMapEager ',
      ],
      ...[
        'throws',
        ' 10ms ',
        '1s ',
        '2.5m',
        '$empty',
        '$keys',
        '$concurrent',
        'timeout(0, total)',
        'aggregate(',
        '{ a: 1 }',
        '[1, "x"]',
        '"',
        '#a: ',
      ],
      ...[
        'concurrent: 2',
        'Infinity',
        'null',
        ':',
        ',',
        '{',
        '}',
        '😀',
        '\t',
        '\u00a0',
        '\u2028',
        '__proto__',
        '```',
        '\r\n',
      ],
    ),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 3 }) },
);

/** A block of the pages, with some pieces put in, or instead of others. */
const damaged = fc
  .tuple(
    fc.constantFrom(...blocks),
    fc.array(fc.tuple(fc.nat(), fc.nat({ max: 3 }), fc.array(pieces, { maxLength: 3 })), {
      minLength: 1,
      maxLength: 3,
    }),
  )
  .map(([block, changes]) =>
    changes.reduce((text, [at, length, put]) => {
      const start = at % (text.length + 1);
      return text.slice(0, start) + put.join('') + text.slice(start + length);
    }, block),
  );

describe('any text gives specifications or an error that says where', () => {
  test('a text of any characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => void tryRead(text)),
      { numRuns },
    );
  });

  test('a block of pieces', () => {
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 60 }), (parts) => void tryRead(fenced(parts.join('')))),
      { numRuns },
    );
  });

  test('a block with mistakes, which is printed, drawn and run as it was read', () => {
    let read = 0;
    fc.assert(
      fc.property(damaged, (block) => {
        for (const spec of tryRead(fenced(block)) ?? []) {
          read++;
          expectFaithful(spec);
          expectWellFormed(drawMarble(spec));
          expectRunnable(spec);
        }
      }),
      { numRuns },
    );
    // Most mistakes are noticed; so that the rest says something, there are enough that are not.
    expect(read).toBeGreaterThan(numRuns / 20);
  });

  test.each<[string, string]>([
    ['blanks behind a heading', `# ${' '.repeat(100_000)}x`],
    ['signs behind a heading', `# ${'# '.repeat(50_000)}x ${'#'.repeat(50_000)}`],
    ['fences', '`'.repeat(100_000)],
    ['quotes of quotes', `${'> '.repeat(50_000)}\`\`\`marble\n${'> '.repeat(50_000)}source  a\n`],
    ['items of items', `${'- '.repeat(50_000)}x\n`.repeat(2)],
    ['marks', fenced(`source  ${'ab-'.repeat(50_000)}\n> take 1\nresult  ${'1-'.repeat(50_000)}`)],
    ['durations', fenced(`source  a${' 1ms -'.repeat(10_000)}\n> take 1\nresult  a`)],
    ['digits', fenced(`source  ${'1'.repeat(100_000)}.${'1'.repeat(100_000)}\n> take 1\nresult  |`)],
    ['quotes', fenced(`source  a\n> take ${'"\\'.repeat(50_000)}\nresult  |`)],
    ['words', fenced(`source  a\n> take ${'a: '.repeat(50_000)}\nresult  |`)],
    ['brackets', fenced(`source  a\n> take ${'['.repeat(100_000)}\nresult  |`)],
    ['lines', fenced(`source  a\n${'        -\n'.repeat(50_000)}> take 1\nresult  |`)],
    ['rows', fenced(`source  a\n${'a       - 2ms |\n'.repeat(20_000)}> take 1\nresult  |`)],
  ])('however long: %s', (_, page) => {
    const start = performance.now();
    tryRead(page);
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});

const label = fc.constantFrom(...'abcmsyz019,:"{.😀é$'.match(/./gu)!);
const row = (
  name: fc.Arbitrary<string>,
  ends: string,
  start: fc.Arbitrary<number>,
  values = label,
): fc.Arbitrary<MarbleRow> =>
  fc
    .tuple(
      name,
      start,
      fc.array(fc.tuple(fc.oneof(fc.nat(3), fc.nat(200), fc.nat(100_000)), values), { maxLength: 6 }),
      fc.constantFrom('', ...ends),
      fc.nat(40),
    )
    .map(([rowLabel, first, waits, end, last]) => {
      let frame = first;
      const marks = waits.map(([wait, mark]) => ({ frame: (frame += wait), mark }));
      if (end !== '') marks.push({ frame: frame + last, mark: end });
      return { label: rowLabel, start: first, marks, throws: false };
    });
const zero = fc.constant(0);
const throwing = fc.tuple(label, fc.nat(300)).map(([name, start]) => ({ label: name, start, marks: [], throws: true }));
const inner = fc.oneof({ weight: 5, arbitrary: row(label, '|#!', fc.nat(300)) }, { weight: 1, arbitrary: throwing });
const value: fc.Arbitrary<MarbleValue> = fc.letrec<{ value: MarbleValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.oneof(fc.double(), fc.boolean(), fc.constantFrom(null, undefined), fc.string({ unit: 'binary', maxLength: 5 })),
    fc.constantFrom('in-order', 'true', 'null', 'Infinity', 'a b').map((word) => word),
    fc.constantFrom('empty', 'boom').map((name) => new MarbleFixture(name)),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.oneof(fc.constantFrom('a', 'b_1', '__proto__'), fc.string({ maxLength: 4 })), tie('value'), {
      maxKeys: 3,
    }),
  ),
})).value;

const picture: fc.Arbitrary<MarblePicture> = fc
  .record({
    source: fc.oneof(
      row(fc.constant('source'), '|#!', zero),
      row(fc.constant('hot'), '|#!', zero),
      fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => ({
        label: 'inputs',
        start: 0,
        marks: labels.map((mark, frame) => ({ frame, mark })),
        throws: false,
      })),
    ),
    inners: fc.array(inner, { maxLength: 5 }),
    limits: fc.array(row(fc.constant('concurrent'), '|#!', fc.nat(20), fc.constantFrom(...'01259L')), { maxLength: 2 }),
    keys: fc.option(fc.array(fc.oneof(label, fc.constant('#')), { minLength: 6, maxLength: 6 }), { nil: undefined }),
    operators: fc.array(fc.record({ name: fc.constantFrom('concatMapEager', 'a.b', '_x'), config: value }), {
      minLength: 1,
      maxLength: 3,
    }),
    unsub: fc.option(fc.nat(5_000), { nil: undefined }),
    result: row(fc.constant('result'), '|#', zero),
    errors: fc.array(value, { maxLength: 3 }),
    values: fc.array(value, { maxLength: 3 }),
  })
  .map(({ source, limits, inners, keys, operators, unsub, result, errors, values }) => {
    const rows = [source, ...limits, ...inners];
    const emitted = [...rows, result]
      .filter((each) => each.label !== 'inputs' && each.label !== 'concurrent')
      .flatMap(({ marks }) => marks);
    const known = [...new Set(emitted.map(({ mark }) => mark))].filter((mark) => !'|#!'.includes(mark));
    const where = Object.fromEntries(values.slice(0, known.length).map((each, index) => [known[index]!, each]));
    // A digit is a limit by itself, anything else by what it stands for.
    if (limits.some(({ marks }) => marks.some(({ mark }) => mark === 'L'))) where.L = 16;
    const failed = result.marks.at(-1)?.mark === '#';
    const limit = { timeout: { index: errors.length, limit: 'total' } };
    const error = failed
      ? { aggregate: [limit, { type: 'TypeError' }, ...errors.map((each) => ({ value: each }))] }
      : undefined;
    const keyed = source.marks.filter(({ mark }) => !'|#!'.includes(mark)).length;
    return { rows, ...(keys && { keys: keys.slice(0, keyed) }), operators, unsub, result, error, where };
  });

describe('any specification', () => {
  test('is read again as it was printed', () => {
    fc.assert(
      fc.property(picture, (each) => expectFaithful({ ...each, name: 'fuzz', file: 'fuzz.md', line: 2 })),
      { numRuns },
    );
  });

  test('is drawn as a well-formed document', () => {
    fc.assert(
      fc.property(picture, fc.string({ unit: 'binary' }), (each, name) =>
        expectWellFormed(drawMarble({ ...each, name })),
      ),
      { numRuns },
    );
  });
});
