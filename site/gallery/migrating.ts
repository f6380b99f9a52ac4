import { map, range, timer } from 'rxjs';
import { concatMapEager } from 'rxjs-concat-map-eager';

const ids = range(1, 24);

// Every fourth row takes longer.
const fetchRow = (id: number) =>
  timer(id % 4 === 0 ? 240 : 80).pipe(
    map(() => `row ${id}`),
  );

// No more than eight at once, and in order.
const rows = ids.pipe(
  concatMapEager((id) => fetchRow(id), 8),
);

rows.subscribe((row) => console.log(row));
