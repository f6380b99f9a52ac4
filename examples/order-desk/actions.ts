/** What a shop receives. The fields beside `order` make no difference to the order book. */
export type Action = PlaceOrder | CancelOrder;

export interface PlaceOrder {
  readonly type: 'place';
  readonly id: number | string;
  readonly order: string;
  readonly sku?: string;
  readonly quantity?: number;
}

export interface CancelOrder {
  readonly type: 'cancel';
  readonly id: number | string;
  readonly order: string;
  readonly reason?: string;
}

/** A line of the input that is not an action. Its message says what was expected, and what came instead. */
export class NotAnAction extends Error {
  override readonly name = 'NotAnAction';
}

/** Reads one line of the input: a JSON object. Fields that are not known are left out of the action. */
export function parseAction(line: string): Action {
  const fields = parseObject(line);

  const { id, type, order } = fields;
  if (!(Number.isSafeInteger(id) || isText(id))) throw wrong('id', 'a whole number or a text', id);
  if (type !== 'place' && type !== 'cancel') throw wrong('type', '"place" or "cancel"', type);
  if (!isText(order)) throw wrong('order', 'a text that is not empty', order);
  const common = { id: id as number | string, order };

  if (type === 'cancel') {
    const { reason } = fields;
    if (reason !== undefined && !isText(reason)) throw wrong('reason', 'a text, or absent', reason);
    return { type, ...common, ...(reason !== undefined && { reason }) };
  }

  const { sku, quantity } = fields;
  if (sku !== undefined && !isText(sku)) throw wrong('sku', 'a text, or absent', sku);
  if (quantity !== undefined && !isQuantity(quantity)) {
    throw wrong('quantity', 'a whole number from 1 and up, or absent', quantity);
  }
  return { type, ...common, ...(sku !== undefined && { sku }), ...(quantity !== undefined && { quantity }) };
}

function parseObject(line: string): Record<string, unknown> {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    throw new NotAnAction(`expected one JSON object, got ${shorten(line.trim())}`);
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new NotAnAction(`expected one JSON object, got ${show(json)}`);
  }
  return json as Record<string, unknown>;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}

function isQuantity(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}

function wrong(field: string, expected: string, got: unknown): NotAnAction {
  return new NotAnAction(`expected \`${field}\` to be ${expected}, got ${show(got)}`);
}

function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  const type = value === null ? '' : Array.isArray(value) ? ' (array)' : ` (${typeof value})`;
  return shorten(JSON.stringify(value)) + type;
}

/** Somebody may have given a picture for a file of actions: nothing long and nothing unprintable gets to the terminal. */
function shorten(text: string): string {
  const printable = text.replace(/\p{C}/gu, '\u00b7');
  return `\`${printable.length > 60 ? `${printable.slice(0, 60)}\u2026` : printable}\``;
}
