import { haveOneClass, isErrorObject, isOf } from './realms.js';

/**
 * Whether two values are the same, or data that cannot be told apart: arrays, Maps, Sets, Dates and objects of one class
 * with equal parts. Errors are equal only to themselves, and so is what shows nothing of what it holds (promises, say).
 */
export function isEqual(one: unknown, other: unknown): boolean {
  return compare(one, other, new Map());
}

/** @param assumed - the objects that are being compared, which meet again where they refer to themselves */
function compare(one: unknown, other: unknown, assumed: Map<object, object>): boolean {
  if (Object.is(one, other)) return true;
  if (!isData(one) || !isData(other) || !haveOneClass(one, other)) return false;
  if (assumed.get(one) === other) return true;
  assumed.set(one, other);

  if (isOf(one, Date)) return Object.is(one.getTime(), (other as Date).getTime());
  const [parts, others] = [entriesOf(one), entriesOf(other)];
  return (
    parts.length === others.length &&
    (parts.length > 0 || isOpen(one)) &&
    parts.every(([key, part], index) => {
      const [otherKey, otherPart] = others[index]!;
      return compare(key, otherKey, assumed) && compare(part, otherPart, assumed);
    })
  );
}

function isData(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !isErrorObject(value);
}

/** Parts in an order that does not depend on when an object got them; a Map and a Set keep theirs. */
function entriesOf(value: object): [unknown, unknown][] {
  if (isOf(value, Map) || isOf(value, Set)) return [...value.entries()];
  return Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
}

/** Whether no parts mean that it is empty. */
function isOpen(value: object): boolean {
  // Not `isOf`: everything is an `instanceof Object`.
  if (Object.getPrototypeOf(value) === null || haveOneClass(value, {})) return true;
  return Array.isArray(value) || isOf(value, Map) || isOf(value, Set);
}
