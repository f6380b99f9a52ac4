/** The time of an item of one kind, at one size: `growthChild.ts <kind> <items>`. */
import { of, range, type ObservableInput } from 'rxjs';
import { concatMapEager, type ConcatMapEagerConfig } from 'rxjs-concat-map-eager';
import { drain } from './check.js';
import { answer } from './child.js';
import { interleave, median } from './measure.js';

interface Kind {
  readonly project: (n: number) => ObservableInput<number>;
  readonly config: ConcatMapEagerConfig<number>;
}

const settled = (n: number) => Promise.resolve(n);

const kinds = {
  synchronous: { project: (n) => of(n), config: { concurrent: Infinity } },
  promises: { project: settled, config: { concurrent: 16 } },
  keys: { project: settled, config: { concurrent: 16, key: (n) => n % 1_000 } },
} satisfies Record<string, Kind>;

export type GrowthKind = keyof typeof kinds;

const [kind, items] = [process.argv[2] as GrowthKind, Number(process.argv[3])];
const { project, config }: Kind = kinds[kind];

const run = (size: number) => () => () => drain(range(0, size).pipe(concatMapEager(project, config)), size, 'in order');

// Warm: the compiler's work does not depend on the size, and the smallest size would look slow by it.
await interleave({ run: run(10_000) }, 1);
// Small sizes are over soon: more runs of them make their median as reliable.
const { run: times } = await interleave({ run: run(items) }, Math.min(100, Math.max(1, Math.round(1_000_000 / items))));
answer({ ns: (median(times!) / items) * 1e6 });
