type Work = () => void;

/** What the `AsyncLocalStorage`s of Node.js hold for the code that runs at some moment. */
interface AsyncResource {
  runInAsyncScope(work: Work): void;
}

/** The same for zone.js. */
interface Zone {
  run(work: Work): void;
}

/** Where some code runs: what it does is attributed to a request, or to a zone. */
export interface AsyncContext {
  readonly resource: AsyncResource | undefined;
  readonly zone: Zone | undefined;
}

/** Looked at anew each time: zone.js may be loaded later. */
const globals = globalThis as {
  Zone?: { readonly current?: Zone };
  process?: { getBuiltinModule?(name: string): { AsyncResource: new (name: string) => AsyncResource } | undefined };
};

/** Without an import, so that other platforms need nothing. Node.js has it from 20.16 on. */
const Resource = globals.process?.getBuiltinModule?.('node:async_hooks')?.AsyncResource;

/** Whether a context has been seen in this program; until then, how often, and when last, one was looked for. */
let inUse = false;
let looks = 0;
let lookedAt: number | undefined = undefined;

/** How many looks are taken before they are taken once in a millisecond. */
const MANY = 1000;

/**
 * The present context, where there is one. To look for one takes about 0.1 microseconds. So where none has been seen in a thousand
 * looks, it is looked for only once in each millisecond.
 */
export function presentContext(now: number): AsyncContext | undefined {
  const zone = globals.Zone?.current;
  const resource = presentResource(now);
  return zone === undefined && resource === undefined ? undefined : { zone, resource };
}

function presentResource(now: number): AsyncResource | undefined {
  if (Resource === undefined || (!inUse && looks >= MANY && now === lookedAt)) {
    return undefined;
  }
  looks++;
  lookedAt = now;
  const resource = new Resource('concatMapEager');
  inUse ||= holdsSomething(resource);
  return inUse ? resource : undefined;
}

/** Node.js keeps what a context holds in symbols, beside those of two ids. Where there are no symbols, nobody can tell. */
function holdsSomething(resource: object): boolean {
  const symbols = Object.getOwnPropertySymbols(resource);
  const isStore = (symbol: symbol) => !String(symbol).includes('_id_symbol');
  const isHeld = (symbol: symbol) => (resource as Record<symbol, unknown>)[symbol] !== undefined;
  return symbols.length === 0 || symbols.some((symbol) => isStore(symbol) && isHeld(symbol));
}

export function runIn(context: AsyncContext | undefined, work: Work): void {
  const { zone, resource } = context ?? {};
  const inZone = zone === undefined ? work : () => zone.run(work);
  if (resource === undefined) {
    inZone();
  } else {
    resource.runInAsyncScope(inZone);
  }
}
