/** The timers of a scope, counted: nothing is left to happen where none is pending. */
export function countTimers(scope: typeof globalThis): () => number {
  const { setTimeout, setInterval, clearTimeout, clearInterval } = scope;
  const pending = new Set<unknown>();
  const clear = (id?: number) => {
    pending.delete(id);
    clearTimeout(id);
    clearInterval(id);
  };
  const bind = (handler: unknown, args: unknown[]) => {
    if (typeof handler !== 'function') throw new TypeError('Expected a timer to call a function');
    return () => Reflect.apply(handler, scope, args) as unknown;
  };
  Object.assign(scope, {
    setTimeout: (handler: unknown, delay?: number, ...args: unknown[]) => {
      const run = bind(handler, args);
      const id: unknown = setTimeout(() => {
        pending.delete(id);
        run();
      }, delay);
      pending.add(id);
      return id;
    },
    setInterval: (handler: unknown, delay?: number, ...args: unknown[]) => {
      const id: unknown = setInterval(bind(handler, args), delay);
      pending.add(id);
      return id;
    },
    clearTimeout: clear,
    clearInterval: clear,
  });
  return () => pending.size;
}
