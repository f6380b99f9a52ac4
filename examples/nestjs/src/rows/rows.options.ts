export const ROWS_OPTIONS = Symbol('ROWS_OPTIONS');

export interface RowsOptions {
  /** How many requests a response may have at the upstream at once. */
  readonly concurrent: number;
  /** How many rows of a response may be asked for and not yet written. */
  readonly reorderWindow: number;
  /** How long one attempt may take, in ms. */
  readonly timeout: number;
  /** How often a row is asked for again, and how long after the first failure, in ms; then twice as long, and so on. */
  readonly retries: number;
  readonly retryDelay: number;
}
