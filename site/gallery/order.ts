import { range } from 'rxjs';
import { concatMapEager } from 'rxjs-concat-map-eager';

// Later rows are quicker: row 0 takes 400 ms, row 7 50 ms.
const lookUp = (id: number, signal: AbortSignal) =>
  new Promise<string>((resolve, reject) => {
    const timer = setTimeout(
      () => resolve(`row ${id}`),
      400 - id * 50,
    );
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });

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
  .subscribe({
    next: (row) => console.log(row),
    complete: () => console.log('all rows, in order'),
  });
