import type { TimeoutError } from 'rxjs';
import type { TimeoutMeta } from 'rxjs-concat-map-eager';
import { isTimedOut } from './measures';
import { type Item, type Leg, OUTCOMES, type Run } from './run';

/** A line of what happened to an item. */
export interface Line {
  readonly at: number;
  readonly text: string;
}

/** What happened to an item, in the order in which it happened. */
export function storyOf(run: Run, index: number): Line[] {
  const item = run.items[index];
  if (item === undefined) {
    return run.end === undefined
      ? []
      : [{ at: run.end.at, text: 'the result has ended, and the source is unsubscribed: this value never comes' }];
  }
  return [
    { at: item.received, text: `the source emits the value${item.key ? `, whose key is ${item.key.name}` : ''}` },
    ...item.legs.flatMap((leg, position) => linesOf(run, item, leg, position)),
    ...outputOf(run, item),
    ...endOf(run, item),
  ].sort((a, b) => a.at - b.at);
}

function linesOf(run: Run, item: Item, leg: Leg, position: number): Line[] {
  const before = item.legs[position - 1];
  const name = leg.kind === 'fallback' ? 'its fallback' : `attempt ${leg.attempt}`;
  const since = before?.end?.at ?? item.received;
  const waited = leg.start - since;
  const after = waited === 0 ? '' : before === undefined ? `, having waited ${ms(waited)}` : `, ${ms(waited)} later`;
  return [
    { at: leg.start, text: `${name} starts${after}${position === 0 ? othersOf(run, item, leg.start) : ''}` },
    ...leg.values
      .slice(0, MOST_VALUES)
      .map((value, nth) => ({ at: value.at, text: `${name} emits ${valueName(nth)}` })),
    ...(leg.values.length > MOST_VALUES
      ? [{ at: leg.values.at(-1)!.at, text: `${name} has emitted ${leg.values.length} values` }]
      : []),
    ...(leg.end === undefined ? [] : [{ at: leg.end.at, text: `${name} ${endOfLeg(leg)}` }]),
  ];
}

/** What others of its key do when it is started. */
function othersOf({ items }: Run, { key, index }: Item, at: number): string {
  const others = items.filter((other) => key !== undefined && other.key?.nth === key.nth && other.index !== index);
  const isActive = ({ legs, ended }: Item) =>
    legs[0] !== undefined && legs[0].start <= at && (ended?.at ?? Infinity) > at;
  const active = others.find((other) => other.index < index && isActive(other));
  if (active !== undefined) return `, while item ${active.index} of its key is active`;
  const before = others.find(({ ended }) => ended?.at === at);
  return before === undefined ? '' : `, as soon as item ${before.index} of its key has ended`;
}

/** So many values are told of one by one. */
const MOST_VALUES = 3;

const valueName = (nth: number) => (nth === 0 ? 'its first value' : `value ${nth + 1}`);

function endOfLeg(leg: Leg): string {
  if (isTimedOut(leg)) {
    return `is unsubscribed: it exceeded its time limit \`${limitOf(leg.error)}\``;
  }
  return { complete: 'completes', error: 'fails', cancelled: 'is unsubscribed' }[leg.end!.how];
}

const limitOf = (error: unknown) => (error as TimeoutError<unknown, TimeoutMeta<unknown>>).info!.meta!.limit;

/** When it came out, and how long it was parked. */
function outputOf({ output }: Run, item: Item): Line[] {
  const mine = output.filter(({ value }) => value.leg.index === item.index);
  const first = mine[0];
  if (first === undefined) return [];
  const parked = first.at - first.value.at;
  const how = parked === 0 ? 'as soon as it was there' : `having been parked for ${ms(parked)}`;
  const what = mine.length === 1 ? 'its value comes out' : `the first of its ${mine.length} values comes out`;
  return [{ at: first.at, text: `${what}, ${how}` }];
}

function endOf({ end, last, output }: Run, { index, ended, flushed, interrupted, legs }: Item): Line[] {
  const lines: Line[] = [];
  if (interrupted) {
    const text = `it exceeded its time limit \`${limitOf(interrupted.error)}\`: there is no further attempt`;
    lines.push({ at: interrupted.at, text });
  }
  const said = ended && OUTCOMES[ended.outcome].said;
  if (said !== undefined) lines.push({ at: ended!.at, text: said });
  if (flushed !== undefined) {
    const isEmpty = !output.some(({ value }) => value.leg.index === index);
    lines.push({
      at: flushed,
      text: `it is flushed: ${isEmpty ? 'no value of it came out' : 'all its values have come out'}`,
    });
  }
  if (ended === undefined && end === undefined) {
    lines.push({ at: last, text: legs.length === 0 ? 'it waits for ever' : 'it never ends' });
  }
  return lines;
}

/** A time as people read it. */
export function ms(time: number): string {
  return time < 10_000
    ? `${time.toLocaleString('en')} ms`
    : `${(time / 1_000).toLocaleString('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 })} s`;
}
