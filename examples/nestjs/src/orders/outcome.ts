import type { Reason } from '../upstream/upstream.errors.js';

/**
 * A message of the stream, with its fields; they are `null` if it was deleted
 * after it had been read.
 */
export interface Message {
  readonly id: string;
  readonly fields: Readonly<Record<string, string>> | null;
  /** What became of it, if it was handled before, and not yet acknowledged. */
  readonly known?: Result;
}

export type Result =
  | {
      readonly result: 'shipped';
      readonly order: string;
      readonly tracking: string;
    }
  | { readonly result: 'skipped' }
  | {
      readonly result: 'dead';
      readonly reason: Reason;
      readonly attempts: number;
    };

/**
 * What became of a message. Each message must have one, or it could never be
 * acknowledged.
 */
export type Outcome = { readonly message: Message } & Result;
