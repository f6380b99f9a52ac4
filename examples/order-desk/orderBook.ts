import type { Action } from './actions.js';

/** What is in a book, as it is sent over the network. An action is known by its position in the input. */
export interface Ledger {
  /** In the order in which the actions were entered, refused ones included. */
  readonly entered: readonly number[];
  readonly refused: readonly number[];
  /** The orders that leave the house at the end of the day. */
  readonly shipped: readonly string[];
}

/**
 * The shop's order book. It takes every action at once and remembers nothing it has refused: whoever enters actions must
 * enter those of one order in their order. There are two of them in each run: the service has one, and so has the desk.
 */
export class OrderBook {
  readonly #orders = new Map<string, 'open' | 'cancelled'>();
  /** Whether each action was accepted, by its position. */
  readonly #entered = new Map<number, boolean>();

  /**
   * Enters the action, and returns `false` if it refuses it: a cancellation of an order that is not there. An action that is
   * sent again because the answer was lost is not entered again.
   */
  enter(action: Action, position: number): boolean {
    const isAccepted = this.#entered.get(position) ?? this.#apply(action);
    this.#entered.set(position, isAccepted);
    return isAccepted;
  }

  #apply({ type, order }: Action): boolean {
    if (type === 'cancel' && !this.#orders.has(order)) return false; // if the order comes later, it will be shipped
    this.#orders.set(order, type === 'place' ? 'open' : 'cancelled');
    return true;
  }

  ledger(): Ledger {
    const entries = [...this.#entered];
    const orders = [...this.#orders];
    return {
      entered: entries.map(([position]) => position),
      refused: entries.filter(([, isAccepted]) => !isAccepted).map(([position]) => position),
      shipped: orders.filter(([, state]) => state === 'open').map(([order]) => order),
    };
  }
}

/** What came of a sequence of actions at a book. */
export interface Outcome {
  /** The cancellations it refused because their order was not there. */
  readonly refused: ReadonlySet<Action>;
  /** Orders that were shipped, and that the same actions in their right order would not have shipped. */
  readonly unwanted: readonly string[];
  /** Orders of which an action was entered after one that is behind it in the input. */
  readonly swapped: readonly string[];
}

/** Compares a book with one in which the same actions were entered as they should have been. */
export function settle({ entered, refused, shipped }: Ledger, given: readonly Action[]): Outcome {
  const asItShouldBe = new OrderBook();
  for (const position of [...entered].sort((a, b) => a - b)) asItShouldBe.enter(given[position]!, position);
  const wanted = new Set(asItShouldBe.ledger().shipped);

  const last = new Map<string, number>();
  const swapped = new Set<string>();
  for (const position of entered) {
    const { order } = given[position]!;
    if (position < (last.get(order) ?? 0)) swapped.add(order);
    else last.set(order, position);
  }
  return {
    refused: new Set(refused.map((position) => given[position]!)),
    unwanted: shipped.filter((order) => !wanted.has(order)),
    swapped: [...swapped],
  };
}
