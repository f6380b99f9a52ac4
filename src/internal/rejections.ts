import { noop } from 'rxjs';

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
    } else if (Object.prototype.toString.call(value) === '[object Promise]') {
      (value as Promise<unknown>).then(undefined, noop);
    }
  } catch {
    // It only claims to be a promise, or cannot be derived from: there is nothing to handle.
  }
}
