import type { OnErrorPolicy } from '../config.js';

/** What a policy asks of the loop. `I` is the loop's item, of which a policy knows only its index. */
export interface Consequences<I extends { readonly index: number }> {
  /** The error takes the item's turn in the output, and whatever comes later in the order is cancelled. */
  failInOrder(item: I, error: unknown): void;
  /** The result fails now, ahead of what is still to come. */
  failNow(error: unknown, item?: I): void;
  /** The result ends with this error, and with the others that are kept, when all is emitted. */
  failAtEnd(index: number, error: unknown): void;
  /** The item ends with what it has emitted; all others go on. */
  endFailed(item: I, error: unknown): void;
  /** What the `onError` function returns continues the item. */
  continueWithFallback(item: I, error: unknown): void;
}

/** What an error does to the result. */
export interface Policy {
  /** The error of an item, after its retries. */
  ofItem<I extends { readonly index: number }>(loop: Consequences<I>, item: I, error: unknown): void;
  /** The source's own error. */
  ofSource(loop: Consequences<never>, error: unknown): void;
}

/** The source's error comes after all items. */
const sourceComesLast: Policy['ofSource'] = (loop, error) => loop.failAtEnd(Infinity, error);

/** A policy is an entry here, and its TSDoc at `OnErrorPolicy`. */
const POLICIES: Record<OnErrorPolicy, Policy> = {
  'in-order': {
    ofItem: (loop, item, error) => loop.failInOrder(item, error),
    ofSource: sourceComesLast,
  },
  immediate: {
    ofItem: (loop, item, error) => loop.failNow(error, item),
    ofSource: (loop, error) => loop.failNow(error),
  },
  'at-end': {
    ofItem: (loop, item, error) => {
      loop.failAtEnd(item.index, error);
      loop.endFailed(item, error);
    },
    ofSource: sourceComesLast,
  },
  skip: {
    ofItem: (loop, item, error) => loop.endFailed(item, error),
    ofSource: sourceComesLast,
  },
};

/** The policy of an `onError` function. */
const FALLBACK: Policy = {
  ofItem: (loop, item, error) => loop.continueWithFallback(item, error),
  ofSource: sourceComesLast,
};

export const POLICY_NAMES = Object.keys(POLICIES) as OnErrorPolicy[];

export const policyOf = (onError: OnErrorPolicy | ((...args: never[]) => unknown)): Policy =>
  typeof onError === 'function' ? FALLBACK : POLICIES[onError];

/** An error and its turn in the output: the index of its item, or `Infinity` for the source's own. */
export interface Failure {
  readonly index: number;
  readonly error: unknown;
}

/**
 * What the failures that were kept make of the result's end: the error that it ends with, in a box since an error may be
 * `undefined`; or `undefined`, where it completes.
 */
export function failureOf(failures: Failure[]): { readonly error: unknown } | undefined {
  if (failures.length < 2) {
    return failures[0];
  }
  const errors = failures.sort((a, b) => a.index - b.index).map(({ error }) => error);
  return { error: new AggregateError(errors, `${errors.length} failures, in source order`) };
}
