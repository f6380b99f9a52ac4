import fc from 'fast-check';
import { predict } from './predict.js';
import { perform } from './perform.js';
import { scenarios } from './scenarios.js';
import * as operators from '../../src/index.js';
let last = '';
let n = 0,
  amb = 0;
const t = Date.now();
try {
  fc.assert(
    fc.property(scenarios, (s) => {
      const p = predict(s);
      n++;
      if (p.ambiguous) {
        amb++;
        return;
      }
      const log = perform(s, operators);
      if (log.join('\n') !== p.log.join('\n')) {
        last = '\n' + JSON.stringify(s) + '\nMODEL\n' + p.log.join('\n') + '\nREAL\n' + log.join('\n');
        throw new Error('x');
      }
    }),
    { numRuns: Number(process.argv[2] ?? 1000), seed: Number(process.argv[3] ?? 1) },
  );
} catch (e) {
  console.log(String(e).slice(0, 100) + last, (e as any).cause);
}
console.log(n, amb, Date.now() - t);
