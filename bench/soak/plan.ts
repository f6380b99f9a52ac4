/** What is to happen to an item: decided before it starts, so that what comes out can be checked. */
import type { Random } from './random.js';

export const INNER_KINDS = [
  'promise',
  'thenable',
  'Observable',
  'array',
  'iterable',
  'async iterable',
  'ReadableStream',
] as const;
export type InnerKind = (typeof INNER_KINDS)[number];

/**
 * `late` is what only waits for longer than any limit allows; `no input` is anything that is not an ObservableInput; `no key` is a key
 * function that throws.
 */
export type Trouble = 'none' | 'fails' | 'hangs' | 'late' | 'throws' | 'no input' | 'no key';

export interface Plan {
  readonly index: number;
  readonly key: number;
  readonly kind: InnerKind;
  /** How many values the inner emits, where there is no trouble. */
  readonly parts: number;
  readonly trouble: Trouble;
  /** How many values come before the trouble. */
  readonly after: number;
  /** The first attempt that has no trouble. */
  readonly curedAt: number;
  /** Between two values; 0 is without a timer. */
  readonly ms: number;
  readonly readsSignal: boolean;
}

const KEYS = 6;

/**
 * @throws where the plan says so
 */
export function keyOf({ index, key, trouble }: Plan): number {
  if (trouble === 'no key') throw new Error(`Item ${index} has no key, as planned`);
  return key;
}

export interface PlanOptions {
  /** How many items of a hundred are in trouble. */
  readonly percent: number;
  readonly troubles: readonly Trouble[];
  /** At the latest: `Infinity` where a trouble may stay. */
  readonly curedAt: number;
  readonly kinds?: readonly InnerKind[];
  /** Whether trouble comes before the first value only. */
  readonly atStart?: boolean;
}

/** Which troubles a kind can have by itself: what throws in `project` has no inner. */
const cannot: Partial<Record<InnerKind, readonly Trouble[]>> = {
  array: ['fails', 'hangs', 'late'],
  iterable: ['hangs', 'late'],
};

export function makePlan(random: Random, index: number, options: PlanOptions): Plan {
  const kind = random.pick(options.kinds ?? INNER_KINDS);
  const parts = kind === 'promise' || kind === 'thenable' ? 1 : random.int(1, 4);
  const wanted = random.chance(options.percent / 100) ? random.pick(options.troubles) : 'none';
  return {
    index,
    key: random.int(1, KEYS),
    kind,
    parts,
    trouble: cannot[kind]?.includes(wanted) ? 'none' : wanted,
    after: options.atStart ? 0 : random.int(0, parts - 1),
    curedAt: Math.min(options.curedAt, random.chance(0.2) ? Infinity : random.int(2, 3)),
    ms: random.chance(0.5) ? 0 : random.int(1, 6),
    readsSignal: random.chance(0.5),
  };
}
