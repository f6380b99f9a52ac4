// What tests run with that mutants meet.
import fc from 'fast-check';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

// Stryker runs tests in threads, which cannot be given the flag.
setFlagsFromString('--expose-gc');
globalThis.gc = runInNewContext('gc') as typeof globalThis.gc;

// A mutant that is noticed is noticed: nobody wants to see the smallest scenario, and it is to be so the next time.
fc.configureGlobal({ seed: 1, endOnFailure: true });
