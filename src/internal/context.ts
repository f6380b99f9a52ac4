import type { ItemContext } from '../config.js';

const NAMES: readonly PropertyKey[] = ['attempt', 'signal'] satisfies (keyof ItemContext)[];

/**
 * Shows of a run what its user is to see, as properties of its own. A Proxy, since `signal` is made only when it is read, and
 * an object with a getter of its own takes longer to make than all else that is done for an item.
 */
const SHOWN: ProxyHandler<ItemContext> = {
  get: (run, name) => (NAMES.includes(name) ? run[name as keyof ItemContext] : undefined),
  has: (_, name) => NAMES.includes(name),
  ownKeys: () => NAMES as string[],
  getOwnPropertyDescriptor: (run, name) =>
    NAMES.includes(name) ? { value: run[name as keyof ItemContext], enumerable: true, configurable: true } : undefined,
  getPrototypeOf: () => Object.prototype,
  set: () => false,
  defineProperty: () => false,
  deleteProperty: () => false,
};

/**
 * Whether `project` may want its third argument. A function that declares one or two parameters gets the run itself, which is
 * quicker: it has the same `attempt` and `signal`, should somebody read `arguments[2]`.
 */
export const wantsContext = ({ length }: (...args: never[]) => unknown): boolean => length === 0 || length > 2;

export const contextOf = (run: ItemContext): ItemContext => new Proxy(run, SHOWN);
