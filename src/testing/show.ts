import { isErrorObject, isOf } from './realms.js';

/** How deep a value is shown. */
const DEPTH = 3;
/** How much of it, in characters. */
const LENGTH = 200;

/** Any value, in one line and a few characters. */
export function show(value: unknown): string {
  const text =
    typeof value === 'object' || typeof value === 'string'
      ? describe(value, 0)
      : `${describe(value, 0)} (${typeof value})`;
  const line = text.replace(/\s+/g, ' ');
  return line.length > LENGTH ? `${line.slice(0, LENGTH)}...` : line;
}

function describe(value: unknown, depth: number): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (Object.is(value, -0)) return '-0';
  if (typeof value !== 'object' || value === null) return String(value);
  if (isErrorObject(value)) return `${value.name}: ${value.message}`;
  if (isOf(value, Date)) return `Date ${String(value.getTime())}`;
  const kind = kindOf(value);
  if (depth === DEPTH) return Array.isArray(value) ? '[...]' : `${kind}{...}`;
  const all = (parts: readonly unknown[]): string => parts.map((part) => describe(part, depth + 1)).join(',');
  if (Array.isArray(value)) return `[${all(value)}]`;
  if (isOf(value, Set)) return `${kind}{${all([...value])}}`;
  const entries: [unknown, unknown][] = isOf(value, Map) ? [...value] : Object.entries(value);
  return `${kind}{${entries.map(([key, part]) => `${describe(key, depth + 1)}:${describe(part, depth + 1)}`).join(',')}}`;
}

/** The class of an object, where it has one to tell. */
function kindOf(value: object): string {
  const { constructor } = value as { constructor?: { name?: unknown } };
  const name = typeof constructor?.name === 'string' ? constructor.name : '';
  return name === '' || name === 'Object' ? '' : `${name} `;
}
