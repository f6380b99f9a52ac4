/** So many entries of timelines are kept. */
export const MOST_ENTRIES = 20_000;
/** So many subscriptions of a program have a timeline. */
export const MOST_RUNS = 6;
/** So many lines of the console are kept; more are counted. */
export const MOST_LINES = 1_000;
