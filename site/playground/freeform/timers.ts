/** The timers and frames of a scope, counted: nothing is left to happen where none is pending. */
export function countTimers(scope: typeof globalThis): () => number {
  const { setTimeout, setInterval, clearTimeout, clearInterval, requestAnimationFrame, cancelAnimationFrame } = scope;
  const pending = new Set<unknown>();
  // Their numbers are those of timers too.
  const frames = new Set<number>();
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
    requestAnimationFrame: (callback: FrameRequestCallback) => {
      const id = requestAnimationFrame((time) => {
        frames.delete(id);
        callback(time);
      });
      frames.add(id);
      return id;
    },
    cancelAnimationFrame: (id: number) => {
      frames.delete(id);
      cancelAnimationFrame(id);
    },
  });
  return () => pending.size + frames.size;
}
