import { setTimeout as sleep } from 'node:timers/promises';
import { range } from 'rxjs';
import { concatMapEager } from 'rxjs-concat-map-eager';

// Later rows are quicker: row 1 takes 80 ms, row 8 takes 10 ms.
const lookUp = (id: number, signal: AbortSignal) =>
  sleep(90 - id * 10, `row ${id}`, { signal });

range(1, 8)
  .pipe(
    concatMapEager((id, _index, { signal }) => lookUp(id, signal), {
      concurrent: 8,
      timeout: 1_000,
      onError: 'skip',
    }),
  )
  // row 1, row 2, row 3 ... row 8, all within 80 ms
  .subscribe((row) => console.log(row));
