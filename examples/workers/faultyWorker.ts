/**
 * The worker, but pictures whose names say so make its thread die: every time,
 * or only at the first attempt (`-once`).
 */
import { basename } from 'node:path';
import makeThumbnail, { type Task, type Thumbnail } from './worker.js';

const FAULTS = {
  exit: () => process.exit(7),
  throw: () =>
    setImmediate(() => {
      throw new Error('nobody catches this');
    }),
  memory: () => {
    const all: unknown[] = [];
    for (;;) all.push(new Array(1_000).fill(all.length));
  },
  hang: () => {
    for (;;);
  },
};

export default async function makeThumbnailOrDie(
  task: Task,
): Promise<Thumbnail> {
  const [, fault, once] =
    /-(exit|throw|memory|hang)(-once)?\./.exec(basename(task.file)) ?? [];
  if (fault !== undefined && (once === undefined || task.attempt === 1)) {
    FAULTS[fault as keyof typeof FAULTS]();
    await new Promise(() => {});
  }
  return makeThumbnail(task);
}
