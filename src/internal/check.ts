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

/** Throws unless the number is an integer from `lowest` and up, or `Infinity`. */
export function checkCount(name: string, lowest: number, value: number): void {
  const rule = `an integer from ${lowest} and up or \`Infinity\``;
  checkNumber(name, rule, value, (n) => n >= lowest && (Number.isInteger(n) || n === Infinity));
}

/** Throws unless `value` is an object whose keys are all known: a misspelt option must not silently do nothing. */
export function checkOptions(name: string, value: unknown, rule: string, known: readonly string[]): void {
  check(typeof value === 'object' && value !== null && !Array.isArray(value), name, rule, value);
  for (const key of Object.keys(value as object)) {
    if (!known.includes(key)) {
      const meant = nearest(key, known);
      const hint = meant === undefined ? `Expected ${list(known)}` : `Did you mean \`${meant}\`?`;
      throw new TypeError(`Unknown option \`${key}\` in \`${name}\`. ${hint}`);
    }
  }
}

/** `` `a`, `b` or `c` `` */
export function list(names: readonly string[]): string {
  const quoted = names.map((name) => `\`${name}\``);
  return `${quoted.slice(0, -1).join(', ')} or ${quoted.slice(-1).join()}`;
}

/** The known name that contains or is contained in the given one, or that the fewest edits make of it. */
function nearest(given: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let fewest = given.length / 2;
  for (const name of known) {
    const edits = distance(given.toLowerCase(), name.toLowerCase());
    if (edits <= fewest) {
      best = name;
      fewest = edits;
    }
  }
  return best;
}

/** The Levenshtein distance, or 0 where one word contains the other. */
function distance(a: string, b: string): number {
  if (a.includes(b) || b.includes(a)) {
    return 0;
  }
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const above = row;
    row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = above[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, above[j]! + 1, row[j - 1]! + 1));
    }
  }
  return row[b.length]!;
}
