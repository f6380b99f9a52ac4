/** Nothing that is fast and wrong counts: what a run emits goes through here. */
import type { Observable } from 'rxjs';

export type Order = 'in order' | 'in any order';

/** Sees the values of a run, which are to be 0, 1, 2 and so on. It does the same work whether the order is asked for or not. */
export class Check {
  private seen = 0;
  private isOrdered = true;

  constructor(
    private readonly count: number,
    private readonly order: Order,
  ) {}

  next(value: number): void {
    this.isOrdered &&= value === this.seen;
    this.seen++;
  }

  end(): void {
    if (this.seen !== this.count) {
      throw new Error(`Expected ${this.count} values, got ${this.seen}`);
    }
    if (this.order === 'in order' && !this.isOrdered) {
      throw new Error('Expected the values in order, got them in another');
    }
  }
}

/** Subscribes, lets `then` do what makes the inners go on, and resolves when all has come and was right. */
export function drain(observable: Observable<number>, count: number, order: Order, then?: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const check = new Check(count, order);
    observable.subscribe({
      next: (value) => check.next(value),
      error: reject,
      complete: () => {
        try {
          check.end();
          resolve();
        } catch (error) {
          reject(error);
        }
      },
    });
    then?.();
  });
}

/** The same for what is iterated. */
export async function drainAsync(iterable: AsyncIterable<number>, count: number, order: Order): Promise<void> {
  const check = new Check(count, order);
  for await (const value of iterable) check.next(value);
  check.end();
}
