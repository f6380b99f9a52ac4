import type { Key } from './item.js';
import { Queue } from './queue.js';
import { handleRejection } from './rejections.js';
import { hasMethod } from './check.js';
import type { KeyFunction } from './settings.js';
import type { Intake } from './source.js';

/** What asking for keys needs of the loop. */
interface KeyedIntake<T> extends Intake<T> {
  /** Whether values are still received: not any more, once an error has its turn in the output. */
  readonly receives: boolean;
}

/**
 * Stands between the source and the loop, and asks for the key of each value: once, in the order of the source. What the source does
 * while a key is asked for comes after the value whose key it is.
 */
export class KeyAsker<T> implements Intake<T> {
  private index = 0;
  private asking = false;
  private readonly values = new Queue<T>();
  private end: { readonly failure: { readonly error: unknown } | undefined } | undefined = undefined;

  constructor(
    private readonly loop: KeyedIntake<T>,
    private readonly key: KeyFunction<T>,
  ) {}

  receive(value: T): void {
    if (this.asking || this.values.length > 0) {
      this.values.push(value);
      return;
    }
    this.handOver(value);
    while (this.values.length > 0) {
      this.handOver(this.values.shift());
    }
    const { end } = this;
    // Once, although values are received while others are; and not at all where an error has its turn by now.
    this.end = undefined;
    if (end !== undefined && this.loop.receives) {
      this.loop.endSource(end.failure);
    }
  }

  endSource(failure?: { readonly error: unknown }): void {
    if (this.asking || this.values.length > 0) {
      this.end = { failure };
    } else {
      this.loop.endSource(failure);
    }
  }

  private handOver(value: T): void {
    const { loop } = this;
    const key = loop.receives ? this.ask(value) : undefined;
    // The function may have ended everything.
    if (key !== undefined && loop.receives) {
      loop.receive(value, key);
    } else {
      handleRejection(value);
    }
  }

  private ask(value: T): Key {
    const { key: keyOf } = this;
    this.asking = true;
    try {
      const key = keyOf(value, this.index++);
      if (hasMethod(key, 'then')) {
        handleRejection(key);
        throw new TypeError(
          'Expected `key` to return the key itself, got a promise: it would be another key for each value',
        );
      }
      return { key };
    } catch (error) {
      return { failure: { error } };
    } finally {
      this.asking = false;
    }
  }
}
