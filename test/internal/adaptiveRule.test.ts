import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AdaptiveRule } from '../../src/internal/adaptiveRule.js';

/** So many attempts begin and end one after the other, each after so many ms. */
function attempts(rule: AdaptiveRule, count: number, duration: number): void {
  for (let n = 0; n < count; n++) rule.ended(rule.began(), duration, false);
}

/** The service refuses so many attempts. */
function refusals(rule: AdaptiveRule, count: number): void {
  for (let n = 0; n < count; n++) rule.ended(rule.began(), 1, true);
}

/** The limits after each of several samples, of which the means are given. */
const samples = (rule: AdaptiveRule, ...means: number[]) =>
  means.map((mean) => {
    const sample = rule.began();
    while (rule.began() === sample) attempts(rule, 1, mean);
    return rule.limit;
  });

/** A rule that has doubled once, from 8, found that it did not pay, and has 12 now. */
function steadyAt12(): AdaptiveRule {
  const rule = new AdaptiveRule(1, 200, 8);
  expect(samples(rule, 100, 900)).toEqual([16, 12]);
  return rule;
}

describe('at first', () => {
  test('the limit doubles after as many attempts as the limit, and at least 16', () => {
    const rule = new AdaptiveRule(1, 200, 4);
    attempts(rule, 15, 10);
    expect(rule.limit).toBe(4);
    attempts(rule, 1, 10);
    expect(rule.limit).toBe(8);
    expect(samples(rule, 10, 10)).toEqual([16, 32]);
    attempts(rule, 31, 10);
    expect(rule.limit).toBe(32);
    attempts(rule, 1, 10);
    expect(rule.limit).toBe(64);
  });

  test('it takes a quarter back when a doubling makes the mean longer by more than 2 to the power of 0.75', () => {
    expect(samples(new AdaptiveRule(1, 200, 10), 100, 168)).toEqual([20, 40]);
    expect(samples(new AdaptiveRule(1, 200, 10), 100, 169)).toEqual([20, 15]);
  });

  test('it expects less of a doubling that `max` cuts short', () => {
    expect(samples(new AdaptiveRule(1, 30, 20), 100, 135)).toEqual([30, 30]);
    expect(samples(new AdaptiveRule(1, 30, 20), 100, 136)).toEqual([30, 23]);
  });

  test('it looks at three times as many attempts before it believes that a doubling does not pay', () => {
    const rule = new AdaptiveRule(1, 200, 8);
    attempts(rule, 16, 10);
    attempts(rule, 47, 20);
    expect(rule.limit).toBe(16);
    attempts(rule, 1, 20);
    expect(rule.limit).toBe(12);
  });

  test('it goes on when more attempts show that the mean has only looked longer', () => {
    const rule = new AdaptiveRule(1, 200, 8);
    attempts(rule, 16, 10);
    attempts(rule, 16, 20);
    expect(rule.limit).toBe(16);
    attempts(rule, 16, 10);
    expect(rule.limit).toBe(32);
    // And it looks three times at the next one.
    attempts(rule, 95, 40);
    expect(rule.limit).toBe(32);
    attempts(rule, 1, 40);
    expect(rule.limit).toBe(24);
  });

  test('it compares with the mean of all doublings that paid', () => {
    // 160 is less than 1.68 times as long as 100, and 230 than 160, but not than the 130 of both.
    expect(samples(new AdaptiveRule(1, 200, 8), 100, 160, 230)).toEqual([16, 32, 24]);
    expect(samples(new AdaptiveRule(1, 200, 8), 100, 160, 215)).toEqual([16, 32, 64]);
  });

  test('it doubles up to `max`, and then begins to climb and descend', () => {
    const rule = new AdaptiveRule(1, 50, 20);
    expect(samples(rule, 10, 10)).toEqual([40, 50]);
    attempts(rule, 50, 10);
    expect(rule.limit).toBe(50);
    // No longer a sample as for doubling.
    refusals(rule, 3);
    expect(rule.limit).toBe(50);
    refusals(rule, 1);
    expect(rule.limit).toBe(45);
    attempts(rule, 67, 10);
    expect(rule.limit).toBe(45);
    attempts(rule, 1, 10);
    expect(rule.limit).toBe(48);
  });
});

