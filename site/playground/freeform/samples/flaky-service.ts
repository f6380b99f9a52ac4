import { defer, map, of, range, throwError, timer } from 'rxjs';
import { concatMapEager } from 'rxjs-concat-map-eager';

// A service that answers within 150 ms, fails one time in four and hangs one time in ten.
const price = (id: number) =>
  defer(() => {
    const luck = Math.random();
    if (luck < 0.1) return timer(60_000).pipe(map(() => 'never'));
    return timer(150 * Math.random()).pipe(
      map(() => {
        if (luck < 0.35) throw new Error(`price ${id} is not to be had`);
        return `price ${id}: ${Math.round(100 * luck)}`;
      }),
    );
  });

// A time limit and two retries for each item. What still fails becomes a fallback value in its place.
range(0, 16)
  .pipe(
    concatMapEager((id) => price(id), {
      concurrent: 4,
      timeout: 300,
      retry: { count: 2, delay: 50 },
      onError: (error, { value, attempt }) =>
        error instanceof Error ? of(`price ${value}: unknown after ${attempt} attempts`) : throwError(() => error),
    }),
  )
  .subscribe((line) => console.log(line));
