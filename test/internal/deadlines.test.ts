import fc from 'fast-check';
import { Subscription } from 'rxjs';
import { describe, expect, test, vi } from 'vitest';
import { Deadlines, type Clock, type Duration } from '../../src/internal/deadlines.js';
import { HandScheduler } from '../support/HandScheduler.js';

/** Durations of as many milliseconds, and what passes: the name of its owner, and when. */
function deadlines(...milliseconds: number[]) {
  const scheduler = new HandScheduler();
  const clocks = new Deadlines(scheduler);
  const durations = milliseconds.map((ms) => clocks.add(`of ${ms}`, ms)!);
  const passed: string[] = [];
  const owner = (name: string, then?: () => void) => ({
    passed: ({ ms }: Duration) => {
      passed.push(`${scheduler.elapsed}:${name}/${ms}`);
      then?.();
    },
  });
  return { scheduler, clocks, durations, passed, owner };
}

test('there is no duration where no number is given', () => {
  expect(deadlines().clocks.add('none', undefined)).toBe(undefined);
  expect(deadlines().clocks.add('none', () => 1)).toBe(undefined);
});

test('a clock passes once, exactly when its duration is over', () => {
  const { scheduler, clocks, durations, passed, owner } = deadlines(10);
  clocks.start(durations[0]!, owner('a'));
  scheduler.advance(9);
  expect(passed).toEqual([]);
  scheduler.advance(100);

  expect(passed).toEqual(['10:a/10']);
  expect(scheduler.armed).toBe(0);
});

test('clocks pass in the order of their deadlines, behind one action at a time', () => {
  const { scheduler, clocks, durations, passed, owner } = deadlines(30, 10);
  clocks.start(durations[0]!, owner('a'));
  scheduler.advance(5);
  clocks.start(durations[1]!, owner('b'));
  clocks.start(durations[0]!, owner('c'));
  scheduler.advance(100);

  expect(passed).toEqual(['15:b/10', '30:a/30', '35:c/30']);
  expect(scheduler.mostArmed).toBe(1);
});

test('a clock that is stopped does not pass, and leaves the action as it is', () => {
  const { scheduler, clocks, durations, passed, owner } = deadlines(10);
  clocks.start(durations[0]!, owner('a')).stop();
  expect(scheduler.armed).toBe(1);
  scheduler.advance(100);

  expect(passed).toEqual([]);
  expect([scheduler.fired, scheduler.scheduled, scheduler.armed]).toEqual([1, 1, 0]);
});

test('a clock may be started anew, for another duration too', () => {
  const { scheduler, clocks, durations, passed, owner } = deadlines(10, 4);
  const a = owner('a');
  const clock = clocks.start(durations[0]!, a);
  scheduler.advance(9);
  expect(clocks.start(durations[1]!, a, clock)).toBe(clock);
  scheduler.advance(100);

  expect(passed).toEqual(['13:a/4']);
});

test('a clock that is started when one passes has its whole time', () => {
  const { scheduler, clocks, durations, passed, owner } = deadlines(10);
  clocks.start(
    durations[0]!,
    owner('a', () => clocks.start(durations[0]!, owner('b'))),
  );
  scheduler.advance(100);

  expect(passed).toEqual(['10:a/10', '20:b/10']);
});

test('closing ends all clocks and leaves no action', () => {
  const { scheduler, clocks, durations, passed, owner } = deadlines(10, 20);
  durations.forEach((duration) => clocks.start(duration, owner('a')));
  clocks.close();
  expect(scheduler.armed).toBe(0);
  scheduler.advance(100);

  expect(passed).toEqual([]);
});

test('they may be closed by a scheduler, before it has scheduled', () => {
  const schedule = vi.fn(() => (clocks.close(), Subscription.EMPTY));
  const clocks: Deadlines = new Deadlines({ now: () => 0, schedule });
  const duration = clocks.add('a', 10)!;
  clocks.start(duration, { passed: () => expect.fail('It passes') });

  expect(schedule).toHaveBeenCalledOnce();
});

