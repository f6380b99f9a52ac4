import type { ObservableInput } from 'rxjs';
import { concatMapEagerFrom } from 'rxjs-concat-map-eager';

export interface PolledQueue<M> {
  /** Waits a while for messages, and gives those that have come, or none. */
  receive(signal: AbortSignal): Promise<readonly M[]>;
  /** Without it, the queue gives the message again after some time. */
  remove(message: M): Promise<unknown>;
}

/**
 * Handles eight messages at once, and removes them in order. One that fails is
 * left to the queue. When `stop` emits, nothing more is received: the promise
 * is fulfilled when all that was read has been handled and removed.
 */
export async function handleQueue<M>(
  queue: PolledQueue<M>,
  handle: (message: M, signal: AbortSignal) => Promise<unknown>,
  stop: ObservableInput<unknown>,
): Promise<void> {
  async function* messages({ signal }: { signal: AbortSignal }) {
    while (!signal.aborted) yield* await queue.receive(signal);
  }

  const handled = concatMapEagerFrom(
    messages,
    async (message, _index, { signal }) => {
      await handle(message, signal);
      return message;
    },
    {
      concurrent: 8,
      reorderWindow: 32,
      timeout: 30_000,
      onError: 'skip',
      until: stop,
    },
  );
  for await (const message of handled) await queue.remove(message);
}
