import type { Key } from './item.js';

/** What a source needs of the loop. */
export interface Intake<T> {
  /** @param key - only with keys */
  receive(value: T, key?: Key): void;
  /** The source has completed, or failed. */
  endSource(failure?: { readonly error: unknown }): void;
}

/** Where values come from. */
export interface Source {
  start(): void;
  /** Asks for a value: there are a slot and room for it, and none waits. A source that pushes has none. */
  pull?(): void;
  /** Ends it early, for that reason if there is one. */
  cancel(reason?: unknown): void;
}
