import type { OnErrorPolicy } from 'rxjs-concat-map-eager';
import { POLICY_NAMES } from '../../../src/internal/policies';
import { CHANGES_EXPECTED, readChanges } from './limits';

/** What a run is made of: the items, what happens to them, and the options. Everything else follows from it. */
export interface Settings {
  readonly items: number;
  /** Milliseconds between two source values; with 0 they come all at once. */
  readonly gap: number;
  readonly latency: Latency;
  /** The mean time that an attempt takes, in milliseconds. */
  readonly mean: number;
  /** How long the stuck item takes, in milliseconds; `undefined` if it never ends. */
  readonly stuckFor: number | undefined;
  /** How many values an item emits. */
  readonly values: number;
  /** How many percent of the attempts fail. */
  readonly failing: number;
  /** How many percent of the attempts never end. */
  readonly hanging: number;
  readonly seed: number;
  /** How many attempts the service serves at once; `undefined` if it serves as many as come. */
  readonly servers: number | undefined;

  /** Where the limit adapts, it begins there. */
  readonly concurrent: number | undefined;
  /** To what `concurrent` changes, and when: see `readChanges`. */
  readonly changes: string;
  readonly limit: LimitKind;
  readonly reorderWindow: number | undefined;
  /** How many keys the items have; `undefined` if they have none. The two settings after it mean nothing then. */
  readonly keys: number | undefined;
  readonly concurrentPerKey: number | undefined;
  readonly order: Order;
  readonly first: number | undefined;
  readonly each: number | undefined;
  readonly total: number | undefined;
  readonly blocking: number | undefined;
  readonly retries: number;
  /** Milliseconds before a retry. */
  readonly delay: number;
  readonly onError: OnError;
  readonly atomic: boolean;
}

export const LATENCIES = ['uniform', 'exponential', 'heavy-tail', 'stuck'] as const;
export type Latency = (typeof LATENCIES)[number];

export const LIMITS = ['set', 'adaptive'] as const;
/** Whether the limit is what is set, or finds itself. */
export type LimitKind = (typeof LIMITS)[number];

export const ORDERS = ['source', 'key'] as const;
/** Of what the order is that is kept: of the source, or of each key. */
export type Order = (typeof ORDERS)[number];

/** `fallback` is a function that returns one value instead of what failed. */
export type OnError = OnErrorPolicy | 'fallback';
export const ON_ERROR: readonly OnError[] = [...POLICY_NAMES, 'fallback'];

export const DEFAULTS: Settings = {
  items: 24,
  gap: 0,
  latency: 'uniform',
  mean: 50,
  stuckFor: undefined,
  values: 1,
  failing: 0,
  hanging: 0,
  seed: 1,
  servers: undefined,
  concurrent: 4,
  changes: '',
  limit: 'set',
  reorderWindow: undefined,
  keys: undefined,
  concurrentPerKey: undefined,
  order: 'source',
  first: undefined,
  each: undefined,
  total: undefined,
  blocking: undefined,
  retries: 0,
  delay: 0,
  onError: 'in-order',
  atomic: false,
};

/** A number that can be set, and between what; `optional` if it may be left out. */
interface NumberField {
  readonly kind: 'number';
  readonly min: number;
  readonly max: number;
  readonly optional?: true;
}

interface ChoiceField {
  readonly kind: 'choice';
  readonly choices: readonly string[];
}

interface SwitchField {
  readonly kind: 'switch';
}

/** Changes of a limit, as text. */
interface ChangesField {
  readonly kind: 'changes';
}

export type Field = NumberField | ChoiceField | SwitchField | ChangesField;

/** 2 ^ 32 - 1. */
const MOST = 4_294_967_295;
const limit: Field = { kind: 'number', min: 1, max: 600_000, optional: true };

export const FIELDS: { readonly [Name in keyof Settings]: Field } = {
  items: { kind: 'number', min: 1, max: 2_000 },
  gap: { kind: 'number', min: 0, max: 10_000 },
  latency: { kind: 'choice', choices: LATENCIES },
  mean: { kind: 'number', min: 1, max: 60_000 },
  stuckFor: { kind: 'number', min: 1, max: 600_000, optional: true },
  values: { kind: 'number', min: 1, max: 200 },
  failing: { kind: 'number', min: 0, max: 100 },
  hanging: { kind: 'number', min: 0, max: 100 },
  seed: { kind: 'number', min: 0, max: MOST },
  servers: { kind: 'number', min: 1, max: 2_000, optional: true },
  concurrent: { kind: 'number', min: 1, max: 2_000, optional: true },
  changes: { kind: 'changes' },
  limit: { kind: 'choice', choices: LIMITS },
  reorderWindow: { kind: 'number', min: 1, max: 100_000, optional: true },
  keys: { kind: 'number', min: 1, max: 2_000, optional: true },
  concurrentPerKey: { kind: 'number', min: 1, max: 2_000, optional: true },
  order: { kind: 'choice', choices: ORDERS },
  first: limit,
  each: limit,
  total: limit,
  blocking: limit,
  retries: { kind: 'number', min: 0, max: 20 },
  delay: { kind: 'number', min: 0, max: 60_000 },
  onError: { kind: 'choice', choices: ON_ERROR },
  atomic: { kind: 'switch' },
};

export const NAMES = Object.keys(FIELDS) as (keyof Settings)[];

export type Value = number | string | boolean | undefined;

/**
 * What text means for a setting.
 *
 * @throws RangeError that says what was expected and what came
 */
export function read(name: keyof Settings, text: string): Value {
  const field = FIELDS[name];
  const got = text === '' ? 'nothing' : JSON.stringify(text);
  if (field.kind === 'switch') {
    if (text === 'true' || text === 'false') return text === 'true';
    throw new RangeError(`Expected \`${name}\` to be true or false, got ${got}`);
  }
  if (field.kind === 'changes') {
    if (readChanges(text) !== undefined) return text;
    throw new RangeError(`Expected \`${name}\` to be ${CHANGES_EXPECTED}, got ${got}`);
  }
  if (field.kind === 'choice') {
    if (field.choices.includes(text)) return text;
    throw new RangeError(`Expected \`${name}\` to be one of ${field.choices.join(', ')}, got ${got}`);
  }
  const { min, max, optional = false } = field;
  if (optional && text === '') return undefined;
  const number = Number(text);
  if (text.trim() !== '' && Number.isInteger(number) && number >= min && number <= max) return number;
  const orEmpty = optional ? ', or empty' : '';
  throw new RangeError(`Expected \`${name}\` to be an integer from ${min} to ${max}${orEmpty}, got ${got}`);
}

/** What stands for a value in a field, and in a link. */
export function write(value: Value): string {
  return value === undefined ? '' : String(value);
}
