import { colourOf, KEY_COLOURS, lateOf } from './keys';
import type { Lanes } from './lanes';
import { isTimedOut } from './measures';
import { type Item, type Leg, OUTCOMES, type Run } from './run';

/** The colours, as CSS has them. */
export type Palette = Readonly<Record<(typeof COLOURS)[number], string>>;

export const COLOURS = [
  'waiting',
  'active',
  'delay',
  'parked',
  'emitted',
  'late',
  'failed',
  'timed-out',
  'cancelled',
  'text',
  'line',
  'selected',
  'limit',
  'ground',
  'key-text',
  ...KEY_COLOURS,
] as const;

/** Where things are, in CSS pixels. */
export interface View {
  readonly width: number;
  readonly height: number;
  /** Milliseconds from the left edge to the right one. */
  readonly horizon: number;
  readonly lanes: Lanes;
  /** Whether each key has an order of its own, as far as what came out is concerned. */
  readonly eachKey: boolean;
}

/** Below the lanes: what came out, and the time. */
const OUTPUT = 22;
export const AXIS = 18;

export function laneHeight({ height, lanes }: View): number {
  return (height - OUTPUT - AXIS) / lanes.items.length;
}

/** The item whose lane is at a height. */
export function itemAt(view: View, y: number): number {
  const { items } = view.lanes;
  return items[Math.min(items.length - 1, Math.max(0, Math.floor(y / laneHeight(view))))]!;
}

/** So many characters of the name of a key are written beside its lanes. */
const LONGEST = 8;

const nameOf = (name: string) => (name.length <= LONGEST ? name : `${name.slice(0, LONGEST - 1)}…`);

/** So high lanes of a key are that have its name beside them. */
const NAME = 11;

/** How high the picture is if each key has its name. */
export function heightForNames({ items, bands }: Lanes): number {
  const fewest = Math.min(...bands.map(({ count }) => count));
  return Math.ceil((NAME / fewest) * items.length) + OUTPUT + AXIS;
}

/** How wide what is left of the lanes is: their keys. */
export function gutterOf({ lanes }: View): number {
  if (lanes.bands.length === 0) return 0;
  return 12 + 7 * Math.max(...lanes.bands.map(({ key }) => nameOf(key.name).length));
}

/** The lanes of a whole run, and what came out. */
export function paint(context: CanvasRenderingContext2D, run: Run, view: View, palette: Palette): void {
  const lane = laneHeight(view);
  const { laneOf } = view.lanes;
  const left = gutterOf(view);
  const width = view.width - left;
  const x = (time: number) => left + (Math.min(time, view.horizon) / view.horizon) * width;
  const until = run.end?.at ?? view.horizon;

  /** A bar in the lane of an item, taking a share of its height. */
  const bar = (index: number, from: number, to: number, colour: keyof Palette, share: number) => {
    const height = Math.max(1, lane * share);
    context.fillStyle = palette[colour];
    context.fillRect(x(from), laneOf[index]! * lane + (lane - height) / 2, Math.max(x(to) - x(from), 0.5), height);
  };
  const isLarge = lane >= 7;
  /** A mark where there is room for one, or else a dash. */
  const mark = (index: number, time: number, name: keyof typeof MARKS) => {
    if (!isLarge) return bar(index, time, time + 3 / (width / view.horizon), name, 0.9);
    const size = Math.min(lane, 12) / 3;
    context.save();
    context.translate(x(time), (laneOf[index]! + 0.5) * lane);
    context.scale(size, size);
    context.strokeStyle = palette[name];
    context.lineWidth = 2 / size;
    context.stroke(new Path2D(MARKS[name]));
    context.restore();
  };

  keys(context, view, palette);
  for (const item of run.items) {
    for (const { from, to, phase } of phasesOf(item, until)) {
      // Lanes that touch: many that wait would be all that is seen.
      context.globalAlpha = phase === 'waiting' && lane < 3 ? 0.4 : 1;
      bar(item.index, from, to, phase, SHARES[phase]);
    }
    context.globalAlpha = 1;
    if (item.flushed !== undefined && isLarge) {
      context.fillStyle = palette.emitted;
      context.beginPath();
      context.arc(x(item.flushed), (laneOf[item.index]! + 0.5) * lane, Math.min(lane / 4, 4), 0, 2 * Math.PI);
      context.fill();
    }
    for (const leg of item.legs) {
      // In small lanes nothing else would be seen.
      if (isLarge && leg.values.length > 1) {
        for (const { at } of leg.values) bar(item.index, at, at + 1.5 / (width / view.horizon), 'text', 0.3);
      }
      const name = markOfEnd(leg);
      if (name !== undefined) mark(item.index, leg.end!.at, name);
    }
    if (item.interrupted) mark(item.index, item.interrupted.at, 'timed-out');
    // What has never been started has no end of an attempt.
    if (item.ended && item.legs.length === 0) {
      mark(item.index, item.ended.at, OUTCOMES[item.ended.outcome].parks ? 'failed' : 'cancelled');
    }
  }

  limits(context, run, view, palette);
  const bottom = view.height - OUTPUT - AXIS;
  context.fillStyle = palette.line;
  context.fillRect(0, bottom, view.width, 1);
  const late = lateOf(run, view.eachKey);
  run.output.forEach(({ at }, position) => {
    context.fillStyle = palette[late[position] ? 'late' : 'emitted'];
    context.fillRect(x(at) - 0.75, bottom + 4, 1.5, OUTPUT - 7);
  });
  if (run.end !== undefined && run.end.at <= view.horizon) {
    context.fillStyle = palette[run.end.how === 'error' ? 'failed' : 'text'];
    context.fillRect(x(run.end.at) - 1, bottom, 2, OUTPUT);
  }
  axis(context, view, palette);
}

