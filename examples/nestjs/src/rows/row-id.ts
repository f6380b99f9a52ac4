import { BadRequestException } from '@nestjs/common';

/** A row id, out of JSON or of an address; anything else is a 400. */
export function rowId(value: unknown, where = ''): number {
  const id =
    typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  if (Number.isSafeInteger(id) && (id as number) > 0) return id as number;
  throw new BadRequestException(
    `Expected a row id, an integer from 1 and up, got ${show(value)}${where}`,
  );
}

/** Short, whatever it is: an answer does not repeat what was sent. */
export function show(value: unknown): string {
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length <= 40 ? text : `${text.slice(0, 40)}...`;
}
