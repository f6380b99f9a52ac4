/**
 * What options cost while nothing fails: 100,000 settled promises, each option against none. The rounds are interleaved, and
 * what is compared is the median. Every run is checked for having emitted everything, in order.
 *
 * Runs the built package: `npm run bench` builds it first.
 */
import { performance } from 'node:perf_hooks';
import { range } from 'rxjs';
import { concatMapEager, type ConcatMapEagerConfig } from 'rxjs-concat-map-eager';

const ITEMS = 100_000;
const WARM_UP = 5;
const ROUNDS = 21;

const variants: Record<string, ConcatMapEagerConfig<number>> = {
  'no option': {},
  'timeout: 1000': { timeout: 1000 },
  'timeout: { first, each, total, blocking }': { timeout: { first: 1000, each: 1000, total: 1000, blocking: 1000 } },
  "onError: 'skip'": { onError: 'skip' },
  'retry: 3': { retry: 3 },
  'atomic: true': { atomic: true },
};

function run(config: ConcatMapEagerConfig<number>): Promise<number> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    let emitted = 0;
    range(0, ITEMS)
      .pipe(concatMapEager((n) => Promise.resolve(n), config))
      .subscribe({
        next: (n) => {
          if (n !== emitted++) {
            reject(new Error(`Expected ${emitted - 1}, got ${n}`));
          }
        },
        complete: () => {
          if (emitted === ITEMS) {
            resolve(performance.now() - start);
          } else {
            reject(new Error(`Expected ${ITEMS} values, got ${emitted}`));
          }
        },
        error: reject,
      });
  });
}

const median = (times: number[]) => times.sort((a, b) => a - b)[times.length >> 1]!;

for (const concurrent of [16, Infinity]) {
  const times = new Map(Object.keys(variants).map((name) => [name, [] as number[]]));
  for (let round = 0; round < WARM_UP + ROUNDS; round++) {
    for (const [name, config] of Object.entries(variants)) {
      globalThis.gc?.();
      const time = await run({ concurrent, ...config });
      if (round >= WARM_UP) {
        times.get(name)!.push(time);
      }
    }
  }
  const base = median(times.get('no option')!);
  console.log(
    `\n${ITEMS.toLocaleString('en')} settled promises at ${concurrent}: ${base.toFixed(0)} ms without options`,
  );
  console.table(
    Object.fromEntries([...times].map(([name, all]) => [name, { 'times as long': +(median(all) / base).toFixed(2) }])),
  );
}
