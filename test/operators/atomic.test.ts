import { EMPTY, of, Subject, take, throwError, type Observable } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { concatMapEager, type ConcatMapEagerConfig } from '../../src/index.js';
import { record } from '../support/record.js';
import { inVirtualTime, timed } from '../support/virtualTime.js';

/** What is heard of atomic items with the given inners. */
const atomic = (inners: string[], config: ConcatMapEagerConfig<string, string> = {}) =>
  timed(({ cold }) => of(...inners).pipe(concatMapEager((inner) => cold(inner), { atomic: true, ...config })));

describe('an atomic item', () => {
  test('frees its slot when it ends, and then the next one is started', () => {
    expect(atomic(['-a-b|', '-c-d|'], { concurrent: 1 })).toBe('4:a 4:b 8:c 8:d 8:|');
  });

  test('emits what has completed though the stream fails later', () => {
    expect(atomic(['-a-b|', '-c---d--#', '-e|'])).toBe('4:a 4:b 8:#error');
  });

  test.each([
    ['in-order', '3:a 5:#error'],
    ['immediate', '3:a 5:#error'],
    ['at-end', '3:a 5:d 5:#error'],
    ['skip', '3:a 5:d 5:|'],
  ] as const)("that fails leaves nothing: '%s'", (onError, expected) => {
    expect(atomic(['--a|', '-b-c-#', '-d|'], { onError })).toBe(expected);
  });

  test.each([
    ['in-order', '9:a 9:#error'],
    ['immediate', '5:#error'],
    ['at-end', '9:a 9:d 9:#error'],
    ['skip', '9:a 9:d 9:|'],
  ] as const)("that fails behind the head leaves nothing: '%s'", (onError, expected) => {
    expect(atomic(['--a------|', '-b-c-#', '-d|'], { onError })).toBe(expected);
  });

  test('that passes a time limit leaves nothing', () => {
    expect(atomic(['-a-b-c', '-d|'], { timeout: 5, onError: 'skip' })).toBe('5:d 5:|');
    expect(atomic(['-a---------b|', '-d|'], { timeout: { blocking: 5 }, onError: 'skip' })).toBe('7:d 7:|');
  });

  test('that is replaced by a fallback leaves nothing of its own', () => {
    expect(atomic(['-a-b-#', '-d|'], { onError: () => of('f', 'g') })).toBe('5:f 5:g 5:d 5:|');
    expect(atomic(['-a-b-#', '-d|'], { onError: () => EMPTY })).toBe('5:d 5:|');
  });

  test('whose fallback fails leaves nothing of either', () => {
    inVirtualTime(({ cold, record, flush }) => {
      const fallback = cold('-f-g-#', undefined, new Error('worse'));
      const seen = record(
        of('-a-#', '-d|').pipe(concatMapEager((inner) => cold(inner), { atomic: true, onError: () => fallback })),
      );
      flush();
      expect(seen.log).toEqual(['8:#worse']);
    });
  });

  test('has an atomic fallback: it too emits only when it has completed', () => {
    const run = (config: ConcatMapEagerConfig<string, string>) =>
      timed(({ cold }) =>
        of('-#', '-d|').pipe(concatMapEager((inner) => cold(inner), { ...config, onError: () => cold('-f-g-|') })),
      );
    expect(run({ atomic: true })).toBe('6:f 6:g 6:d 6:|');
    expect(run({ atomic: false })).toBe('2:f 4:g 6:d 6:|');
  });

  test('that is tried again emits the values of its last attempt only', () => {
    const attempts = ['-a-b#', '-c#', '-d-e|'];
    const run = (config: ConcatMapEagerConfig<number>, first = '|') =>
      timed(({ cold }) =>
        of(0, 1).pipe(
          concatMapEager((n, _, { attempt }) => cold(n === 0 ? first : attempts[attempt - 1]!), {
            retry: 2,
            ...config,
          }),
        ),
      );
    expect(run({ atomic: true })).toBe('10:d 10:e 10:|');
    expect(run({ atomic: true }, '-----------|')).toBe('11:d 11:e 11:|');
    expect(run({ atomic: true, retry: { count: 2, delay: 5 } })).toBe('20:d 20:e 20:|');
    expect(run({ atomic: false })).toBe('1:a 3:b 5:c 7:d 9:e 10:|');
  });

  test('tells a fallback that nothing was emitted', () => {
    const emitted: number[] = [];
    const fail = (): Observable<never> => throwError(() => new Error('boom'));
    const onError = (_: unknown, item: { emitted: number }) => {
      emitted.push(item.emitted);
      return EMPTY;
    };
    const inner = new Subject<string>();
    record(of(0, 1).pipe(concatMapEager((n) => (n === 0 ? inner : fail()), { atomic: true, onError })));
    inner.next('a');
    inner.error(new Error('boom'));
    expect(emitted).toEqual([0, 0]);
  });

  test('lets a consumer stop in the middle of what it emits', () => {
    const inner = new Subject<string>();
    const seen = record(
      of(0).pipe(
        concatMapEager(() => inner, { atomic: true }),
        take(2),
      ),
    );
    ['a', 'b', 'c'].forEach((value) => {
      inner.next(value);
    });
    expect(seen.heard).toEqual([]);
    inner.complete();
    expect(seen.heard).toEqual(['a', 'b', '|']);
  });
});
