// What tests run with that mutants meet.
import fc from 'fast-check';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, inject } from 'vitest';

declare module 'vitest' {
  // What Stryker provides.
  interface ProvidedContext {
    readonly mode: 'dry-run' | 'mutant';
    readonly activeMutant: string;
  }
}

// Stryker runs tests in threads, which cannot be given the flag.
setFlagsFromString('--expose-gc');
globalThis.gc = runInNewContext('gc') as typeof globalThis.gc;

// A mutant that is noticed is noticed: nobody wants to see the smallest scenario, and it is to be so the next time.
fc.configureGlobal({ seed: 1, endOnFailure: true });

// Nor are the other files loaded then, which takes longer than most mutants live.
const world = globalThis as { noticedMutant?: string; __stryker__?: { hitLimit?: number } };
if (inject('mode') === 'mutant') {
  // By default a mutant that has a loop go on is stopped when it was met a hundred times as often as in all tests, which takes long.
  const stryker = world.__stryker__;
  if (stryker?.hitLimit !== undefined) stryker.hitLimit /= 10;
  const mutant = inject('activeMutant');
  if (world.noticedMutant === mutant) throw new Error('This mutant is noticed');
  afterEach(({ task }) => {
    if (task.result?.state === 'fail') world.noticedMutant = mutant;
  });
}
