export const ORDERS_OPTIONS = Symbol('ORDERS_OPTIONS');

export interface OrdersOptions {
  readonly redis: string;
  /** The Redis Stream that is read. What was shipped goes to `STREAM:shipped`, dead letters to `STREAM:dead`. */
  readonly stream: string;
  readonly group: string;
  /** Must be the same after a restart: what is pending belongs to a consumer by its name. */
  readonly consumer: string;
  /** How many messages may be worked on at once. */
  readonly concurrent: number;
  /** How many may be read and not yet acknowledged. */
  readonly reorderWindow: number;
  /** How long one attempt may take, in ms. */
  readonly timeout: number;
  /** How often a message is tried again, and how long after the first failure, in ms; then twice as long, and so on. */
  readonly retries: number;
  readonly retryDelay: number;
}
