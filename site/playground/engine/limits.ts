import type { Settings } from './settings';

/** What the limit is from a time on, in milliseconds. */
export interface Limit {
  readonly at: number;
  readonly limit: number;
}

/** So many changes may be in a link. */
const MOST = 100;
const HIGHEST = 2_000;
const LATEST = 9_999_999;

/** `120-8_300-0`: 8 from 120 ms on, and 0 from 300 ms on. */
const CHANGES = /^\d+-\d+(?:_\d+-\d+)*$/;

/** What a text says, or `undefined` if that is not what {@link writeChanges} writes. */
export function readChanges(text: string): readonly Limit[] | undefined {
  if (text === '') return [];
  if (!CHANGES.test(text)) return undefined;
  const changes = text.split('_').map((each) => {
    const [at, limit] = each.split('-').map(Number);
    return { at: at!, limit: limit! };
  });
  const isOrdered = changes.every(({ at }, position) => at > (changes[position - 1]?.at ?? 0));
  const isInRange = changes.every(({ at, limit }) => at <= LATEST && limit <= HIGHEST);
  return isOrdered && isInRange && changes.length <= MOST ? changes : undefined;
}

export const CHANGES_EXPECTED = `times in ms and limits up to ${HIGHEST}, such as 120-8_300-0, in order, at most ${MOST} of them, or empty`;

export function writeChanges(changes: readonly Limit[]): string {
  return changes.map(({ at, limit }) => `${at}-${limit}`).join('_');
}

type Limited = Pick<Settings, 'concurrent' | 'changes'>;

/** The limits that are set, the first of them from 0 on. */
export function limitsOf({ concurrent = Infinity, changes }: Limited): readonly Limit[] {
  return [{ at: 0, limit: concurrent }, ...readChanges(changes)!];
}

export function limitAt(settings: Limited, time: number): number {
  return limitsOf(settings).findLast(({ at }) => at <= time)!.limit;
}

/** While a slider is dragged, what it sets so close to one another is one change: a part of the time that is shown. */
export const CLOSE = 1 / MOST;

/** The changes with another at a time. What was set for later goes, and what was set since `since`. */
export function changedAt(settings: Limited, at: number, limit: number, since = at): string {
  const before = readChanges(settings.changes)!.filter((change) => change.at < Math.min(at, since));
  return writeChanges([...before.slice(0, MOST - 1), { at: Math.max(1, at), limit }]);
}
