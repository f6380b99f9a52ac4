import * as Plot from '@observablehq/plot';
import type { Results } from './results.js';
import { COLOURS, Drawing, INK } from './svg.js';

const ROW = 26;
const TOP = 112;
const WIDTH = 960;

type Symbol = 'circle' | 'square' | 'triangle' | 'times' | 'plus';

/** Every contestant's symbol, by the first word of its name: what ours is compared with. */
const styles: readonly [name: string, colour: string, symbol: Symbol][] = [
  ['mergeMap', COLOURS[0], 'circle'],
  ['concatMap', COLOURS[5], 'circle'],
  ['rxjs-etc', COLOURS[1], 'circle'],
  ['loop by hand', INK, 'times'],
  ['p-map', COLOURS[2], 'triangle'],
  ['streaming-iterables', COLOURS[3], 'triangle'],
  ['Node', COLOURS[2], 'square'],
  ['Effect', COLOURS[4], 'square'],
  ['no option', INK, 'plus'],
  ['a subscriber', COLOURS[0], 'plus'],
];

/** Draws how long ours took, as a part of what each other took: left of 1, it is faster. */
export function drawChart({ lines }: Results): string {
  // What options and keys cost is in tables.
  const shown = lines.filter(({ id }) => !/^(?:options|keys)-/.test(id));
  const dots = shown.flatMap(({ title, ratios }) =>
    ratios.map(({ to, median, low, high }) => {
      const [name, colour, symbol] = styles.find(([prefix]) => to.startsWith(prefix))!;
      return { title: plain(title), name, colour, symbol, median, low, high };
    }),
  );
  const least = Math.min(...dots.map(({ low }) => low));
  const most = Math.max(2, ...dots.map(({ high }) => high));

  const drawing = new Drawing(
    WIDTH,
    TOP + shown.length * ROW + 50,
    'The time of concatMapEager, divided by the time of the others',
    'Left of 1, it is faster. A dot is the median of the rounds; half of them lie on the line through it.',
  );
  let x = 24;
  for (const [name, colour, symbol] of styles) {
    const key = Plot.plot({
      document: drawing.document,
      width: 16,
      height: 16,
      margin: 0,
      axis: null,
      x: { domain: [0, 1] },
      y: { domain: [0, 1] },
      marks: [Plot.dot([0], { x: () => 0.5, y: () => 0.5, ...mark(colour, symbol) })],
    });
    drawing.plot(x - 8, 72, key);
    drawing.text(x + 12, 84, name);
    x += 40 + name.length * 7.4;
  }
  const plot = Plot.plot({
    document: drawing.document,
    width: WIDTH,
    height: shown.length * ROW + 50,
    marginLeft: 400,
    marginRight: 24,
    marginTop: 4,
    marginBottom: 44,
    x: {
      type: 'log',
      domain: [least * 0.8, most * 1.2],
      label: 'times as long',
      labelAnchor: 'center',
      labelArrow: 'none',
      tickFormat: (n: number) => (/^[125]/.test(n.toPrecision(1).replace(/[0.]/g, '')) ? String(n) : ''),
    },
    y: { type: 'point', domain: shown.map(({ title }) => plain(title)), label: null, tickSize: 0, padding: 0.5 },
    marks: [
      Plot.gridX({ stroke: '#000', strokeOpacity: 0.08 }),
      Plot.gridY({ stroke: '#000', strokeOpacity: 0.08 }),
      Plot.ruleX([1], { stroke: INK }),
      Plot.ruleY(dots, { y: 'title', x1: 'low', x2: 'high', stroke: 'colour', strokeWidth: 2, strokeOpacity: 0.5 }),
      ...dots.map((dot) => Plot.dot([dot], { y: 'title', x: 'median', ...mark(dot.colour, dot.symbol) })),
    ],
  });
  drawing.plot(0, TOP, plot);
  return drawing.toString();
}

/** Crosses are drawn with lines, the other symbols are filled. */
function mark(colour: string, symbol: Symbol): Plot.DotOptions {
  return symbol === 'times' || symbol === 'plus'
    ? { symbol, r: 4.5, stroke: colour, strokeWidth: 2 }
    : { symbol, r: 4.5, fill: colour, stroke: 'white', strokeWidth: 0.8 };
}

const plain = (markdown: string) => markdown.replaceAll('`', '');
