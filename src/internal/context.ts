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

/** A parameter without a default and without a rest in it. */
const PARAMETER = String.raw`\s*(?:[\w$]+|\{[\w$\s,:]*\}|\[[\w$\s,]*\])\s*`;

/** The text of a function, an arrow function or a method that has one or two such parameters. */
const SIMPLE = new RegExp(
  String.raw`^(?:async\b)?\s*(?:function\b)?\s*\*?\s*[\w$]*\s*(?:=>|\(${PARAMETER}(?:,${PARAMETER})?,?\s*\))`,
);

/**
 * Whether `project` may want its third argument: not if it has but one or two parameters, without a default or a rest, and no
 * `arguments`. Then it gets the run itself, which is quicker, and sees nothing of it.
 */
export function wantsContext(project: (...args: never[]) => unknown): boolean {
  const text = Function.prototype.toString.call(project);
  return !SIMPLE.test(text) || /\barguments\b|\beval\b/.test(text);
}

export const contextOf = (run: ItemContext): ItemContext => new Proxy(run, SHOWN);
