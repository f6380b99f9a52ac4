import { PRESETS, type Preset } from './presets';
import { NAMES, type Order, ORDERS, read, type Settings, type Value, write } from './settings';

/** All that a picture depends on. */
export interface State {
  readonly preset: Preset;
  readonly settings: Settings;
  /** How much slower than real time. */
  readonly slower: number;
  /** The item whose story is told. */
  readonly item: number | undefined;
  /** Which lanes follow one another, where there are keys. */
  readonly lanes: Order;
  /** Where it is stopped, in milliseconds; `undefined` if it plays. */
  readonly at: number | undefined;
}

export const SLOWER = [1, 2, 5, 10, 20, 50] as const;

/** A query string: what differs from the preset. */
export function linkOf({ preset, settings, slower, item, lanes, at }: State): string {
  const query = new URLSearchParams();
  if (preset !== PRESETS[0]) query.set('preset', preset.name);
  for (const name of NAMES) {
    if (settings[name] !== preset.settings[name]) query.set(name, write(settings[name]));
  }
  if (slower !== slownessOf(preset)) query.set('slower', String(slower));
  if (item !== undefined) query.set('item', String(item));
  if (lanes !== 'key') query.set('lanes', lanes);
  if (at !== undefined) query.set('at', String(Math.round(at)));
  return query.toString();
}

/** What a query string says, and what of it could not be understood. */
export function stateOf(link: string): { state: State; problems: string[] } {
  const query = new URLSearchParams(link);
  const problems: string[] = [];
  const named = query.get('preset');
  const preset = PRESETS.find(({ name }) => name === named) ?? PRESETS[0]!;
  if (named !== null && preset.name !== named) {
    problems.push(`Expected \`preset\` to be one of ${PRESETS.map(({ name }) => name).join(', ')}, got "${named}"`);
  }
  const changes: Partial<Record<keyof Settings, Value>> = {};
  for (const name of NAMES) {
    const text = query.get(name);
    if (text === null) continue;
    try {
      changes[name] = read(name, text);
    } catch (error) {
      problems.push((error as Error).message);
    }
  }
  const settings = { ...preset.settings, ...(changes as Partial<Settings>) };
  const number = (name: string, expected: string, fits: (count: number) => boolean) => {
    const text = query.get(name);
    if (text === null) return undefined;
    if (/^\d{1,9}$/.test(text) && fits(Number(text))) return Number(text);
    problems.push(`Expected \`${name}\` to be ${expected}, got ${JSON.stringify(text)}`);
    return undefined;
  };
  const slower = number('slower', `one of ${SLOWER.join(', ')}`, (count) =>
    (SLOWER as readonly number[]).includes(count),
  );
  const last = settings.items - 1;
  const item = number('item', `an integer from 0 to ${last}`, (count) => count <= last);
  const at = number('at', 'an integer from 0 and up', () => true);
  const lanes = ORDERS.find((name) => name === (query.get('lanes') ?? 'key'));
  if (lanes === undefined) {
    problems.push(`Expected \`lanes\` to be one of ${ORDERS.join(', ')}, got ${JSON.stringify(query.get('lanes'))}`);
  }
  for (const name of new Set(query.keys())) {
    if (!OTHERS.has(name) && !(NAMES as string[]).includes(name)) problems.push(`There is no setting \`${name}\``);
  }
  return {
    state: { preset, settings, slower: slower ?? slownessOf(preset), item, lanes: lanes ?? 'key', at },
    problems,
  };
}

const OTHERS = new Set(['preset', 'slower', 'item', 'lanes', 'at', 'tab']);

/** How much slower than real time a preset is shown at first. */
function slownessOf({ name }: Preset): number {
  return (
    { 'stuck-head': 10, 'small-window': 5, 'flaky-service': 5, 'order-desk': 10, 'one-account': 5, adaptive: 2 }[
      name
    ] ?? 1
  );
}