describe('a sample', () => {
  test('has 1.5 times as many attempts as the limit, and at least 40', () => {
    const rule = steadyAt12();
    attempts(rule, 39, 10);
    expect(rule.limit).toBe(12);
    attempts(rule, 1, 10);
    expect(rule.limit).toBe(14);
    expect(samples(rule, 10, 10)).toEqual([20, 28]);
    attempts(rule, 41, 10);
    expect(rule.limit).toBe(28);
    attempts(rule, 1, 10);
    expect(rule.limit).toBe(39);
  });

  test('has only attempts that began after the last step', () => {
    const rule = new AdaptiveRule(1, 200, 4);
    const early = Array.from({ length: 100 }, () => rule.began());
    attempts(rule, 16, 10);
    expect(rule.limit).toBe(8);
    for (const sample of early) rule.ended(sample, 1_000, false);
    for (const sample of early) rule.ended(sample, 1_000, true);
    expect(rule.limit).toBe(8);
    attempts(rule, 16, 10);
    expect(rule.limit).toBe(16);
  });

  test('in which not all slots were held leads to no step, and neither do its attempts later', () => {
    const rule = new AdaptiveRule(1, 200, 4);
    const early = rule.began();
    rule.underused();
    attempts(rule, 16, 10);
    expect(rule.limit).toBe(4);
    for (let n = 0; n < 15; n++) rule.ended(early, 1_000, false);
    attempts(rule, 15, 10);
    expect(rule.limit).toBe(4);
    attempts(rule, 1, 10);
    expect(rule.limit).toBe(8);
  });

  test('does not count an attempt that took no number of ms', () => {
    const rule = new AdaptiveRule(1, 200, 4);
    attempts(rule, 100, NaN);
    attempts(rule, 100, Infinity);
    attempts(rule, 15, 10);
    expect(rule.limit).toBe(4);
    attempts(rule, 1, 10);
    expect(rule.limit).toBe(8);
  });
});

describe('after a sample', () => {
  test('the limit goes up by 20 %, and by 40 % once it climbs and attempts hardly become longer', () => {
    expect(samples(steadyAt12(), 100, 100, 100)).toEqual([14, 20, 28]);
    // Half as much longer as the limit is higher.
    expect(samples(steadyAt12(), 100, 108, 118, 129, 140, 152)).toEqual([14, 17, 20, 24, 29, 35]);
  });

  test('it goes down by 10 % when attempts have become longer in proportion, and by 20 % once it descends and they only wait', () => {
    expect(samples(steadyAt12(), 120, 140, 130)).toEqual([14, 13, 10]);
    // The line through the last six samples is not as steep.
    expect(samples(steadyAt12(), 100, 100, 170, 111)).toEqual([14, 20, 18, 16]);
    expect(samples(steadyAt12(), 100, 100, 170, 112)).toEqual([14, 20, 18, 14]);
  });

  test('it goes up where they became longer by less than the power of 0.9, and down from there on', () => {
    const longer = (power: number) => 100 * (14 / 12) ** power;
    expect(samples(steadyAt12(), 100, longer(0.89))).toEqual([14, 17]);
    expect(samples(steadyAt12(), 100, longer(0.91))).toEqual([14, 13]);
  });

  test('each sample weighs half of the next in whether a step has paid, and 0.85 of it in how fast to go on', () => {
    expect(samples(steadyAt12(), 100, 100, 100, 140)).toEqual([14, 20, 28, 39]);
    expect(samples(steadyAt12(), 100, 100, 100, 141)).toEqual([14, 20, 28, 34]);
    expect(samples(steadyAt12(), 100, 100, 100, 182)).toEqual([14, 20, 28, 34]);
    expect(samples(steadyAt12(), 100, 100, 100, 183)).toEqual([14, 20, 28, 25]);
  });

  test('it goes by at least 1', () => {
    expect(samples(new AdaptiveRule(1, 200, 1), 10, 17, 17, 17, 60)).toEqual([2, 2, 3, 4, 3]);
  });
});

describe('a mean that more than doubles or halves', () => {
  test('is against the direction in which the limit goes, since not a step, but the service has changed', () => {
    expect(samples(steadyAt12(), 100, 100, 201)).toEqual([14, 20, 18]);
    expect(samples(steadyAt12(), 100, 117, 58)).toEqual([14, 13, 16]);
  });

  test('makes the rule forget what it knew', () => {
    // Known alone, 18 and 20 say that nothing becomes longer; with 14 before, they would say that it does.
    expect(samples(steadyAt12(), 100, 100, 201, 201)).toEqual([14, 20, 18, 22]);
    expect(samples(steadyAt12(), 100, 100, 199, 199)).toEqual([14, 20, 18, 14]);
  });
});

test('a mean that is exactly twice as long, or half as long, tells nothing of a change', () => {
  const rule = () => new AdaptiveRule(1, 200, 8);
  expect(samples(rule(), 50, 100, 200, 400, 400)).toEqual([16, 12, 14, 13, 10]);
  expect(samples(rule(), 200, 800, 100, 50, 100)).toEqual([16, 12, 14, 20, 24]);
});

