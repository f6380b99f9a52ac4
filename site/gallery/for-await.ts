import { firstValueFrom, map, timer } from 'rxjs';
import { concatMapEagerFrom } from 'rxjs-concat-map-eager';

// There is no end of rows.
function* readRows() {
  for (let row = 0; ; row++) {
    console.info(`reads row ${row}`);
    yield row;
  }
}

// Every fifth row takes longer.
const enrich = (row: number) =>
  timer(row % 5 === 0 ? 200 : 60).pipe(
    map(() => `row ${row}`),
  );

// A row is read when there is a slot for it, and at most six
// are read and not yet taken.
const lines = concatMapEagerFrom(
  readRows,
  (row) => enrich(row),
  {
    concurrent: 3,
    reorderWindow: 6,
    timeout: 1_000,
    onError: 'skip',
  },
);

// Whoever takes a line every 100 ms slows the reading.
const write = async (line: string) => {
  console.log(line);
  await firstValueFrom(timer(100));
};

let taken = 0;
for await (const line of lines) {
  await write(line);
  taken++;
  if (taken === 12) break;
}
console.log('no more is read');
