import { noop } from 'rxjs';
import { ignoreErrors, isNodeStream } from './reader.js';

/**
 * Keeps a promise that is not listened to (yet, or ever) from becoming an unhandled rejection. Other thenables are not
 * touched, since some start their work when `then` is called; nor is the `then` that a subclass of `Promise` may bring. The
 * tag, and not only `instanceof`, since promises come from other realms and from zone.js.
 */
export function handleRejection(value: unknown): void {
  if (typeof value !== 'object' || value === null) {
    return;
  }
  try {
    if (value instanceof Promise) {
      void Promise.prototype.then.call(value, undefined, noop);
    } else if (tagOf(value) === '[object Promise]') {
      (value as Promise<unknown>).then(undefined, noop);
    }
  } catch {
    // It only claims to be a promise, or cannot be derived from: there is nothing to handle.
  }
}

/**
 * The promises and Node streams of an array or a `Set` are there before it is their turn, and may fail before it is. Other
 * iterables cannot be looked through: that would consume them, or run somebody's code.
 */
export function handleRejections(inputs: unknown): void {
  try {
    if (Array.isArray(inputs)) {
      inputs.forEach(lookAfter);
    } else if (tagOf(inputs) === '[object Set]') {
      Set.prototype.forEach.call(inputs as Set<unknown>, lookAfter);
    }
  } catch {
    // It only claims to be a `Set`, or an element throws when it is looked at.
  }
}

/** Has a promise or a Node stream that nobody observes not end the process by an error. */
export function lookAfter(input: unknown): void {
  handleRejection(input);
  if (isNodeStream(input)) {
    ignoreErrors(input);
  }
}

const tagOf = (value: unknown): string => Object.prototype.toString.call(value);
