import { from, map, timer } from 'rxjs';
import { concatMapEager } from 'rxjs-concat-map-eager';

interface Action {
  kind: 'place' | 'cancel';
  order: string;
}
const actions = from<Action[]>([
  { kind: 'place', order: 'A' },
  { kind: 'place', order: 'B' },
  { kind: 'cancel', order: 'A' },
  { kind: 'place', order: 'C' },
  { kind: 'cancel', order: 'C' },
  { kind: 'place', order: 'D' },
]);

// The service takes 300 ms to place an order and 100 ms to
// cancel one. It refuses to cancel what has not been placed.
const placed = new Set<string>();
const send = (
  { kind, order }: Action,
  _options: { signal: AbortSignal },
) =>
  timer(kind === 'place' ? 300 : 100).pipe(
    map(() => {
      const done =
        kind === 'place'
          ? placed.add(order)
          : placed.delete(order);
      return `${kind} ${order}: ${done ? 'done' : 'refused'}`;
    }),
  );

// Without the key, both cancellations are refused: try it.
const answers = actions.pipe(
  concatMapEager(
    (action, _index, { signal }) =>
      send(action, { signal }),
    {
      key: (action) => action.order,
      concurrent: 16,
      timeout: 5_000,
      onError: 'skip',
    },
  ),
);

answers.subscribe((answer) => console.log(answer));
