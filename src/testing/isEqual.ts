import { haveOneClass, isErrorObject, isOf } from './realms.js';

/**
 * Whether two values are the same, or data that cannot be told apart: arrays, Maps, Sets, Dates and objects of one class
 * with equal parts. Errors are equal only to themselves, and so is what shows nothing of what it holds (promises, say). Of
 * objects of a class, private fields are not seen.
 */
export function isEqual(one: unknown, other: unknown): boolean {
  return compare(one, other, new Map());
}

/** @param assumed - the objects that are being compared, which meet again where they refer to themselves */
function compare(one: unknown, other: unknown, assumed: Map<object, Set<object>>): boolean {
  if (Object.is(one, other)) return true;
  if (!isData(one) || !isData(other) || !haveOneClass(one, other)) return false;
  const others = assumed.get(one) ?? new Set();
  if (others.has(other)) return true;
  assumed.set(one, others.add(other));

  const [parts, otherParts] = [partsOf(one), partsOf(other)];
  return (
    parts.length === otherParts.length &&
    (parts.length > 0 || isOpen(one)) &&
    parts.every((part, index) => compare(part, otherParts[index], assumed))
  );
}

function isData(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !isErrorObject(value);
}

/** Keys and values, in an order that does not depend on when an object got them; a Map and a Set keep theirs. */
function partsOf(value: object): unknown[] {
  const own = Reflect.ownKeys(value).filter((key) => Object.prototype.propertyIsEnumerable.call(value, key));
  const parts: unknown[] = own
    .sort((one, another) => (String(one) < String(another) ? -1 : 1))
    .flatMap((key) => [key, (value as Record<PropertyKey, unknown>)[key]]);
  if (isOf(value, Date)) parts.push(value.getTime());
  else if (isOf(value, Map) || isOf(value, Set)) for (const entry of value.entries()) parts.push(...entry);
  else if (Array.isArray(value)) parts.push(value.length);
  return parts;
}

/** Whether no parts mean that it is empty. */
function isOpen(value: object): boolean {
  // Not `isOf`: everything is an `instanceof Object`.
  if (Object.getPrototypeOf(value) === null || haveOneClass(value, {})) return true;
  return isOf(value, Map) || isOf(value, Set);
}
