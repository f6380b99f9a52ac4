import { AsyncLocalStorage } from 'node:async_hooks';
import { beforeEach, describe, expect, test, vi } from 'vitest';

type Module = typeof import('../../src/internal/asyncContext.js');

/** What a platform has that is like Node.js: `held` is what its contexts keep in symbols. */
function platform(...held: [name: string, value: unknown][]) {
  let made = 0;
  class AsyncResource {
    constructor() {
      made++;
      held.forEach(([name, value]) => ((this as Record<symbol, unknown>)[Symbol(name)] = value));
    }
    runInAsyncScope(work: () => void) {
      work();
    }
  }
  return { held, made: () => made, load: () => loadWith(() => ({ AsyncResource })) };
}

const load = (): Promise<Module> => import('../../src/internal/asyncContext.js');

/** Loads the module where `process` has that method. */
async function loadWith(getBuiltinModule: unknown): Promise<Module> {
  vi.stubGlobal('process', Object.create(process, { getBuiltinModule: { value: getBuiltinModule } }));
  return load().finally(() => vi.unstubAllGlobals());
}

beforeEach(() => void vi.resetModules());

const IDS: [string, number][] = [
  ['async_id_symbol', 1],
  ['trigger_async_id_symbol', 0],
];

describe('the present context', () => {
  test('is none where the platform has no such thing', async () => {
    for (const getBuiltinModule of [undefined, () => undefined]) {
      vi.resetModules();
      const { presentContext, runIn } = await loadWith(getBuiltinModule);
      expect(presentContext(0)).toBeUndefined();
      const work = vi.fn();
      runIn(undefined, work);
      expect(work).toHaveBeenCalledOnce();
    }
  });

  test('is none where there is no `process`, as in browsers', async () => {
    vi.stubGlobal('process', undefined);
    const { presentContext } = await load().finally(() => vi.unstubAllGlobals());
    expect(presentContext(0)).toBeUndefined();
  });

  test.each<[what: string, held: [string, unknown][]]>([
    ['nothing but its ids', []],
    ['a store without a value', [['kResourceStore', undefined]]],
    ['a frame without a value', [['context_frame', undefined]]],
  ])('is looked for a thousand times, and then once in a millisecond, while it holds %s', async (_, held) => {
    const { made, load } = platform(...IDS, ...held);
    const { presentContext } = await load();
    const times = [...Array<number>(1000).fill(0), 0, 0, 1, 1];
    expect(new Set(times.map(presentContext))).toEqual(new Set([undefined]));
    expect(made()).toBe(1001);
  });

  test('is kept each time from the first one on that holds something', async () => {
    const { held, load } = platform(...IDS);
    const { presentContext } = await load();
    expect(presentContext(0)).toBeUndefined();
    held.push(['kResourceStore', 'a']);
    expect(presentContext(0)).toBeDefined();
    held.pop();
    expect(presentContext(0)).toBeDefined();
  });

  test('is a zone as well, where there is zone.js', async () => {
    const { presentContext, runIn } = await loadWith(undefined);
    let current: string | undefined = undefined;
    const zone = { run: (work: () => void) => ((current = 'zone'), work(), (current = undefined)) };
    vi.stubGlobal('Zone', { current: zone });
    const context = presentContext(0);
    vi.unstubAllGlobals();
    let seen;
    runIn(context, () => (seen = current));
    expect(seen).toBe('zone');
  });

  test('is kept each time where nobody can tell whether it holds something', async () => {
    const { made, load } = platform();
    const { presentContext } = await load();
    expect([0, 0].map(presentContext)).not.toContain(undefined);
    expect(made()).toBe(2);
  });

  test('is that of Node.js', async () => {
    const { presentContext, runIn } = await load();
    const storage = new AsyncLocalStorage<string>();
    const context = storage.run('a', () => presentContext(0));
    let store;
    runIn(context, () => (store = storage.getStore()));
    expect(store).toBe('a');
  });
});
