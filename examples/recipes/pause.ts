import { map, type Observable } from 'rxjs';

/** The limit while work may start, and 0 while it may not: for `concurrent`. */
export const unlessPaused = (paused$: Observable<boolean>, limit: number) =>
  paused$.pipe(map((paused) => (paused ? 0 : limit)));
