import { describe, expect, test } from 'vitest';
import { failureOf, POLICY_NAMES, policyOf, type Consequences } from '../../src/internal/policies.js';

interface FailedItem {
  readonly index: number;
}

/** A loop that only writes down what a policy asks of it. */
class Asked implements Consequences<FailedItem> {
  readonly log: unknown[][] = [];

  failInOrder(...given: unknown[]): void {
    this.log.push(['failInOrder', ...given]);
  }
  failNow(...given: unknown[]): void {
    this.log.push(['failNow', ...given]);
  }
  failAtEnd(...given: unknown[]): void {
    this.log.push(['failAtEnd', ...given]);
  }
  endFailed(...given: unknown[]): void {
    this.log.push(['endFailed', ...given]);
  }
  continueWithFallback(...given: unknown[]): void {
    this.log.push(['continueWithFallback', ...given]);
  }
}

test('are these, by name', () => {
  expect(POLICY_NAMES).toEqual(['in-order', 'immediate', 'at-end', 'skip']);
});

describe('what a policy asks of the loop', () => {
  const item: FailedItem = { index: 3 };
  const atEnd = [['failAtEnd', Infinity, 'bad']];

  test.each([
    ['in-order', [['failInOrder', item, 'bad']], atEnd],
    ['immediate', [['failNow', 'bad', item]], [['failNow', 'bad']]],
    [
      'at-end',
      [
        ['failAtEnd', 3, 'bad'],
        ['endFailed', item, 'bad'],
      ],
      atEnd,
    ],
    ['skip', [['endFailed', item, 'bad']], atEnd],
    [() => undefined, [['continueWithFallback', item, 'bad']], atEnd],
  ] as const)('%s', (onError, ofItem, ofSource) => {
    const [asked, askedOfSource] = [new Asked(), new Asked()];
    policyOf(onError).ofItem(asked, item, 'bad');
    policyOf(onError).ofSource(askedOfSource, 'bad');

    expect(asked.log).toEqual(ofItem);
    expect(askedOfSource.log).toEqual(ofSource);
  });
});

describe('what failures make of the end', () => {
  test('nothing, where there are none', () => {
    expect(failureOf([])).toBe(undefined);
  });

  test('the one that there is, as it is', () => {
    const error = new AggregateError([1, 2]);
    expect(failureOf([{ index: 1, error }])!.error).toBe(error);
    expect(failureOf([{ index: 0, error: undefined }])).toEqual({ index: 0, error: undefined });
  });

  test('an AggregateError of several in source order, that of the source last, none flattened', () => {
    const nested = new AggregateError([1, 2]);
    const { error } = failureOf([
      { index: Infinity, error: 'source' },
      { index: 7, error: undefined },
      { index: 2, error: nested },
    ]) as { error: AggregateError };

    expect(error).toBeInstanceOf(AggregateError);
    expect(error.errors).toEqual([nested, undefined, 'source']);
    expect(error.message).toBe('3 failures, in source order');
  });
});