/** How much of a lane's height a phase takes: they can be told apart without their colours. */
export const SHARES = { waiting: 0.15, active: 0.72, delay: 0.3, parked: 0.45 } as const;

/** How an attempt ended other than by completing, as paths around 0 from -1 to 1: a cross, an hourglass and a box. */
export const MARKS = {
  failed: 'M-1-1L1 1M1-1L-1 1',
  'timed-out': 'M-1-1H1L-1 1H1Z',
  cancelled: 'M-1-1H1V1H-1Z',
} as const;

interface Span {
  readonly from: number;
  readonly to: number;
  readonly phase: keyof typeof SHARES;
}

/** What an item was, from when it came until it was flushed. */
export function phasesOf({ received, legs, ended, flushed }: Item, until: number): Span[] {
  const over = ended?.at ?? until;
  const spans: Span[] = [{ from: received, to: legs[0]?.start ?? over, phase: 'waiting' }];
  legs.forEach((leg, position) => {
    const to = leg.end?.at ?? until;
    spans.push({ from: leg.start, to, phase: 'active' });
    spans.push({ from: to, to: legs[position + 1]?.start ?? over, phase: 'delay' });
  });
  if (ended !== undefined && OUTCOMES[ended.outcome].parks) {
    spans.push({ from: ended.at, to: flushed ?? until, phase: 'parked' });
  }
  return spans.filter(({ from, to }) => to > from);
}

/** Of how it ended, unless it completed. */
function markOfEnd(leg: Leg): keyof typeof MARKS | undefined {
  if (leg.end === undefined || leg.end.how === 'complete') return undefined;
  if (leg.end.how === 'error') return 'failed';
  return isTimedOut(leg) ? 'timed-out' : 'cancelled';
}

/** Beside the lanes of a key, its name; and its colour, of which the lanes have a touch. */
function keys(context: CanvasRenderingContext2D, view: View, palette: Palette): void {
  const lane = laneHeight(view);
  const gutter = gutterOf(view);
  context.font = '10px system-ui, sans-serif';
  context.textBaseline = 'middle';
  context.textAlign = 'center';
  for (const { key, from, count } of view.lanes.bands) {
    const height = count * lane;
    context.fillStyle = palette[colourOf(key)];
    context.globalAlpha = 0.12;
    context.fillRect(gutter, from * lane, view.width - gutter, height);
    context.globalAlpha = 1;
    // A gap where there is room for one.
    context.fillRect(0, from * lane, gutter - 4, height - (height >= 4 ? 1 : 0));
    if (height < NAME) continue;
    context.fillStyle = palette['key-text'];
    context.fillText(nameOf(key.name), (gutter - 4) / 2, from * lane + height / 2);
  }
  context.textAlign = 'start';
}

