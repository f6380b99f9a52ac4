import { performance } from 'node:perf_hooks';
import { from, type OperatorFunction } from 'rxjs';
import type { Action } from './actions.js';
import { describe, type Client } from './client.js';
import type { Leg } from './legs.js';
import { OrderBook, settle, type Outcome } from './orderBook.js';
import { Timeline } from './timeline.js';

/** What came out of an operator. */
export interface Output {
  /** Positions in the input of the actions in the order in which they came out. */
  readonly output: readonly number[];
  /** How many came out after an action that was behind them. */
  readonly late: number;
  readonly milliseconds: number;
  /** Absent if it ran to its end. */
  readonly stopped?: Error;
}

/** What came of one leg, by counting. */
export interface LegRun extends Output {
  readonly leg: Leg;
  /** The actions it was given. */
  readonly given: readonly Action[];
  /** What came of the results: the desk enters them in a book as they come out. */
  readonly desk: Outcome;
  /** What came of the effects: the service enters actions in its book as it validates them. Absent if it is gone. */
  readonly service?: Outcome;
  readonly timeline: Timeline;
  readonly lost: readonly Lost[];
}

/** An action that could not be validated, and why. */
export interface Lost {
  readonly action: Action;
  readonly reason: string;
}

/** Runs the actions through one leg, and looks at both books. Stops where `stop` aborts. */
export async function runLeg(
  leg: Leg,
  given: readonly Action[],
  { validate, ledger }: Client,
  stop: AbortSignal,
  onOutput: () => void,
): Promise<LegRun> {
  const timeline = new Timeline();
  const lost: Lost[] = [];
  const operator = leg.operator({
    validate,
    monitor: timeline.record,
    onLost: (action, error) => lost.push({ action, reason: describe(error) }),
  });
  const run = await runThrough(operator, given, stop, onOutput);

  const desk = new OrderBook();
  for (const position of run.output) desk.enter(given[position]!, position);
  const atService = await ledger().catch((error: unknown) => {
    if (!run.stopped) throw error;
  });
  return {
    ...run,
    leg,
    given,
    desk: settle(desk.ledger(), given),
    ...(atService && { service: settle(atService, given) }),
    timeline,
    lost,
  };
}

/** Runs the actions through an operator. Stops where `stop` aborts. */
export async function runThrough(
  operator: OperatorFunction<Action, Action>,
  given: readonly Action[],
  stop: AbortSignal,
  onOutput: () => void,
): Promise<Output> {
  const positions = new Map(given.map((action, position) => [action, position]));
  const output: number[] = [];

  const began = performance.now();
  const stopped = await new Promise<Error | undefined>((resolve) => {
    const subscription = from(given)
      .pipe(operator)
      .subscribe({
        next: (action) => {
          output.push(positions.get(action)!);
          onOutput();
        },
        error: resolve,
        complete: () => resolve(undefined),
      });
    const onStop = () => {
      subscription.unsubscribe();
      resolve(stop.reason as Error);
    };
    if (stop.aborted) onStop();
    stop.addEventListener('abort', onStop);
    subscription.add(() => stop.removeEventListener('abort', onStop));
  });
  const milliseconds = performance.now() - began;
  return { output, late: latePositions(output).size, milliseconds, ...(stopped && { stopped }) };
}

/** The positions that come after a position that belongs behind them; a position that comes twice is one of them. */
export function latePositions(output: readonly number[]): Set<number> {
  const late = new Set<number>();
  let farthest = -1;
  for (const position of output) {
    if (position <= farthest) late.add(position);
    else farthest = position;
  }
  return late;
}
