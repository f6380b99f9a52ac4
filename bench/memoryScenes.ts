/** What memory is measured of. The values are small integers, which need no memory beyond the slot that holds them. */
import { NEVER, Observable, of, range, Subject } from 'rxjs';
import type { Operator, OperatorName } from './operators.js';

export interface Scene {
  readonly title: string;
  /** Bytes an item, or kilobytes in all. */
  readonly unit: 'bytes' | 'kB';
  readonly items: number;
  readonly who: readonly OperatorName[];
  /** Makes what is there before. */
  readonly before?: (items: number) => unknown;
  /** Returns what keeps all that is to be measured, as soon as it is there. */
  readonly make: (operator: Operator, items: number, before: never) => object | Promise<object>;
}

const all: readonly OperatorName[] = ['concatMapEager', 'mergeMap', 'rxjs-etc'];
const ordered: readonly OperatorName[] = ['concatMapEager', 'rxjs-etc'];

const turn = () => new Promise((resolve) => setImmediate(resolve));

export const scenes = {
  waiting: {
    title: 'a waiting value',
    unit: 'bytes',
    items: 1_000_000,
    who: all,
    make: ({ apply }, items) =>
      range(0, items)
        .pipe(apply(() => NEVER, 16))
        .subscribe(),
  },
  parkedPromise: {
    title: 'a parked promise result',
    unit: 'bytes',
    items: 100_000,
    who: ordered, // mergeMap parks nothing
    make: async ({ apply }, items) => {
      const project = (n: number) => (n === 0 ? NEVER : Promise.resolve(n));
      const subscription = range(0, items + 1)
        .pipe(apply(project))
        .subscribe();
      await turn();
      return subscription;
    },
  },
  parkedObservable: {
    title: 'a parked value of `of(v)`',
    unit: 'bytes',
    items: 100_000,
    who: ordered,
    make: ({ apply }, items) =>
      range(0, items + 1)
        .pipe(apply((n) => (n === 0 ? NEVER : of(n))))
        .subscribe(),
  },
  activePromise: {
    title: 'an active promise (what is attached to it, without the promise)',
    unit: 'bytes',
    items: 100_000,
    who: all,
    before: (items) => Array.from({ length: items }, () => new Promise<number>(() => undefined)),
    make: ({ apply }, items, promises: Promise<number>[]) => [
      promises,
      range(0, items)
        .pipe(apply((n) => promises[n]!))
        .subscribe(),
    ],
  },
  activeObservable: {
    title: 'an active Observable (its subscription; the Observable is one for all)',
    unit: 'bytes',
    items: 100_000,
    who: all,
    make: ({ apply }, items) => {
      const inner = new Observable<number>(() => undefined);
      return range(0, items)
        .pipe(apply(() => inner))
        .subscribe();
    },
  },
  afterTheEnd: {
    title: 'what is left after the end of 100,000 promises at 16, the subscription held',
    unit: 'kB',
    items: 100_000,
    who: all,
    make: ({ apply }, items) => {
      const source = new Subject<number>();
      return new Promise((resolve, reject) => {
        const subscription = source
          .pipe(apply((n) => Promise.resolve(n), 16))
          .subscribe({ error: reject, complete: () => resolve([source, subscription]) });
        for (let n = 0; n < items; n++) source.next(n);
        source.complete();
      });
    },
  },
} satisfies Record<string, Scene>;

export type SceneName = keyof typeof scenes;