/** A limit that changes, as a line over the lanes: 0 is below them, and the highest at their top. */
function limits(context: CanvasRenderingContext2D, run: Run, view: View, palette: Palette): void {
  const points = limitLine(run, view);
  if (points.length === 0) return;
  context.beginPath();
  points.forEach(({ x, y }, position) => {
    const before = points[position - 1];
    if (before === undefined) context.moveTo(x, y);
    else {
      context.lineTo(x, before.y);
      context.lineTo(x, y);
    }
  });
  context.lineJoin = 'round';
  for (const [colour, width] of [
    ['ground', 5],
    ['limit', 2],
  ] as const) {
    context.strokeStyle = palette[colour];
    context.lineWidth = width;
    context.stroke();
  }
  context.font = '600 11px system-ui, sans-serif';
  context.textBaseline = 'middle';
  let free = 0;
  for (const { x, y, text } of points) {
    const width = context.measureText(text).width;
    if (text === '' || x < free || x + width + 4 > view.width) continue;
    free = x + width + LABELS;
    // Above the line, where there is room.
    const height = y < 16 ? y + 10 : y - 9;
    context.strokeStyle = palette.ground;
    context.lineWidth = 3;
    context.strokeText(text, x + 3, height);
    context.fillStyle = palette.limit;
    context.fillText(text, x + 3, height);
  }
}

/** Between the numbers on a line, in pixels. */
const LABELS = 24;

/** The corners of the line of a limit that changes: none for one that stays, or is not reached in time. */
export function limitLine({ limits, end }: Run, view: View): { x: number; y: number; text: string }[] {
  if (limits.length < 2) return [];
  const left = gutterOf(view);
  const full = view.height - OUTPUT - AXIS;
  const highest = Math.max(1, ...limits.map(({ limit }) => limit).filter(Number.isFinite));
  const at = (time: number, limit: number, text: string) => ({
    x: left + (Math.min(time, view.horizon) / view.horizon) * (view.width - left),
    // Not behind the edges.
    y: 3 + (1 - Math.min(1, limit / highest)) * (full - 6),
    text,
  });
  const shown = limits.filter((each) => each.at <= view.horizon);
  const last = shown.at(-1);
  if (last === undefined) return [];
  return [
    ...shown.map((each) => at(each.at, each.limit, each.limit === Infinity ? 'no limit' : String(each.limit))),
    at(Math.max(last.at, end?.at ?? view.horizon), last.limit, ''),
  ];
}

function axis(context: CanvasRenderingContext2D, view: View, palette: Palette): void {
  const { width: all, height, horizon } = view;
  const from = gutterOf(view);
  const width = all - from;
  const step = stepOf(horizon, width / 70);
  context.font = '11px system-ui, sans-serif';
  context.textBaseline = 'alphabetic';
  for (let time = 0; time <= horizon; time += step) {
    const left = from + (time / horizon) * width;
    const label = tickLabel(time, horizon);
    const space = context.measureText(label).width;
    if (left + space > all) break;
    context.fillStyle = palette.line;
    context.fillRect(left, height - AXIS, 1, 5);
    context.fillStyle = palette.text;
    context.fillText(label, left + (time === 0 ? 0 : 3), height - 3);
  }
}

/** What stands at a time on an axis that ends at the horizon. */
export const tickLabel = (time: number, horizon: number) => (horizon >= 5_000 ? `${time / 1_000} s` : `${time} ms`);

/** 1, 2 or 5 times a power of ten, so that there are at most so many steps. */
function stepOf(range: number, most: number): number {
  const power = 10 ** Math.floor(Math.log10(range / most));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => range / step <= most) ?? 10 * power;
}
