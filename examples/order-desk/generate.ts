/**
 * Writes actions.ndjson again, always the same: `npx tsx examples/order-desk/generate.ts`.
 *
 * 1,000 actions, 300 of them cancellations, each one to five actions behind its order; no order is cancelled twice.
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Action } from './actions.js';
import { draw } from './latency.js';

const ACTIONS = 1_000;
const CANCELLATIONS = 300;
const FARTHEST = 5;
const SKUS = ['tea-assam', 'tea-sencha', 'cup-blue', 'cup-white', 'pot-small', 'pot-large', 'spoon', 'honey'];
const REASONS = ['ordered twice', 'changed my mind', 'wrong size', 'found it cheaper', 'too late'];

/** The actions, always the same ones. */
export function generateActions(): Action[] {
  let draws = 0;
  const below = (n: number) => Math.floor(draw(2026, `generate ${draws++}`) * n);
  const oneOf = <T>(choices: readonly T[]): T => choices[below(choices.length)] as T;

  const actions = new Array<Action | undefined>(ACTIONS).fill(undefined);
  let ordersLeft = ACTIONS - CANCELLATIONS;
  let cancellationsLeft = CANCELLATIONS;

  for (let index = 0; index < ACTIONS; index++) {
    if (actions[index]) continue; // a cancellation has been put here
    const order = `A-${String(ACTIONS - CANCELLATIONS - ordersLeft + 1).padStart(4, '0')}`;
    actions[index] = { id: index + 1, type: 'place', order, sku: oneOf(SKUS), quantity: 1 + below(4) };

    // As many of the orders that are left are cancelled as there are cancellations left: so it comes out even.
    const isCancelled = below(ordersLeft--) < cancellationsLeft;
    const free = [];
    for (let at = index + 1; at <= index + FARTHEST && at < ACTIONS; at++) if (!actions[at]) free.push(at);
    if (!isCancelled || free.length === 0) continue;
    const at = oneOf(free);
    actions[at] = { id: at + 1, type: 'cancel', order, reason: oneOf(REASONS) };
    cancellationsLeft--;
  }
  return actions as Action[];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const lines = generateActions().map((action) => `${JSON.stringify(action)}\n`);
  writeFileSync(new URL('actions.ndjson', import.meta.url), lines.join(''));
}
