/** What the `AsyncLocalStorage`s of Node.js hold for the code that runs at some moment. */
export interface AsyncContext {
  runInAsyncScope(work: () => void): void;
}

type AsyncContextClass = new (name: string) => AsyncContext;

/** Without an import, so that other platforms need nothing. Node.js has it from 20.16 on. */
const AsyncResource = (
  globalThis as {
    process?: { getBuiltinModule?(name: string): { AsyncResource: AsyncContextClass } | undefined };
  }
).process?.getBuiltinModule?.('node:async_hooks')?.AsyncResource;

/** Whether a context has been seen in this program. */
let inUse = false;
/** When one was looked for last. */
let lookedAt: number | undefined = undefined;

/**
 * The present context, where there is one. To keep one takes about 0.1 microseconds: so while none has been seen yet, this
 * looks for one only once in each millisecond.
 */
export function presentContext(now: number): AsyncContext | undefined {
  if (AsyncResource === undefined || (!inUse && now === lookedAt)) {
    return undefined;
  }
  lookedAt = now;
  const context = new AsyncResource('concatMapEager');
  inUse ||= holdsSomething(context);
  return inUse ? context : undefined;
}

/** Node.js keeps what a context holds in symbols, beside those of two ids. Where there are no symbols, nobody can tell. */
function holdsSomething(context: object): boolean {
  const symbols = Object.getOwnPropertySymbols(context);
  const isStore = (symbol: symbol) => !String(symbol).includes('_id_symbol');
  const isHeld = (symbol: symbol) => (context as Record<symbol, unknown>)[symbol] !== undefined;
  return symbols.length === 0 || symbols.some((symbol) => isStore(symbol) && isHeld(symbol));
}

export function runIn(context: AsyncContext | undefined, work: () => void): void {
  if (context === undefined) {
    work();
  } else {
    context.runInAsyncScope(work);
  }
}
