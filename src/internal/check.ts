import { show } from './show.js';

/**
 * Throws unless `valid`, and says what was expected and what came.
 *
 * @throws TypeError, or what `Mistake` is
 */
export function check(
  valid: boolean,
  name: string,
  rule: string,
  value: unknown,
  Mistake: ErrorConstructor = TypeError,
): void {
  if (!valid) {
    throw new Mistake(`Expected \`${name}\` to be ${rule}, got ${show(value)}`);
  }
}

/** Like {@link check}, for what has to be a number: one that is out of range is a `RangeError`. */
export function checkNumber(name: string, rule: string, value: unknown, valid: (number: number) => boolean): void {
  const isNumber = typeof value === 'number';
  check(isNumber && valid(value), name, rule, value, isNumber ? RangeError : TypeError);
}

/**
 * Throws unless the number is an integer from `lowest` and up, or `Infinity`.
 *
 * @param others - what else it might have been than a number
 */
export function checkCount(name: string, lowest: number, value: number, others = ''): void {
  const rule = `an integer from ${lowest} and up or \`Infinity\`${typeof value === 'number' ? '' : others}`;
  checkNumber(name, rule, value, (n) => n >= lowest && (Number.isInteger(n) || n === Infinity));
}

/**
 * Reads the options of an object, each once: those that it has itself, by its class, or by the object that it was created from.
 * What somebody has put on `Object.prototype` does not count.
 *
 * @throws TypeError for anything that is not an object of options, and for an unknown option: it must not silently do nothing
 */
export function readOptions<O extends object>(
  name: string,
  given: O,
  rule: string,
  known: readonly (keyof O & string)[],
): O {
  const holders = holdersOf(given);
  const held = known.filter((key) => holders.some((holder) => has(holder, key)));
  check(holders.length > 0 && holdsOptions(given, held), name, rule, given);
  for (const holder of holders) {
    // A class has methods as well.
    const keys = holder !== given && has(holder, 'constructor') ? [] : Object.keys(holder);
    const unknown = keys.find((key) => !known.includes(key as keyof O & string));
    if (unknown !== undefined) {
      throw new TypeError(`Unknown option \`${unknown}\` in \`${name}\`. ${hintFor(unknown, known)}`);
    }
  }
  const options = Object.create(null) as O;
  for (const key of held) {
    options[key] = given[key];
  }
  return options;
}

/** An object and its prototypes, except for `Object.prototype`, of whichever realm; none for any other value. */
function holdersOf(value: unknown): object[] {
  const holders: object[] = [];
  let holder = typeof value === 'object' ? value : null;
  while (holder !== null) {
    const next = Object.getPrototypeOf(holder) as object | null;
    if (next === null && has(holder, 'isPrototypeOf')) {
      break;
    }
    holders.push(holder);
    holder = next;
  }
  return holders;
}

/**
 * Whether it is an object that is meant to hold options. Promises, Observables, iterables and built-in objects, which are tagged,
 * are not; but a user's class, or a module, may be tagged too, and is known by what it holds.
 */
function holdsOptions(given: object, held: readonly unknown[]): boolean {
  const isInput = ['then', 'subscribe', Symbol.iterator, Symbol.asyncIterator].some(
    (name) => typeof (given as Record<PropertyKey, unknown>)[name] === 'function',
  );
  const isTagged = Object.prototype.toString.call(given) !== '[object Object]';
  return !isInput && (!isTagged || held.length > 0);
}

const has = (holder: object, key: PropertyKey) => Object.prototype.hasOwnProperty.call(holder, key);

/** `` `a`, `b` or `c` `` */
export function list(names: readonly string[]): string {
  const quoted = names.map((name) => `\`${name}\``);
  return `${quoted.slice(0, -1).join(', ')} or ${quoted.slice(-1).join()}`;
}

function hintFor(unknown: string, known: readonly string[]): string {
  const distances = known.map((name) => distance(unknown.toLowerCase(), name.toLowerCase()));
  const least = Math.min(...distances);
  return least < Infinity ? `Did you mean \`${known[distances.indexOf(least)]!}\`?` : `Expected ${list(known)}`;
}

/**
 * How many edits (of Levenshtein) make the name of the word: at most half of its length. Beyond that, a word that contains the name
 * or is contained in it comes after all that are near, and any other is infinitely far.
 */
function distance(word: string, name: string): number {
  let row = Array.from({ length: name.length + 1 }, (_, j) => j);
  for (let i = 1; i <= word.length; i++) {
    const above = row;
    row = [i];
    for (let j = 1; j <= name.length; j++) {
      const replaced = above[j - 1]! + (word[i - 1] === name[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, above[j]! + 1, row[j - 1]! + 1));
    }
  }
  const edits = row[name.length]!;
  return edits <= word.length / 2 || word.includes(name) || name.includes(word) ? edits : Infinity;
}

/** Whether `value` has a method of that name, without which `from` would not take it for what it stands for. */
export function hasMethod(value: unknown, name: PropertyKey): boolean {
  return typeof (value as Record<PropertyKey, unknown> | null | undefined)?.[name] === 'function';
}
