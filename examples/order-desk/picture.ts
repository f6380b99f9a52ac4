import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom/worker'; // the same in one file: it loads in a tenth of the time
import type { Action } from './actions.js';
import { latePositions, type LegRun } from './runLeg.js';
import { count, plural } from './words.js';

/** How many actions are drawn: the first ones. */
const DRAWN = 40;

// Of Okabe and Ito's palette, which people with any colour vision can tell apart. Red is for what is wrong, and nothing else.
const WAITED = '#d9d9d9';
const RAN = '#0072b2';
const RAN_ALONE = '#9cc7e3';
const PARKED = '#f0c95a';
const OUT = '#1a1a1a';
const WRONG = '#d03a00';
const FAINT = '#5f5f5f';

// Sizes in pixels.
const HEADER = 154;
const LABELS = 132;
const ARC = 24;
const ROW = 15;
const PANEL = { width: 306, top: 80, bottom: 48, left: 8, right: 24 };

/** One action in one run, with times in ms. What has not happened is absent. */
interface Row {
  readonly position: number;
  readonly received: number;
  readonly started?: number;
  readonly ended?: number;
  readonly out?: number;
  readonly isLate: boolean;
  readonly isRefused: boolean;
  /** The row of the action of the same order that comes before it. */
  readonly before?: number;
  /** Whether another of the rows is of the same order. */
  readonly isOfMany: boolean;
}

/** Two rows of one order. */
interface Link {
  readonly order: Row;
  readonly row: Omit<Row, 'before'>;
}

/** Draws when each of the first actions waited, ran, was parked and came out: the runs side by side, as an SVG. */
export function drawPicture(runs: readonly LegRun[]): string {
  const { document } = parseHTML('<html></html>');
  const given = runs.map((run) => run.given).reduce((a, b) => (a.length > b.length ? a : b));
  const actions = given.slice(0, DRAWN);
  // A window with room for all that is drawn would show the same as the default one.
  const drawn = runs.filter(({ leg }) => leg.window === undefined || leg.window < actions.length);
  const panels = drawn.map((run) => ({ run, rows: rowsOf(run), last: lastTime(rowsOf(run)) }));
  // One axis for all that run many at once. concatMap has its own: on theirs, hardly its first steps would be seen.
  const shared = Math.max(...panels.filter(({ run }) => run.leg.kind !== 'concatMap').map(({ last }) => last));

  const width = LABELS + panels.length * PANEL.width;
  const height = HEADER + PANEL.top + actions.length * ROW + PANEL.bottom;
  const svg = element(document, 'svg', {
    xmlns: 'http://www.w3.org/2000/svg',
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
    'font-family': 'system-ui, "Segoe UI", "DejaVu Sans", sans-serif',
  });
  svg.append(element(document, 'rect', { width, height, fill: 'white' })); // also where the viewer is dark
  svg.append(...header(document, actions.length, given.length), ...labels(document, actions));
  panels.forEach(({ run, rows, last }, i) => {
    const x = LABELS + i * PANEL.width;
    const end = run.leg.kind === 'concatMap' ? Math.max(last, shared) : shared;
    svg.append(...panelHeader(document, x, run, rows, last), chart(document, x, rows, end, shared));
  });
  return `${svg.outerHTML}\n`;
}

