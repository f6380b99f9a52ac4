import { noop } from 'rxjs';

/**
 * Keeps a promise that is not listened to (yet, or ever) from becoming an unhandled rejection. Other thenables are not
 * touched, since some start their work when `then` is called; and so are subclasses of `Promise` that bring a `then` of
 * their own. The tag, and not only `instanceof`, since promises come from other realms and from zone.js.
 */
export function handleRejection(value: unknown): void {
  if (typeof value !== 'object' || value === null) {
    return;
  }
  if (value instanceof Promise ? hasOwnThen(value) : Object.prototype.toString.call(value) !== '[object Promise]') {
    return;
  }
  try {
    (value as Promise<unknown>).then(undefined, noop);
  } catch {
    // It only claims to be a promise: there is nothing to handle.
  }
}

const hasOwnThen = (promise: Promise<unknown>) => promise.then !== Promise.prototype.then;
