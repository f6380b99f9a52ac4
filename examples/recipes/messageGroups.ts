import {
  concat,
  defer,
  ignoreElements,
  mergeMap,
  of,
  pipe,
  type Observable,
  type ObservableInput,
  type OperatorFunction,
} from 'rxjs';
import { concatMapEager } from 'rxjs-concat-map-eager';

export interface Message {
  readonly id: string;
  /** `MessageGroupId` of SQS. */
  readonly group: string;
}

/** What is done to a message in the end. */
export interface Queue<M> {
  /** `DeleteMessage` of SQS. */
  remove(message: M): ObservableInput<unknown>;
  /** `ChangeMessageVisibility` of SQS, with 0. */
  giveBack(message: M): ObservableInput<unknown>;
}

/**
 * Handles batches of messages: of each group one message after the other, of
 * different groups up to sixteen at once. A message is removed when it has been
 * handled. One that fails is given back, and so is the rest of its group in the
 * batch, unhandled. Emits the messages that are removed.
 */
export function handleGroups<M extends Message>(
  handle: (message: M, signal: AbortSignal) => ObservableInput<unknown>,
  queue: Queue<M>,
): OperatorFunction<readonly M[], M> {
  const giveBack = (message: M) => silently(() => queue.giveBack(message));
  return pipe(
    mergeMap((batch) => {
      const failed = new Set<string>();
      return batch.map((message) => ({ message, failed }));
    }),
    concatMapEager(
      ({ message, failed }, _index, { signal }) =>
        failed.has(message.group)
          ? giveBack(message)
          : concat(
              silently(() => handle(message, signal)),
              silently(() => queue.remove(message)),
              of(message),
            ),
      {
        key: ({ message }) => message.group,
        order: 'key',
        concurrent: 16,
        // Less than the time for which the queue hides what it has given out.
        timeout: 20_000,
        onError: (_error, { value: { message, failed } }) => {
          failed.add(message.group);
          return giveBack(message);
        },
      },
    ),
  );
}

/** Does it, and emits nothing. */
const silently = (act: () => ObservableInput<unknown>): Observable<never> =>
  defer(act).pipe(ignoreElements());
