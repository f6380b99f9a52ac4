import { range } from 'rxjs';
import { concatMapEager } from 'rxjs-concat-map-eager';

// Later rows are quicker: row 0 takes 80 ms, row 7 10 ms.
const lookUp = (id: number, signal: AbortSignal) =>
  new Promise<string>((resolve, reject) => {
    const timer = setTimeout(
      () => resolve(`row ${id}`),
      80 - id * 10,
    );
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });

// Row 0, row 1, row 2 ... row 7, all after 80 ms.
range(0, 8)
  .pipe(
    concatMapEager(
      (id, _index, { signal }) => lookUp(id, signal),
      {
        concurrent: 8,
        timeout: 1_000,
        onError: 'skip',
      },
    ),
  )
  .subscribe((row) => console.log(row));
