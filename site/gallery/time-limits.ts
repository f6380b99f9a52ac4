import { map, NEVER, range, timer } from 'rxjs';
import { concatMapEager } from 'rxjs-concat-map-eager';

const ids = range(1, 8);

// Row 3 never comes.
const fetchRow = (
  id: number,
  { signal }: { signal: AbortSignal },
) => {
  signal.addEventListener('abort', () => {
    console.info(`row ${id}: ${signal.reason.name}`);
  });
  if (id === 3) return NEVER;
  return timer(100).pipe(map(() => `row ${id}`));
};

// Its limit passes after a second, and the others go on.
const rows = ids.pipe(
  concatMapEager(
    (id, _index, { signal }) => fetchRow(id, { signal }),
    {
      concurrent: 8,
      timeout: 1_000,
      onError: 'skip',
    },
  ),
);

rows.subscribe((row) => console.log(row));
