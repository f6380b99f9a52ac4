import AsyncLock from 'async-lock';
import { concatMap, groupBy, mergeMap, range, type OperatorFunction } from 'rxjs';
import { concatMapEager } from 'rxjs-concat-map-eager';
import { Check, drain } from '../check.js';
import type { Contestant, Workload } from '../measure.js';
import { atOnce, count } from '../words.js';

export const WITHOUT_KEYS = 'concatMapEager, no `key`';

const settled = (n: number) => Promise.resolve(n);

/** What has to run one after the other for each key, and at the same time for different keys. */
export function perKey(items: number, keys: number, concurrent: number): Workload {
  const keyOf = (n: number) => n % keys;
  const piped = (operator: OperatorFunction<number, number>, order: 'in order' | 'in any order'): Contestant => {
    return () => () => drain(range(0, items).pipe(operator), items, order);
  };
  return {
    id: `keys-${keys}`,
    title: `${count(items)} settled promises of ${count(keys)} keys, ${atOnce(concurrent)}`,
    contestants: {
      'concatMapEager, `key`': piped(concatMapEager(settled, { concurrent, key: keyOf }), 'in order'),
      [WITHOUT_KEYS]: piped(concatMapEager(settled, concurrent), 'in order'),
      // These three have no limit over all keys.
      'a chain of promises per key': () => () => inOrder(items, chained(keyOf)),
      'async-lock': () => () => inOrder(items, locked(keyOf)),
      'groupBy, `mergeMap(concatMap)`': piped(
        (source) =>
          source.pipe(
            groupBy(keyOf),
            mergeMap((group) => group.pipe(concatMap(settled))),
          ),
        'in any order',
      ),
    },
  };
}

/** As people write it by hand: each promise is linked to the last one of its key. */
function chained(keyOf: (n: number) => number): (n: number) => Promise<number> {
  const last = new Map<number, Promise<number>>();
  return (n) => {
    const key = keyOf(n);
    const before = last.get(key);
    const result = before === undefined ? settled(n) : before.then(() => settled(n));
    last.set(key, result);
    // A key that is done is forgotten.
    void result.then(() => last.get(key) === result && last.delete(key));
    return result;
  };
}

function locked(keyOf: (n: number) => number): (n: number) => Promise<number> {
  const lock = new AsyncLock({ maxPending: Infinity });
  return (n) => lock.acquire(String(keyOf(n)), () => settled(n));
}

/** Starts all, and takes the results in order. */
async function inOrder(items: number, start: (n: number) => Promise<number>): Promise<void> {
  const check = new Check(items, 'in order');
  const results = Array.from({ length: items }, (_, n) => start(n));
  for (const result of results) check.next(await result);
  check.end();
}
