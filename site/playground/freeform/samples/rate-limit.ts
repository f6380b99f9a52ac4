import { map, take, timer } from 'rxjs';
import { concatEager } from 'rxjs-concat-map-eager';

const sleep = (ms: number) =>
  new Promise((resolve) => setTimeout(resolve, ms));

const request = (page: number) =>
  timer(page % 4 === 0 ? 500 : 100).pipe(
    map(() => `page ${page}`),
  );

// No end of pages, and a request every 80 ms at most.
async function* pages() {
  try {
    for (let page = 0; ; page++) {
      console.info(`asks for page ${page}`);
      yield request(page);
      await sleep(80);
    }
  } finally {
    console.info('asks no more');
  }
}

// The generator is asked only while there is a free slot,
// and room in the window.
concatEager(pages(), {
  concurrent: 3,
  reorderWindow: 6,
  timeout: 1_000,
  onError: 'skip',
})
  .pipe(take(12))
  .subscribe((page) => console.log(page));
