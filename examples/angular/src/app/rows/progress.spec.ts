import { of, Subject } from 'rxjs';
import { concatMapEager, type MonitorEvent } from 'rxjs-concat-map-eager';
import { checkRun } from 'rxjs-concat-map-eager/testing';
import { beforeEach, describe, expect, test } from 'vitest';
import { Progress } from './progress';

describe('Progress', () => {
  let progress: Progress;
  let answers: Map<string, Subject<string>>;
  beforeEach(() => {
    progress = new Progress();
    answers = new Map();
    events = [];
  });
  let events: MonitorEvent<string>[];
  const config = {
    concurrent: 3,
    monitor: (event: MonitorEvent<string>) => {
      progress.follow(event);
      events.push(event);
    },
    onError: () => of('instead'),
  };
  const run = (...names: string[]) =>
    of(...names)
      .pipe(
        concatMapEager((name) => {
          const answer = new Subject<string>();
          answers.set(name, answer);
          return answer;
        }, config),
      )
      .subscribe();
  const answer = (name: string) => {
    answers.get(name)!.next(name);
    answers.get(name)!.complete();
  };
  const fail = (name: string) => answers.get(name)!.error('unavailable');
  const ahead = () =>
    progress.ahead().map(({ index, state }) => `${index} ${state}`);

  test('has what is ahead of the result, from the head on', () => {
    run('a', 'b', 'c', 'd');
    expect(progress.counts()).toEqual({ waiting: 1, active: 3, parked: 0 });
    answer('b');
    fail('c');
    expect(progress.counts()).toEqual({ waiting: 0, active: 2, parked: 2 });
    expect(ahead()).toEqual(['0 active', '1 parked', '2 failed', '3 active']);
    expect(progress.running()).toBe(true);
    answer('a');
    expect(ahead()).toEqual(['3 active']);
    answer('d');
    expect(ahead()).toEqual([]);
    expect(progress.running()).toBe(false);
    expect(checkRun(events, config)).toEqual([]);
  });

  test('has nothing ahead when the result is unsubscribed', () => {
    const subscription = run('a', 'b', 'c', 'd', 'e');
    answer('b');
    fail('c');
    expect(ahead()).toHaveLength(5);
    subscription.unsubscribe();
    expect(ahead()).toEqual([]);
    expect(progress.counts()).toEqual({ waiting: 0, active: 0, parked: 0 });
    expect(progress.running()).toBe(false);
    expect(checkRun(events, config)).toEqual([]);
  });

  test('has nothing ahead when the result fails', () => {
    const head = new Subject<string>();
    of(head, of('b'))
      .pipe(concatMapEager((inner) => inner, { monitor: progress.follow }))
      .subscribe({ error: () => undefined });
    expect(ahead()).toEqual(['0 active', '1 parked']);
    head.error('unavailable');
    expect(ahead()).toEqual([]);
    expect(progress.running()).toBe(false);
  });
});
