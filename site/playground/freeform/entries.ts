import type { ItemOutcome } from 'rxjs-concat-map-eager';
import * as v from 'valibot';
import { OUTCOMES } from '../engine/run';
import { ORDERS } from '../engine/settings';

const count = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER));
export const time = v.pipe(v.number(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER));
/** Where something is in a program. */
export const position = v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)));
/** The beginning of a text that may be long. */
export const text = (longest: number) =>
  v.pipe(
    v.string(),
    v.transform((whole) => (whole.length <= longest ? whole : `${whole.slice(0, longest)}…`)),
  );

/** So much of a key is kept, in characters. */
const LONGEST_KEY = 40;

const common = { run: count, at: time };
const how = v.picklist(['complete', 'error', 'cancelled']);

/** What happened in a program, in plain words that can be sent to another thread; `at` is in milliseconds. */
export const entry = v.variant('what', [
  v.object({
    ...common,
    what: v.literal('opened'),
    operator: text(50),
    concurrentPerKey: v.optional(v.number()),
    order: v.picklist(ORDERS),
    /** Where the program calls it. */
    line: position,
    /** Whether its clock is its own, and not that of the program. */
    virtual: v.boolean(),
  }),
  v.object({
    ...common,
    what: v.literal('counted'),
    counts: v.object({ waiting: count, active: count, parked: count }),
    /** How many may be active at once; `Infinity` where nothing limits them. */
    limit: v.pipe(v.number(), v.minValue(0)),
  }),
  v.object({
    ...common,
    what: v.literal('received'),
    index: count,
    /** Which of the keys it has, from 0, and what that is called. */
    key: v.optional(v.object({ nth: count, name: text(LONGEST_KEY) })),
  }),
  v.object({ ...common, what: v.literal('flushed'), index: count }),
  v.object({
    ...common,
    what: v.literal('ended'),
    index: count,
    outcome: v.picklist(Object.keys(OUTCOMES) as ItemOutcome[]),
  }),
  v.object({ ...common, what: v.literal('leg'), leg: count, index: count, attempt: count }),
  v.object({ ...common, what: v.picklist(['value', 'output']), leg: count, nth: count }),
  v.object({ ...common, what: v.literal('legEnd'), leg: count, how }),
  v.object({ ...common, what: v.literal('limit'), leg: count, limit: text(50) }),
  v.object({ ...common, what: v.literal('end'), how }),
]);

export type Entry = v.InferOutput<typeof entry>;

/** Without what all entries have, and which the recorder adds. */
export type Happening = Entry extends infer E ? (E extends Entry ? Omit<E, 'run' | 'at'> : never) : never;
