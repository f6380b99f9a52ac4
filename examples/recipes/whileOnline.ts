import { fromEvent, map, merge, startWith } from 'rxjs';

/** The limit while the browser is online, and 0 while it is not. */
export const whileOnline = (limit: number) =>
  merge(fromEvent(window, 'online'), fromEvent(window, 'offline')).pipe(
    startWith(undefined),
    map(() => (navigator.onLine ? limit : 0)),
  );
