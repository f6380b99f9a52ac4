/** How long a validation may take, in ms, before the desk goes on without it. */
export const TIME_LIMIT = 5_000;

/** A range of milliseconds, both ends included. */
export interface Latency {
  readonly min: number;
  readonly max: number;
}

/**
 * A number from 0 up to 1 that depends on nothing but its arguments. Every run, and every operator within a run, meets
 * the same numbers, so that differences between the runs come from the operators.
 */
export function draw(seed: number, key: string): number {
  // FNV-1a over the key, then murmur3's finalizer: neighbouring keys must not give neighbouring numbers.
  let hash = 0x811c9dc5 ^ seed;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** How long the service takes to validate the action with this id, in whole milliseconds. */
export function latencyOf(id: number | string, seed: number, { min, max }: Latency): number {
  return min + Math.floor(draw(seed, `ms ${id}`) * (max - min + 1));
}
