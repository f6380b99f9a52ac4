import { TimeoutError } from 'rxjs';
import type { TimeoutMeta } from 'rxjs-concat-map-eager';
import {
  type MarbleError,
  MarbleFixture,
  type MarbleMark,
  type MarbleRow,
  type MarbleValue,
  printMarble,
} from 'rxjs-concat-map-eager/testing';
import { optionsOf } from './config';
import type { Item, Leg, Run, Value } from './run';
import type { Settings } from './settings';
import { playOfSource } from './workload';

const LABELS = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'];
/** No letters that are labels, and no marks. */
const VALUES = [...'123456789αβγδεζηθικλμνξοπρστυφχψωабвгдежзийклмнопрстуфхцчшщъыьэюяΓΔΘΛΞΠΣΦΨΩ'];

/**
 * A run of `concatMapEager` as a marble block, which the testing entry reads and passes. The fixture `$fallback` is what returns
 * the next row of the failed item.
 *
 * @throws Error that says why, if it is too much to draw
 */
export function marbleOf(settings: Settings, run: Run): string {
  const { items, source: sourceEnd, output, end } = run;
  const sent = items.length;
  const values = items.flatMap(({ legs }) => legs).flatMap((leg) => leg.values);
  if (sent > LABELS.length) throw new Error(`A marble block has room for ${LABELS.length} items, here are ${sent}`);
  if (values.length > VALUES.length) {
    throw new Error(`A marble block has room for ${VALUES.length} values, here are ${values.length}`);
  }
  const names = new Map<Value, string>(values.map((value, position) => [value, VALUES[position]!]));
  const legs = items.flatMap((item) => item.legs).sort((a, b) => a.start - b.start);
  const source: MarbleRow = {
    label: 'source',
    start: 0,
    marks: [
      ...timesOf(settings)
        .slice(0, sent)
        .map((frame, index) => ({ frame, mark: LABELS[index]! })),
      ...(sourceEnd === undefined ? [] : [{ frame: sourceEnd.at, mark: sourceEnd.how === 'complete' ? '|' : '!' }]),
    ],
    throws: false,
  };
  const { onError, key, concurrent, ...options } = optionsOf(settings);
  if (typeof concurrent === 'object' && !('length' in concurrent)) {
    throw new Error('A marble block has no limit that finds itself');
  }
  const limits = typeof concurrent === 'object' ? [rowOfLimits(run)] : [];
  const config = {
    key: key && new MarbleFixture('keys'),
    concurrent: typeof concurrent === 'number' ? concurrent : undefined,
    ...options,
    onError: onError === 'fallback' ? new MarbleFixture('fallback') : onError,
  };
  const given = Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined));
  return printMarble({
    rows: [source, ...limits, ...legs.map((leg) => rowOf(leg, names))],
    ...(key && { keys: markKeys(items) }),
    operators: [{ name: 'concatMapEager', config: Object.keys(given).length > 0 ? (given as MarbleValue) : undefined }],
    unsub: undefined,
    result: {
      label: 'result',
      start: 0,
      marks: [
        ...output.map(({ at, value }) => ({ frame: at, mark: names.get(value)! })),
        ...(end === undefined ? [] : [{ frame: end.at, mark: end.how === 'error' ? '#' : '|' }]),
      ],
      throws: false,
    },
    error: end?.how === 'error' ? errorOf(end.error, legs) : undefined,
    where: Object.fromEntries(
      limits.flatMap(({ marks }) => marks).flatMap(({ mark }) => (OTHERS.has(mark) ? [[mark, OTHERS.get(mark)]] : [])),
    ) as Record<string, number>,
  });
}

/** Limits that have no digit, by a character that looks like them: ⑩ to ㊿. */
const OTHERS: ReadonlyMap<string, number> = new Map([
  ['∞', Infinity],
  ...[...'⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳㉑㉒㉓㉔㉕㉖㉗㉘㉙㉚㉛㉜㉝㉞㉟㊱㊲㊳㊴㊵㊶㊷㊸㊹㊺㊻㊼㊽㊾㊿'].map(
    (mark, position) => [mark, 10 + position] as const,
  ),
]);

function rowOfLimits({ limits, limitsLeft }: Run): MarbleRow {
  const markOf = (limit: number): string => {
    const mark = limit < 10 ? String(limit) : [...OTHERS].find(([, value]) => value === limit)?.[0];
    if (mark === undefined) throw new Error(`A marble block has room for limits up to 50, here is ${limit}`);
    return mark;
  };
  const marks = limits.map(({ at, limit }): MarbleMark => ({ frame: at, mark: markOf(limit) }));
  const left = limitsLeft === undefined ? [] : [{ frame: limitsLeft, mark: '!' }];
  return { label: 'concurrent', start: 0, marks: [...marks, ...left], throws: false };
}

/** A character for the key of each item; no more are needed than there are labels of items. */
function markKeys(items: readonly Item[]): string[] {
  const names = items.map(({ key }) => key!.name);
  if (names.every((name) => name.length === 1)) return names;
  const marks = new Map([...new Set(names)].map((name, position) => [name, LABELS.at(-1 - position)!]));
  return names.map((name) => marks.get(name)!);
}

/** When the source sends its values. */
function timesOf(settings: Settings): number[] {
  let time = 0;
  return playOfSource(settings).gaps.map((gap) => (time += gap));
}

function rowOf(leg: Leg, names: ReadonlyMap<Value, string>): MarbleRow {
  const marks = leg.values.map((value): MarbleMark => ({ frame: value.at, mark: names.get(value)! }));
  const end = leg.end && { frame: leg.end.at, mark: { complete: '|', error: '#', cancelled: '!' }[leg.end.how] };
  return { label: LABELS[leg.index]!, start: leg.start, marks: end ? [...marks, end] : marks, throws: false };
}

function errorOf(error: unknown, legs: readonly Leg[]): MarbleError {
  if (error instanceof AggregateError) return { aggregate: error.errors.map((each) => errorOf(each, legs)) };
  if (error instanceof TimeoutError) {
    const { index, limit } = (error as TimeoutError<unknown, TimeoutMeta<number>>).info!.meta!;
    return { timeout: { index, limit } };
  }
  const leg = legs.find((each) => each.error === error)!;
  const nth = legs.filter(({ index }) => index === leg.index).indexOf(leg) + 1;
  return { row: `${LABELS[leg.index]!}${nth === 1 ? '' : nth}` };
}
