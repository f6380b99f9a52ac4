import type { Action } from './actions.js';

/**
 * The shop's order book. It takes every action at once and remembers nothing it has refused: whoever calls it must call
 * it in the order of the actions. This is why the desk needs an operator that keeps the order.
 */
export class OrderBook {
  readonly #orders = new Map<string, 'open' | 'cancelled'>();

  /** Enters the action. Returns `false` if it refuses it: a cancellation of an order that is not there. */
  apply(action: Action): boolean {
    if (action.type === 'place') {
      this.#orders.set(action.order, 'open');
    } else if (this.#orders.has(action.order)) {
      this.#orders.set(action.order, 'cancelled');
    } else {
      return false; // if the order comes later, it will be shipped
    }
    return true;
  }

  /** The orders that leave the house at the end of the day: those that are open. */
  shipped(): Set<string> {
    const open = new Set<string>();
    for (const [order, state] of this.#orders) if (state === 'open') open.add(order);
    return open;
  }
}

/** What came of a sequence of actions at the book. */
export interface Outcome {
  /** The cancellations it refused because their order was not there. */
  readonly refused: ReadonlySet<Action>;
  /** Orders that were shipped, and that the same actions in their right order would not have shipped. */
  readonly unwanted: readonly string[];
}

/** Enters the actions as they came out, and compares with the same actions as they should have come out. */
export function settle(cameOut: readonly Action[], inOrder: readonly Action[]): Outcome {
  const book = new OrderBook();
  const refused = new Set(cameOut.filter((action) => !book.apply(action)));
  const asItShouldBe = new OrderBook();
  for (const action of inOrder) asItShouldBe.apply(action);
  const wanted = asItShouldBe.shipped();
  return { refused, unwanted: [...book.shipped()].filter((order) => !wanted.has(order)) };
}
