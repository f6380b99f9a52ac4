import type { Entry } from './entries';

/** What the worker tells the page. */
export type Message =
  /** It has been loaded, and begins. */
  | { readonly what: 'begun' }
  /** This is what happened; if it is `alive`, the program is in no loop. */
  | {
      readonly what: 'batch';
      readonly entries: readonly Entry[];
      readonly lines: readonly Line[];
      /** How many lines were left out by now. */
      readonly dropped: number;
      readonly alive: boolean;
    }
  /** The program does not run: for a mistake, or for an import. */
  | {
      readonly what: 'problem';
      readonly text: string;
      readonly line: number | undefined;
      readonly column: number | undefined;
    }
  /** Nothing is left to happen. */
  | { readonly what: 'done' }
  /** So much has happened that no more of it is shown. */
  | { readonly what: 'full' };

/** A line of the console. */
export interface Line {
  /** Milliseconds since the program began. */
  readonly at: number;
  readonly level: Level;
  readonly text: string;
  /** Whether it is an error that nobody has caught. */
  readonly isUncaught: boolean;
}

export type Level = 'debug' | 'info' | 'log' | 'warn' | 'error';

/** So many entries of timelines are kept. */
export const MOST_ENTRIES = 20_000;
/** So many lines of the console are kept; more are counted. */
export const MOST_LINES = 1_000;
