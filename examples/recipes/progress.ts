import {
  asyncScheduler,
  defer,
  Subject,
  throttleTime,
  type ObservableInput,
  type OperatorFunction,
} from 'rxjs';
import {
  concatMapEager,
  type ConcatMapEagerConfig,
  type ItemContext,
} from 'rxjs-concat-map-eager';

export interface Progress {
  readonly completed: number;
  /** Failed, and then completed by what `onError` returned. */
  readonly recovered: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly percent: number;
}

/**
 * Reports how many of `total` items have ended, at most ten times a second, and
 * always the last count. `defer` gives each subscription its own counts.
 */
export function withProgress<T, R>(
  project: (value: T, index: number, item: ItemContext) => ObservableInput<R>,
  total: number,
  report: (progress: Progress) => void,
  onError: ConcatMapEagerConfig<T, R>['onError'] = 'skip',
): OperatorFunction<T, R> {
  return (source) =>
    defer(() => {
      const counts = { completed: 0, recovered: 0, failed: 0, cancelled: 0 };
      let ended = 0;
      const progress = new Subject<Progress>();
      progress
        .pipe(
          throttleTime(100, asyncScheduler, { leading: true, trailing: true }),
        )
        .subscribe(report);
      return source.pipe(
        concatMapEager(project, {
          concurrent: 8,
          timeout: 5_000,
          onError,
          monitor: (event) => {
            if (event.type !== 'ended' || event.outcome === 'dropped') return;
            counts[event.recovered ? 'recovered' : event.outcome]++;
            progress.next({ ...counts, percent: (100 * ++ended) / total });
          },
        }),
      );
    });
}