function header(document: Document, drawn: number, all: number): Element[] {
  const bar = (fill: string, height: number) => (x: number, y: number) =>
    element(document, 'rect', { x: x - 9, y: y - height / 2, width: 18, height, fill });
  const dot = (fill: string) => (x: number, y: number) => element(document, 'circle', { cx: x, cy: y, r: 4, fill });
  const times = (x: number, y: number) =>
    element(document, 'path', { d: `M${x - 4},${y - 4}l8,8m0,-8l-8,8`, stroke: WRONG, 'stroke-width': 3 });
  const link = (x: number, y: number) =>
    element(document, 'path', { d: `M${x},${y - 7}v14`, stroke: OUT, 'stroke-width': 2 });
  const legend: [column: number, line: number, draw: (x: number, y: number) => Element, text: string][] = [
    [0, 0, bar(WAITED, 5), 'waited: for a slot, or for its order'],
    [0, 1, bar(RAN, 11), 'ran, and was then entered by the service'],
    [0, 2, bar(RAN_ALONE, 11), 'the same, of an order with one action'],
    [1, 0, bar(PARKED, 11), 'was parked: validated, not yet its turn'],
    [1, 1, dot(OUT), 'result came out'],
    [1, 2, dot(WRONG), 'result came out too late: after a later one'],
    [2, 0, link, 'the order is entered: from here on, the service accepts its cancellation'],
    [2, 1, times, 'the service refused the cancellation: its order was not there'],
  ];
  const columns = [16, 324, 644];
  return [
    label(document, 16, 32, `The first ${count(drawn)} of ${plural(all, 'action')} through a slow service`, {
      'font-size': 20,
      'font-weight': 'bold',
    }),
    label(
      document,
      16,
      55,
      'Each row is an action, in the order received. The long line joins the moments at which the results came out: in order, it never turns back.',
      { fill: FAINT },
    ),
    ...legend.flatMap(([column, line, draw, text]) => {
      const x = columns[column]!;
      const y = 80 + line * 22;
      return [draw(x + 9, y), label(document, x + 26, y + 4.5, text)];
    }),
  ];
}

/** What the rows are, left of the first panel. Cancellations stand out; an arc joins the actions of one order. */
function labels(document: Document, actions: readonly Action[]): Element[] {
  const middle = (row: number) => HEADER + PANEL.top + (row + 0.5) * ROW;
  const x = LABELS - ARC;
  return actions.flatMap(({ type, order }, i) => {
    const before = previousOf(actions, i);
    const name = label(document, x - 4, middle(i) + 4, `${type} ${shorten(order)}`, {
      'font-size': 11,
      'text-anchor': 'end',
      ...(type === 'cancel' ? { 'font-weight': 'bold' } : { fill: FAINT }),
    });
    if (before === undefined) return [name];
    const d = `M${x},${middle(before)}C${x + ARC},${middle(before)} ${x + ARC},${middle(i)} ${x},${middle(i)}`;
    return [name, element(document, 'path', { d, fill: 'none', stroke: OUT })];
  });
}

function panelHeader(document: Document, x: number, run: LegRun, rows: readonly Row[], last: number): Element[] {
  const late = rows.filter(({ isLate }) => isLate).length;
  const refused = rows.filter(({ isRefused }) => isRefused).length;
  const line = (y: number, isWrong: boolean, text: string) =>
    label(document, x + PANEL.left, HEADER + y, text, isWrong ? { fill: WRONG, 'font-weight': 'bold' } : {});
  return [
    label(document, x + PANEL.left, HEADER + 24, run.leg.name, { 'font-size': 15, 'font-weight': 'bold' }),
    line(43, late > 0, `Results: ${late === 0 ? 'in order' : `${count(late)} too late`}; all after ${count(last)} ms`),
    line(61, refused > 0, `Effects: ${refused === 0 ? 'in order' : `${plural(refused, 'cancellation')} refused`}`),
  ];
}

