// Each realm has built-in classes of its own. jest runs tests in another realm than Node.js: what Node.js makes there (a
// `structuredClone`, the reason of an aborted signal) is not `instanceof` anything that a test can name.

const ERRORS = ['[object Error]', '[object DOMException]'];

/** Whether a value is an error, of any realm. */
export function isErrorObject(value: unknown): value is Error {
  return value instanceof Error || ERRORS.includes(Object.prototype.toString.call(value));
}

/** `instanceof` a built-in class, of any realm. */
export function isOf<T extends object>(value: object, type: abstract new (...args: never) => T): value is T {
  return value instanceof type || builtInClass(value) === type.name;
}

/** Whether two objects are of one class, realms aside. */
export function haveOneClass(one: object, other: object): boolean {
  if (Object.getPrototypeOf(one) === Object.getPrototypeOf(other)) return true;
  const name = builtInClass(one);
  return name !== undefined && name === builtInClass(other);
}

/** The name of the built-in class that an object is of directly; `undefined` if there is none. */
function builtInClass(value: object): string | undefined {
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype === null || !Object.hasOwn(prototype, 'constructor')) return undefined;
  const { constructor } = prototype as { constructor: unknown };
  const isBuiltIn = typeof constructor === 'function' && String(constructor).endsWith('{ [native code] }');
  return isBuiltIn ? constructor.name : undefined;
}
