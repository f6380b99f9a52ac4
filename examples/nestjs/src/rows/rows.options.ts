export const ROWS_OPTIONS = Symbol('ROWS_OPTIONS');

export interface RowsOptions {
  /** How many rows all responses may ask the upstream for at once. */
  readonly maxConcurrent: number;
  /** How many rows of one response may be asked for at once. */
  readonly concurrent: number;
  /** How many rows of a response may be asked for and not yet written. */
  readonly reorderWindow: number;
  /** How long one attempt may take, in ms. */
  readonly timeout: number;
  /** How often a row is asked for again. */
  readonly retries: number;
  /** How long after the first failure, in ms; then twice as long, and so on. */
  readonly retryDelay: number;
  /** How many ids one request may have. */
  readonly maxIds: number;
  /** How long a client may leave what was sent to it unread, in ms. */
  readonly writeTimeout: number;
}
