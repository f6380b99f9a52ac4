import { turn } from './turn.js';

/**
 * Follows objects until they are collected. What is followed must be made in a function of its own, so that no variable of the
 * test keeps it, and must never be handed to `expect`.
 */
export class Tracker {
  private readonly present = new Map<number, string>();
  private readonly held: unknown[] = [];
  private followed = 0;
  private readonly registry = new FinalizationRegistry<number>((id) => this.present.delete(id));

  /** How many objects are, or have been, followed. */
  get size(): number {
    return this.followed;
  }

  track<O extends object>(name: string, object: O): O {
    const id = this.followed++;
    this.present.set(id, name);
    this.registry.register(object, id);
    return object;
  }

  /** Keeps it for as long as there is this tracker: what somebody else may well hold. */
  hold<O>(object: O): O {
    this.held.push(object);
    return object;
  }

  /** The names of those that garbage collection does not take. */
  async left(): Promise<string[]> {
    // A registry hears of what was collected in a task of its own.
    for (let i = 0; i < 8 && this.present.size > 0; i++) {
      await turn();
      globalThis.gc!();
      await turn();
    }
    return [...this.present.values()];
  }
}

/** Whether garbage collection takes what `ref` points at. A deref keeps its target until the end of the task. */
export async function isCollected(ref: WeakRef<object>): Promise<boolean> {
  for (let i = 0; i < 8; i++) {
    await turn();
    globalThis.gc!();
    if (ref.deref() === undefined) {
      return true;
    }
  }
  return false;
}
