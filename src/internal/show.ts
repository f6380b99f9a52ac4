/** A value and its type, as messages show them. */
export function show(value: unknown): string {
  const type = value === null ? 'null' : typeof value;
  const text =
    type === 'object'
      ? Object.prototype.toString.call(value)
      : type === 'string'
        ? JSON.stringify(value)
        : type === 'function'
          ? `function ${(value as { name: string }).name}`
          : String(value);
  return `\`${text}\` (${type})`;
}
