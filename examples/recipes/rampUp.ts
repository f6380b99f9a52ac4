import { map, takeWhile, timer } from 'rxjs';

/** Begins with 1, and allows one more every so many milliseconds, up to `limit`. */
export const rampUp = (limit: number, everyMs: number) =>
  timer(0, everyMs).pipe(
    map((steps) => steps + 1),
    takeWhile((allowed) => allowed < limit, true),
  );
