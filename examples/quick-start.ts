import { setTimeout as sleep } from 'node:timers/promises';
import { range } from 'rxjs';
import { concatMapEager } from 'rxjs-concat-map-eager';

// Later rows are quicker: row 0 takes 80 ms, row 7 takes 10 ms.
const lookUp = (id: number, signal: AbortSignal) =>
  sleep(80 - id * 10, `row ${id}`, { signal });

range(0, 8)
  .pipe(
    concatMapEager((id, _index, { signal }) => lookUp(id, signal), {
      concurrent: 8,
      timeout: 1_000,
      onError: 'skip',
    }),
  )
  // row 0, row 1, row 2 ... row 7, all after 80 ms
  .subscribe((row) => console.log(row));
