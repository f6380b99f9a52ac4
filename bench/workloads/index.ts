import type { Workload } from '../measure.js';
import { perKey } from './keys.js';
import { asynchronous, reversePromises, reverseSubjects, stuckHead, waiting } from './observables.js';
import { options, timeLimit } from './options.js';
import { settledPromises } from './promises.js';
import { reading } from './reading.js';
import { synchronous } from './synchronous.js';

/** Everything that `npm run bench` times, in the order of its table. */
export const workloads: readonly Workload[] = [
  synchronous.ofValue(300_000, Infinity),
  synchronous.ofValue(300_000, 1),
  synchronous.array(300_000, Infinity),
  synchronous.array(300_000, 1),
  synchronous.thousand(1_000, Infinity),
  synchronous.thousand(1_000, 1),
  settledPromises(100_000, 16),
  settledPromises(100_000, Infinity),
  reading.promises(100_000, 16),
  reading.timers(20_000, 16),
  reading.synchronous(1_000_000, 16),
  asynchronous(20_000, 100),
  reverseSubjects(20_000),
  reversePromises(100_000),
  stuckHead(50_000),
  waiting(1_000_000, 16),
  timeLimit(100_000, 16),
  timeLimit(100_000, Infinity),
  options(100_000, 16),
  options(100_000, Infinity),
  perKey(100_000, 1_000, 16),
  perKey(100_000, 10, 16),
];
