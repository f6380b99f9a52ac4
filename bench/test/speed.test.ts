import { beforeAll, describe, expect, test } from 'vitest';
import { readResults } from '../results.js';
import { runShortForm } from '../short.js';

/** How much slower than in the last full `npm run bench` a line may be. Less than twice, and more than noise. */
const AT_MOST = 1.8;

const { short } = readResults();

describe('no line of the benchmark has become twice as slow', () => {
  let found: Record<string, number>;

  beforeAll(async () => {
    found = await runShortForm();
    const suspects = () => Object.keys(short).filter((id) => found[id]! > AT_MOST * short[id]!);
    // The machine may be busy: what looks slow is measured again. What has become slow is so every time.
    for (let again = 0; again < 5 && suspects().length > 0; again++) {
      found = { ...found, ...(await runShortForm(suspects())) };
    }
  });

  test('as far as there are lines', () => {
    expect(Object.keys(found)).toEqual(Object.keys(short));
  });

  test.each(Object.entries(short))('%s, which took %f times as long', (id, before) => {
    expect(found[id]! / before).toBeLessThan(AT_MOST);
  });
});