describe('the least mean of late', () => {
  const up = [100, 110, 121, 132, 145, 900];
  const limits = [14, 17, 20, 24, 29, 26];

  test('keeps a limit that is twice as high from going up where attempts have become longer by the power of 0.75', () => {
    // 26 is 2.17 times 12, where attempts took 100: that is 119.405 after six samples, times 1.786.
    expect(samples(steadyAt12(), ...up, 213)).toEqual([...limits, 31]);
    expect(samples(steadyAt12(), ...up, 214)).toEqual([...limits, 23]);
  });

  test('says something of a limit that is exactly twice as high, and of the highest limit at which it was seen', () => {
    const rule = () => new AdaptiveRule(1, 200, 8);
    // 16 is twice 8, where attempts took 50.
    expect(samples(rule(), 50, 800, 100, 400, 400, 100)).toEqual([16, 12, 14, 13, 16, 14]);
    // 24 is less than twice 16, where attempts took 100 as they did at 8.
    expect(samples(rule(), 100, 100, 200, 800)).toEqual([16, 32, 24, 29]);
  });

  test('is also that of the first climb', () => {
    const climbed = () => new AdaptiveRule(1, 200, 8);
    // Refused at 32, it goes to 29: 3.63 times 8, where attempts took 100. That is 103 after a sample, times 2.63.
    const back = (mean: number) => {
      const rule = climbed();
      samples(rule, 100, 110);
      refusals(rule, 3);
      expect(rule.limit).toBe(29);
      return samples(rule, mean);
    };
    expect(back(270)).toEqual([31]);
    expect(back(271)).toEqual([26]);
  });

  test('says nothing of a limit that is not as high as that', () => {
    // It was seen at 20 last.
    expect(samples(steadyAt12(), 100, 100, 100, 500, 240)).toEqual([14, 20, 28, 25, 30]);
    expect(samples(steadyAt12(), 100, 110, 121, 132, 900, 440)).toEqual([14, 17, 20, 24, 22, 26]);
  });
});

describe('at a bound', () => {
  test('the limit steps down by 20 % from `max` after three samples, to look', () => {
    const rule = new AdaptiveRule(1, 14, 8);
    expect(samples(rule, 10, 100)).toEqual([14, 11]);
    expect(samples(rule, 10, 10, 10, 10, 10, 10, 10)).toEqual([13, 14, 14, 14, 11, 14, 14]);
  });

  test('it steps up by 40 % from `min` after three samples, to look', () => {
    const rule = new AdaptiveRule(12, 200, 12);
    expect(samples(rule, 10, 20)).toEqual([24, 18]);
    expect(samples(rule, 18, 22, 20, 16, 13)).toEqual([22, 20, 16, 13, 12]);
    expect(samples(rule, 12, 12, 12)).toEqual([12, 12, 17]);
  });

  test.each([1, 7])('it is always %i where that is `min` and `max`', (only) => {
    const rule = new AdaptiveRule(only, only, only);
    for (const mean of [10, 30, 10, 10, 10, 10, 10, 10]) {
      attempts(rule, 40, mean);
      expect(rule.limit).toBe(only);
      refusals(rule, 3);
      expect(rule.limit).toBe(only);
    }
  });

  test('it climbs and descends at once where it begins at `max`', () => {
    const rule = new AdaptiveRule(1, 20, 20);
    attempts(rule, 20, 10);
    expect(samples(rule, 10, 10, 10, 10)).toEqual([20, 20, 16, 20]);
  });
});