function chart(document: Document, x: number, rows: readonly Row[], end: number, shared: number): Element {
  const isLonger = end > shared;
  const y = 'position';
  const came = rows.filter(({ out }) => out !== undefined);
  const links = rows.flatMap(({ before, ...row }) => (before === undefined ? [] : [{ row, order: rows[before]! }]));
  const plot = Plot.plot({
    document,
    width: PANEL.width,
    height: PANEL.top + rows.length * ROW + PANEL.bottom,
    marginTop: PANEL.top,
    marginBottom: PANEL.bottom,
    marginLeft: PANEL.left,
    marginRight: PANEL.right,
    style: { fontSize: '11px' },
    x: {
      label: isLonger
        ? `ms (this axis is ${Math.round(end / shared)} times as long)`
        : 'ms since the first was received',
      labelAnchor: 'center',
      labelArrow: 'none',
      domain: [0, end],
      ticks: 5,
    },
    y: { domain: rows.map(({ position }) => position), axis: null, paddingInner: 0.2, paddingOuter: 0.1 },
    marks: [
      Plot.gridX({ stroke: '#000', strokeOpacity: 0.08, ticks: 5 }),
      Plot.barX(rows, { y, x1: 'received', x2: 'started', fill: WAITED, insetTop: 4, insetBottom: 4 }),
      Plot.barX(rows, { y, x1: 'started', x2: 'ended', fill: ({ isOfMany }: Row) => (isOfMany ? RAN : RAN_ALONE) }),
      Plot.barX(rows, { y, x1: 'ended', x2: 'out', fill: PARKED }),
      ...(isLonger
        ? [
            Plot.ruleX([shared], { stroke: OUT, strokeDasharray: '4,3' }),
            Plot.text(['by here, the others have finished'], {
              x: shared,
              frameAnchor: 'top',
              textAnchor: 'start',
              dx: 8,
              dy: 12,
              fill: OUT,
              stroke: 'white',
              strokeWidth: 4,
            }),
          ]
        : []),
      Plot.line(came, { y, x: 'out', stroke: 'white', strokeWidth: 3 }),
      Plot.line(came, { y, x: 'out', stroke: OUT, strokeWidth: 1 }),
      Plot.dot(came, {
        y,
        x: 'out',
        r: 3.5,
        fill: (row: Row) => (row.isLate ? WRONG : OUT),
        stroke: 'white',
        strokeWidth: 1,
      }),
      Plot.link(links, {
        x: ({ order }: Link) => order.ended,
        y1: ({ order }: Link) => order.position,
        y2: ({ row }: Link) => row.position,
        stroke: ({ row }: Link) => (row.isRefused ? WRONG : OUT),
        strokeWidth: 2,
      }),
      Plot.dot(
        rows.filter(({ isRefused }) => isRefused),
        { y, x: 'ended', symbol: 'times', r: 6, stroke: WRONG, strokeWidth: 3 },
      ),
    ],
  });
  // A group instead of the svg within the svg, whose style sheet some viewers do not understand.
  const group = element(document, 'g', {
    transform: `translate(${x},${HEADER})`,
    fill: OUT,
    'font-size': 11,
    'text-anchor': 'middle',
  });
  group.append(...[...plot.children].filter(({ localName }) => localName !== 'style'));
  return group;
}

function rowsOf(run: LegRun): Row[] {
  const late = latePositions(run.output.filter((position) => position < DRAWN)); // compared with what is drawn
  const given = run.given.slice(0, DRAWN);
  const before = given.map((_, position) => previousOf(given, position));
  return run.timeline.spans.slice(0, DRAWN).map(({ flushed, ...span }, position) => ({
    ...span,
    ...(flushed !== undefined && { out: flushed }),
    ...(before[position] !== undefined && { before: before[position] }),
    position,
    isLate: late.has(position),
    isRefused: run.service?.refused.has(given[position]!) ?? false,
    isOfMany: before[position] !== undefined || before.includes(position),
  }));
}

/** The position of the action of the same order that comes before it. */
function previousOf(actions: readonly Action[], position: number): number | undefined {
  const { order } = actions[position]!;
  const previous = actions
    .slice(0, position)
    .map((action) => action.order)
    .lastIndexOf(order);
  return previous === -1 ? undefined : previous;
}

function lastTime(rows: readonly Row[]): number {
  return Math.max(1, ...rows.map(({ out, ended, received }) => out ?? ended ?? received));
}

function shorten(name: string): string {
  const printable = name.replace(/\p{C}/gu, '\u00b7'); // XML forbids most of the others
  return printable.length > 11 ? `${printable.slice(0, 10)}\u2026` : printable;
}

function label(document: Document, x: number, y: number, text: string, attributes: Attributes = {}): Element {
  const made = element(document, 'text', { x, y, 'font-size': 13, fill: OUT, ...attributes });
  made.textContent = text;
  return made;
}

type Attributes = Record<string, string | number>;

function element(document: Document, name: string, attributes: Attributes): Element {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}
