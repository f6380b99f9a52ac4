import { range } from 'rxjs';
import { concatMapEager } from 'rxjs-concat-map-eager';

// Later rows are quicker: row 1 takes 400 ms, row 8 50 ms.
const lookUp = (id: number, signal: AbortSignal) =>
  new Promise<string>((resolve, reject) => {
    const timer = setTimeout(
      () => resolve(`row ${id}`),
      450 - id * 50,
    );
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });

range(1, 8)
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
