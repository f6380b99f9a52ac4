export const SHUTDOWN_OPTIONS = Symbol('SHUTDOWN_OPTIONS');

export interface ShutdownOptions {
  /** How long what is under way may take to end, in ms. */
  readonly limit: number;
}