describe('overload', () => {
  test('as soon as more than one in twenty of a sample have failed, the limit goes down by 10 %', () => {
    const rule = new AdaptiveRule(1, 200, 160);
    attempts(rule, 100, 10);
    refusals(rule, 8);
    expect(rule.limit).toBe(160);
    refusals(rule, 1);
    expect(rule.limit).toBe(144);
    // 1.5 times the limit are a sample now.
    refusals(rule, 10);
    expect(rule.limit).toBe(144);
    refusals(rule, 1);
    expect(rule.limit).toBe(130);
  });

  test('by at least 1, down to `min`', () => {
    const rule = new AdaptiveRule(2, 200, 4);
    refusals(rule, 3);
    expect(rule.limit).toBe(3);
    refusals(rule, 3);
    expect(rule.limit).toBe(2);
    refusals(rule, 3);
    expect(rule.limit).toBe(2);
  });

  test('two in a sample are chance, however short it is', () => {
    const rule = new AdaptiveRule(1, 200, 4);
    refusals(rule, 2);
    attempts(rule, 14, 10);
    expect(rule.limit).toBe(8);
  });

  test('counts in a sample, and its durations do not', () => {
    const rule = steadyAt12();
    refusals(rule, 2);
    attempts(rule, 37, 100);
    expect(rule.limit).toBe(12);
    attempts(rule, 1, 100);
    expect(rule.limit).toBe(14);
    refusals(rule, 2);
    attempts(rule, 38, 100);
    expect(rule.limit).toBe(20);
  });

  test('is believed also where not all slots were held', () => {
    const rule = steadyAt12();
    rule.underused();
    refusals(rule, 3);
    expect(rule.limit).toBe(11);
  });

  test('ends the doubling', () => {
    const rule = new AdaptiveRule(1, 200, 32);
    refusals(rule, 3);
    expect(rule.limit).toBe(29);
    attempts(rule, 43, 10);
    expect(rule.limit).toBe(29);
    attempts(rule, 1, 10);
    expect(rule.limit).toBe(31);
  });

  test('leads back to the last limit that was fine, where that is nearer than 10 %', () => {
    const rule = new AdaptiveRule(1, 200, 32);
    refusals(rule, 3);
    expect(samples(rule, 10)).toEqual([31]);
    refusals(rule, 4);
    expect(rule.limit).toBe(29);
    // That one was fine in an earlier time, and is not any more.
    refusals(rule, 3);
    expect(rule.limit).toBe(26);
  });

  test('is approached by half of the way, and forgotten where it does not come again', () => {
    const rule = new AdaptiveRule(1, 200, 100);
    refusals(rule, 6);
    expect(rule.limit).toBe(90);
    expect(samples(rule, 10, 10, 10, 10, 10, 10)).toEqual([95, 98, 99, 100, 140, 196]);
    expect(samples(rule, 21, 43, 87, 175, 351, 703, 1_407, 1_407)).toEqual([176, 158, 142, 128, 115, 104, 94, 113]);
  });

  test('at the same limit again and again makes the rule look lower after ten samples', () => {
    const rule = new AdaptiveRule(1, 200, 100);
    refusals(rule, 6);
    samples(rule, 10, 10, 10);
    expect(rule.limit).toBe(99);
    const limits = Array.from({ length: 11 }, () => {
      samples(rule, 10);
      const next = rule.limit;
      if (next === 100) refusals(rule, 8);
      return next;
    });
    expect(limits).toEqual([100, 100, 100, 100, 100, 100, 100, 100, 100, 79, 90]);
  });

  test('by chance, in one attempt of a hundred, changes nothing', () => {
    const limits = (isRefused: (n: number) => boolean) => {
      const rule = new AdaptiveRule(1, 200, 4);
      return Array.from({ length: 20_000 }, (_, n) => {
        rule.ended(rule.began(), Math.max(10, rule.limit / 2), isRefused(n));
        return rule.limit;
      });
    };
    expect(limits((n) => n % 100 === 0)).toEqual(limits(() => false));
  });
});

test('attempts that take no time in virtual time are as fast as can be', () => {
  const rule = new AdaptiveRule(1, 200, 4);
  expect(samples(rule, 0, 0, 0, 0, 0, 0)).toEqual([8, 16, 32, 64, 128, 200]);
  expect(samples(rule, 0, 0, 0, 0, 0, 0, 5, 0)).toEqual([200, 200, 200, 160, 200, 200, 180, 200]);
});

test('the limit is an integer from `min` to `max`, and changes by at least 1, whatever happens', () => {
  const bounds = fc
    .tuple(
      fc.integer({ min: 1, max: 1e9 }),
      fc.integer({ min: 0, max: 1e9 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
    )
    .map(([min, more, part]) => ({ min, max: min + more, initial: min + Math.floor(more * part) }));
  const small = fc
    .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 40 }), fc.double({ min: 0, max: 1, noNaN: true }))
    .map(([min, more, part]) => ({ min, max: min + more, initial: min + Math.floor(more * part) }));
  const event = fc.oneof(
    { weight: 8, arbitrary: fc.record({ count: fc.integer({ min: 1, max: 200 }), ms: fc.double({ min: 0 }) }) },
    { weight: 2, arbitrary: fc.record({ refused: fc.integer({ min: 1, max: 10 }) }) },
    { weight: 1, arbitrary: fc.constant('underused' as const) },
  );
  fc.assert(
    fc.property(fc.oneof(small, bounds), fc.array(event, { maxLength: 60 }), ({ min, max, initial }, events) => {
      const rule = new AdaptiveRule(min, max, initial);
      for (const what of events) {
        if (what === 'underused') rule.underused();
        else if ('refused' in what) refusals(rule, what.refused);
        else attempts(rule, what.count, what.ms);
        expect(Number.isInteger(rule.limit) && min <= rule.limit && rule.limit <= max, String(rule.limit)).toBe(true);
      }
    }),
  );
});
