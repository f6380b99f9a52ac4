import { interval, map, NEVER, take, timer } from 'rxjs';
import { concatMapEager } from 'rxjs-concat-map-eager';

const work = (id: number) => {
  if (id === 2) return NEVER;
  return timer(60 + 20 * (id % 5)).pipe(
    map(() => `item ${id}`),
  );
};

// Item 2 hangs. It may, until it has held up others for
// 400 ms.
interval(30)
  .pipe(
    take(16),
    concatMapEager((id) => work(id), {
      concurrent: 4,
      timeout: { blocking: 400 },
      onError: 'skip',
      monitor: (event) => {
        if (event.type !== 'failed') return;
        console.warn(
          `${event.index} is given up:`,
          event.error,
        );
      },
    }),
  )
  .subscribe((item) => console.log(item));
