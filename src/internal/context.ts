import type { ItemContext } from '../config.js';

const NAMES: readonly PropertyKey[] = ['attempt', 'signal'] satisfies (keyof ItemContext)[];

const NOT_ABORTED = {};

/** The context of an attempt or a fallback. Its function may keep it for as long as it likes: it leads to nothing else. */
export class AttemptContext implements ItemContext {
  private controller: AbortController | undefined = undefined;
  /** Why it was cancelled, or that it was not. */
  private reason: unknown = NOT_ABORTED;

  constructor(readonly attempt: number) {}

  /** Made when it is first read, so that it costs nothing where it is not. */
  get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController();
      if (this.reason !== NOT_ABORTED) {
        this.controller.abort(this.reason);
      }
    }
    return this.controller.signal;
  }

  abort(reason: unknown): void {
    this.reason = reason;
    this.controller?.abort(reason);
  }

  /** What Node.js prints of it, and of the Proxy that shows it: no signal is made for that. */
  [Symbol.for('nodejs.util.inspect.custom')](): object {
    return { attempt: this.attempt };
  }
}

/**
 * Shows it as `project` is to see it, with properties of its own. A Proxy, since `signal` is made only when it is read, and
 * an object with a getter of its own takes longer to make than all else that is done for an item.
 */
const SHOWN: ProxyHandler<ItemContext> = {
  get: (context, name) => (NAMES.includes(name) ? context[name as keyof ItemContext] : undefined),
  has: (_, name) => NAMES.includes(name),
  ownKeys: () => NAMES as string[],
  getOwnPropertyDescriptor: (context, name) =>
    NAMES.includes(name)
      ? { value: context[name as keyof ItemContext], enumerable: true, configurable: true }
      : undefined,
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
 * `arguments`. Then nothing is made for it, which is quicker.
 */
export function wantsContext(project: (...args: never[]) => unknown): boolean {
  const text = Function.prototype.toString.call(project);
  return !SIMPLE.test(text) || /\barguments\b|\beval\b/.test(text);
}

export const contextOf = (context: AttemptContext): ItemContext => new Proxy<ItemContext>(context, SHOWN);
