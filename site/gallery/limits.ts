import { BehaviorSubject, map, range, timer } from 'rxjs';
import { concatMapEager } from 'rxjs-concat-map-eager';

const uploads$ = range(0, 24);

const send = (upload: number, _signal: AbortSignal) => {
  console.info(`starts upload ${upload}`);
  return timer(200).pipe(map(() => `upload ${upload}`));
};

const connections = new BehaviorSubject(4);

const sent = uploads$.pipe(
  concatMapEager(
    (upload, _index, { signal }) => send(upload, signal),
    {
      concurrent: connections,
    },
  ),
);

sent.subscribe((upload) => console.log(upload));

const after = (ms: number, act: () => void) =>
  timer(ms).subscribe(act);

// Four more start at once.
after(100, () => connections.next(8));
// Nothing is cancelled: the next starts when one is active.
after(400, () => connections.next(2));
// A pause, and the end of it.
after(800, () => connections.next(0));
after(1_200, () => connections.next(4));
