import { Piscina } from 'piscina';
import type { Task, Thumbnail } from './worker.js';

export type Pool = Piscina<Task, Thumbnail>;

export interface PoolSettings {
  /** A module next to this one. */
  readonly worker?: string;
  /** What a thread may have, in MB; the pixels do not count. */
  readonly memory?: number;
}

/** Starts `threads` threads. The caller destroys the pool. */
export function startPool(
  threads: number,
  { worker = 'worker.js', memory = 512 }: PoolSettings = {},
): Pool {
  const pool = new Piscina<Task, Thumbnail>({
    filename: new URL(worker, import.meta.url).href,
    // As many at least as at most: a thread that has died is replaced at once,
    // not when the next task comes.
    minThreads: threads,
    maxThreads: threads,
    // A thread that dies takes all its tasks along.
    concurrentTasksPerWorker: 1,
    // Without it, a thread that wants too much memory takes the whole process
    // with it.
    resourceLimits: { maxOldGenerationSizeMb: memory },
  });
  // A thread that fails before it has a task, because its module does not load,
  // tells only the pool; without a listener that would end the process.
  pool.on('error', (error) => {
    console.error('a thread without a task failed:', error);
  });
  return pool;
}
