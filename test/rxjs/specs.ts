import { concatMap, from, mergeMap, Observable, type ObservableInput, type OperatorFunction, throwError } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { concatMapEager } from '../../src/index.js';

export type Project<T, R> = (value: T, index: number) => ObservableInput<R>;
export type Operator = <T, R>(project: Project<T, R>) => OperatorFunction<T, R>;
export type LimitedOperator = <T, R>(project: Project<T, R>, concurrent?: number) => OperatorFunction<T, R>;

/** One specification, held by rxjs's own operator and by ours: so it is rxjs's behaviour, and not what we take for it. */
export const concatMaps: [string, Operator][] = [
  ['concatMap', (project) => concatMap(project)],
  ['concatMapEager one at a time', (project) => concatMapEager(project, { concurrent: 1, onError: 'immediate' })],
];

export const mergeMaps: [string, LimitedOperator][] = [
  ['mergeMap', (project, concurrent) => mergeMap(project, concurrent)],
  ['concatMapEager', (project, concurrent) => concatMapEager(project, { concurrent, onError: 'immediate' })],
];

/** rxjs's own matrix, for a source and for its inners. */
const kinds = ['never', 'empty', 'one', 'many', 'error', 'synchronous', 'empty at once', 'error at once'] as const;
export type Kind = (typeof kinds)[number];
export const pairsOfKinds = kinds.flatMap((outer) => kinds.map((inner): [Kind, Kind] => [outer, inner]));

const drawn: Partial<Record<Kind, string>> = {
  never: '-----',
  empty: '--|',
  one: '-x---|',
  many: '-x-y-z-|',
  error: '-x-#',
};

export interface Performance {
  /** What was heard, with its frame. */
  readonly notifications: [number, string][];
  /** From which frame to which the source and each inner were subscribed. */
  readonly subscriptions: Record<'source' | 'inners', [number, number][]>;
}

/** Lets an operator meet a source and inners of some kind, and be left at some frame. */
export function perform(operator: Operator, outer: Kind, inner: Kind, leave = Infinity): Performance {
  const scheduler = new TestScheduler(() => undefined);
  return scheduler.run(({ cold, flush }) => {
    const notifications: [number, string][] = [];
    const subscriptions: Performance['subscriptions'] = { source: [], inners: [] };
    const made = (kind: Kind): Observable<string> => {
      const marbles = drawn[kind];
      if (marbles !== undefined) {
        return cold(marbles);
      }
      return kind === 'error at once' ? throwError(() => 'error') : from(kind === 'synchronous' ? ['x', 'y'] : []);
    };
    const watched = (name: 'source' | 'inners', kind: Kind) => {
      const observable = made(kind);
      return new Observable<string>((subscriber) => {
        const subscription: [number, number] = [scheduler.now(), Infinity];
        subscriptions[name].push(subscription);
        subscriber.add(() => (subscription[1] = scheduler.now()));
        observable.subscribe(subscriber);
      });
    };
    const note = (notification: string) => notifications.push([scheduler.now(), notification]);
    const project = operator(() => watched('inners', inner));
    const result = project(watched('source', outer)).subscribe({
      next: note,
      error: (error) => note(`# ${String(error)}`),
      complete: () => note('|'),
    });
    if (leave < Infinity) {
      scheduler.schedule(() => result.unsubscribe(), leave);
    }
    flush();
    return { notifications, subscriptions };
  });
}
