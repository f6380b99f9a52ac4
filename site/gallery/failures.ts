import { defer, map, range, timer } from 'rxjs';
import { concatMapEager } from 'rxjs-concat-map-eager';

const ids = range(1, 8);

// Row 7 is not there. The lower the id, the longer it takes.
const fetchRow = (
  id: number,
  _options: { signal: AbortSignal },
) =>
  defer(() =>
    timer(500 - 50 * id).pipe(
      map(() => {
        if (id === 7)
          throw new Error('there is no row 7');
        return `row ${id}`;
      }),
    ),
  );

// Row 7 fails before row 6 is there, but the failure waits
// for its turn. Try 'immediate', 'at-end' and 'skip'.
const rows = ids.pipe(
  concatMapEager(
    (id, _index, { signal }) => fetchRow(id, { signal }),
    {
      concurrent: 8,
      timeout: 5_000,
      onError: 'in-order',
    },
  ),
);

rows.subscribe({
  next: (row) => console.log(row),
  error: (reason: Error) =>
    console.warn('the result fails:', reason.message),
  complete: () => console.log('complete'),
});
