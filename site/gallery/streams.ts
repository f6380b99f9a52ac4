import { firstValueFrom, map, timer } from 'rxjs';
import { concatMapEagerFrom } from 'rxjs-concat-map-eager';

const wait = (ms: number) => firstValueFrom(timer(ms));

// A cursor gives a row every 10 ms.
async function* readRows() {
  for (let row = 0; row < 40; row++) {
    await wait(10);
    yield `row ${row}`;
  }
}

// Every tenth takes longer.
const enrich = (row: string, _signal: AbortSignal) =>
  timer(row.endsWith('0') ? 200 : 60).pipe(
    map(() => `${row}, enriched`),
  );

const write = async (line: string) => {
  console.log(line);
  await wait(5);
};

const lines = concatMapEagerFrom(
  readRows,
  (row, _index, { signal }) => enrich(row, signal),
  {
    concurrent: 16,
    timeout: 5_000,
    onError: 'skip',
  },
);

for await (const line of lines) await write(line);
