import type { Run } from './run';

/** A notification of a result: a value of an item, or its end. */
export type Notification =
  | {
      readonly at: number;
      readonly item: number;
      readonly key?: string;
      readonly value: number;
      readonly fallback?: true;
    }
  | { readonly at: number; readonly end: 'complete' | 'cancelled' }
  | { readonly at: number; readonly end: 'error'; readonly message: string };

/** All that came out of a run. */
export function logOf({ items, output, end }: Run): Notification[] {
  const values = output.map(({ at, value: { leg, nth } }) => {
    const { key } = items[leg.index]!;
    return {
      at,
      item: leg.index,
      ...(key && { key: key.name }),
      value: nth,
      ...(leg.kind === 'fallback' && { fallback: true as const }),
    };
  });
  if (end === undefined) return values;
  const { at, how } = end;
  return [...values, how === 'error' ? { at, end: how, message: (end.error as Error).message } : { at, end: how }];
}
