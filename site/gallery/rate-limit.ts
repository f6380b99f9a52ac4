import {
  firstValueFrom,
  fromEvent,
  map,
  race,
  take,
  timer,
} from 'rxjs';
import { concatEager } from 'rxjs-concat-map-eager';

const request = (page: number) =>
  timer(page % 4 === 0 ? 500 : 100).pipe(
    map(() => `page ${page}`),
  );

// A generator that waits can be closed by nobody. So it
// waits until the signal says that it is not needed.
const pause = (ms: number, signal: AbortSignal) =>
  firstValueFrom(
    race(timer(ms), fromEvent(signal, 'abort')),
  );

// No end of pages, and a request every 80 ms at most.
async function* pages({
  signal,
}: {
  signal: AbortSignal;
}) {
  try {
    for (let page = 0; !signal.aborted; page++) {
      console.info(`asks for page ${page}`);
      yield request(page);
      await pause(80, signal);
    }
  } finally {
    console.info('asks no more');
  }
}

// The function is called for each subscription. What it
// returns is asked only while there is a free slot, and
// room in the window.
concatEager(pages, {
  concurrent: 3,
  reorderWindow: 6,
  timeout: 1_000,
  onError: 'skip',
})
  .pipe(take(12))
  .subscribe((page) => console.log(page));