test('none passes any more when the owner of another one has closed them, at the same time', () => {
  const { scheduler, clocks, durations, passed, owner } = deadlines(10, 10);
  clocks.start(
    durations[0]!,
    owner('a', () => clocks.close()),
  );
  clocks.start(durations[1]!, owner('b'));
  scheduler.advance(100);

  expect(passed).toEqual(['10:a/10']);
});

test('a clock without a duration that is started when one passes waits for the next action', () => {
  const { scheduler, clocks, durations, passed, owner } = deadlines(0);
  const again = (name: string, then?: () => void) => clocks.start(durations[0]!, owner(name, then));
  again('a', () => again('b', () => again('c')));
  scheduler.advance(1);

  expect(passed).toEqual(['0:a/0', '0:b/0', '0:c/0']);
  expect(scheduler.fired).toBe(3);
});

test('an owner that throws keeps no other clock from passing', () => {
  const { scheduler, clocks, durations, passed, owner } = deadlines(10);
  const throwing = owner('a', () => {
    throw new Error('of the owner');
  });
  clocks.start(durations[0]!, throwing);
  clocks.start(durations[0]!, owner('b'));

  expect(() => scheduler.advance(10)).toThrow('of the owner');
  scheduler.advance(1);
  expect(passed).toEqual(['10:a/10', '10:b/10']);
});

describe('time', () => {
  test('does not go backwards: a jump back counts as zero', () => {
    const { scheduler, clocks } = deadlines();
    scheduler.time = 100;
    expect(clocks.now()).toBe(100);
    scheduler.time = 40;
    expect(clocks.now()).toBe(100);
    scheduler.time = 45;
    expect(clocks.now()).toBe(105);
  });

  test('that stands still does not stop a clock', () => {
    const { scheduler, clocks, durations, passed, owner } = deadlines(10);
    clocks.start(durations[0]!, owner('a'));
    scheduler.advance(10, { stands: true });

    expect(passed).toEqual(['10:a/10']);
  });
});

test('a duration longer than a timer can be is waited for in parts', () => {
  const longest = 2 ** 31 - 1;
  const { scheduler, clocks, durations, passed, owner } = deadlines(longest + 10);
  clocks.start(durations[0]!, owner('a'));
  scheduler.advance(longest + 9);
  expect(passed).toEqual([]);
  scheduler.advance(1);

  expect(passed).toHaveLength(1);
  expect(scheduler.scheduled).toBe(2);
});

test('whatever is started, stopped and started anew, each clock that runs passes when its duration is over', () => {
  const nth = fc.nat(9);
  const step = fc.oneof(
    fc.record({ does: fc.constant('start' as const), nth, duration: fc.nat(2) }),
    fc.record({ does: fc.constant('stop' as const), nth }),
    fc.record({ does: fc.constant('wait' as const), ms: fc.nat(12) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const { scheduler, clocks, durations, passed, owner } = deadlines(3, 10, 17);
      const owners = Array.from({ length: 10 }, (_, name) => owner(String(name)));
      const running = new Map<number, Clock>();
      const due = new Map<number, { at: number; ms: number }>();
      const expected: string[] = [];
      const wait = (ms: number) => {
        const end = scheduler.elapsed + ms;
        for (const [name, { at, ms: limit }] of due) {
          if (at <= end) {
            expected.push(`${at}:${name}/${limit}`);
            due.delete(name);
          }
        }
        scheduler.advance(ms);
      };
      for (const each of steps) {
        if (each.does === 'wait') {
          wait(each.ms);
        } else if (each.does === 'stop') {
          running.get(each.nth)?.stop();
          due.delete(each.nth);
        } else {
          const duration = durations[each.duration]!;
          running.set(each.nth, clocks.start(duration, owners[each.nth]!, running.get(each.nth)));
          due.set(each.nth, { at: scheduler.elapsed + duration.ms, ms: duration.ms });
        }
      }
      wait(1000);

      expect([...passed].sort()).toEqual(expected.sort());
      expect(passed.map((line) => parseInt(line, 10))).toEqual(
        passed.map((line) => parseInt(line, 10)).sort((a, b) => a - b),
      );
      expect(scheduler.mostArmed).toBeLessThanOrEqual(1);
      expect(scheduler.armed).toBe(0);
    }),
    { numRuns: 300 },
  );
});
