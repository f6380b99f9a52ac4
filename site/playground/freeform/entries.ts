import type { Counts } from '../engine/run';

/** What happened in a program, in plain words that can be sent to another thread; `at` is in milliseconds. */
export type Entry = { readonly run: number; readonly at: number } & (
  | {
      readonly what: 'opened';
      readonly operator: string;
      readonly concurrent: number | undefined;
      /** Where the program calls it. */
      readonly line: number | undefined;
      /** Whether its clock is its own, and not that of the program. */
      readonly virtual: boolean;
    }
  | { readonly what: 'counted'; readonly counts: Omit<Counts, 'at'> }
  | { readonly what: 'received' | 'flushed'; readonly index: number }
  | { readonly what: 'ended'; readonly index: number; readonly outcome: 'completed' | 'failed' | 'cancelled' }
  | { readonly what: 'leg'; readonly leg: number; readonly index: number; readonly attempt: number }
  | { readonly what: 'value' | 'output'; readonly leg: number; readonly nth: number }
  | { readonly what: 'legEnd'; readonly leg: number; readonly how: 'complete' | 'error' | 'cancelled' }
  | { readonly what: 'limit'; readonly leg: number; readonly limit: string }
  | { readonly what: 'end'; readonly how: 'complete' | 'error' | 'cancelled' }
);

/** Without what all entries have, and which the recorder adds. */
export type Happening = Entry extends infer E ? (E extends Entry ? Omit<E, 'run' | 'at'> : never) : never;
