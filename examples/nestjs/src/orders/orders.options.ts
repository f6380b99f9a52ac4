export const ORDERS_OPTIONS = Symbol('ORDERS_OPTIONS');

export interface OrdersOptions {
  /** The only option with secrets in it. */
  readonly redis: string;
  /**
   * The Redis Stream that is read. What was shipped goes to `STREAM:shipped`,
   * dead letters to `STREAM:dead`.
   */
  readonly stream: string;
  readonly group: string;
  /** The name of this consumer. Two that run at once need two. */
  readonly consumer: string;
  /** How many messages may be worked on at once. */
  readonly concurrent: number;
  /**
   * How many may be started and not yet acknowledged. As many more may have
   * been read and wait for their accounts.
   */
  readonly reorderWindow: number;
  /** How long one attempt may take, in ms. */
  readonly timeout: number;
  /** How often a message is tried again before the consumer pauses. */
  readonly retries: number;
  /** How long after the first failure, in ms; then twice as long, and so on. */
  readonly retryDelay: number;
  /** How long the first pause is, in ms; then twice as long, and so on. */
  readonly pause: number;
  /** How long a pause is at most, in ms. */
  readonly maxPause: number;
  /**
   * For how long a message may fail by what is not its own fault before it
   * becomes a dead letter, in ms. `Infinity` is never.
   */
  readonly giveUpAfter: number;
  /**
   * A consumer that has given no sign of life for so long is gone, in ms, and
   * others take over what it had read.
   */
  readonly claimAfter: number;
  /** How many entries each stream keeps, about. */
  readonly keepOrders: number;
  readonly keepShipped: number;
  readonly keepDead: number;
}
