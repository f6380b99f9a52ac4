import {
  defer,
  map,
  NEVER,
  of,
  range,
  timer,
} from 'rxjs';
import { concatMapEager } from 'rxjs-concat-map-eager';

// It answers within 150 ms, fails one time in four, and
// hangs one time in ten.
const price = (id: number) =>
  defer(() => {
    const luck = Math.random();
    if (luck < 0.1) return NEVER;
    return timer(150 * Math.random()).pipe(
      map(() => {
        if (luck < 0.35)
          throw new Error(`no price ${id}`);
        return `price ${id}: ${Math.round(100 * luck)}`;
      }),
    );
  });

// Each attempt has a time limit, and each item two
// retries. A fallback takes the turn of what still fails.
range(0, 16)
  .pipe(
    concatMapEager((id) => price(id), {
      concurrent: 4,
      timeout: 300,
      retry: { count: 2, delay: 50 },
      onError: (error, { value, attempt }) => {
        console.warn(value, `attempt ${attempt}:`, error);
        return of(`price ${value}: unknown`);
      },
    }),
  )
  .subscribe((line) => console.log(line));
