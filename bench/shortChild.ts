/** Runs the short form: `shortChild.ts [id ...]`. */
import { answer } from './child.js';
import { interleave, rounded, type Workload } from './measure.js';
import { asynchronous, reversePromises, reverseSubjects, stuckHead } from './workloads/observables.js';
import { options } from './workloads/options.js';
import { settledPromises } from './workloads/promises.js';
import { reading, READING } from './workloads/reading.js';
import { synchronous } from './workloads/synchronous.js';

const ROUNDS = 11;
const WARM_UP = 200; // ms

/** The processor's time, in ms. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

const lines: Record<string, [Workload, of: string, to: string]> = {};
function line(workload: Workload, of: string, to: string, id = workload.id): void {
  lines[id] = [workload, of, to];
}

for (const concurrent of [Infinity, 1]) {
  line(synchronous.ofValue(20_000, concurrent), 'concatMapEager', 'mergeMap');
  line(synchronous.array(20_000, concurrent), 'concatMapEager', 'mergeMap');
  line(synchronous.thousand(50, concurrent), 'concatMapEager', 'mergeMap');
}
for (const concurrent of [16, Infinity]) {
  line(settledPromises(20_000, concurrent), 'concatMapEager', 'p-map `pMapIterable`');
}
const withOptions = options(10_000, 16);
for (const [option, without] of withOptions.compare!) {
  line(withOptions, option, without, `${withOptions.id} ${option}`);
}
line(asynchronous(2_000, 100), 'concatMapEager', 'mergeMap');
line(reverseSubjects(2_000), 'concatMapEager', 'mergeMap');
line(reversePromises(4_000), 'concatMapEager', 'mergeMap');
line(stuckHead(5_000), 'concatMapEager', 'mergeMap');
line(reading.promises(20_000, 16), READING, 'p-map `pMapIterable`');

const wanted = process.argv.slice(2);
const result: Record<string, number> = {};
for (const [id, [{ contestants }, of, to]] of Object.entries(lines)) {
  if (wanted.length > 0 && !wanted.some((each) => id === each || id.startsWith(`${each} `))) continue;
  const times = await interleave({ [of]: contestants[of]!, [to]: contestants[to]! }, ROUNDS, processorTime, WARM_UP);
  result[id] = rounded(Math.min(...times[of]!) / Math.min(...times[to]!));
}
answer(result);
