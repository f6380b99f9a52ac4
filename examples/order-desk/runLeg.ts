import { performance } from 'node:perf_hooks';
import { from } from 'rxjs';
import type { Action } from './actions.js';
import { describe } from './client.js';
import type { Leg } from './legs.js';
import { settle, type Outcome } from './orderBook.js';
import { Timeline } from './timeline.js';

/** What came of one leg, by counting. */
export interface LegRun extends Outcome {
  readonly leg: Leg;
  /** The actions it was given. */
  readonly given: readonly Action[];
  /** How many came out, of those given. */
  readonly cameOut: number;
  /** How many came out after an action that was behind them. */
  readonly late: number;
  /** Positions in the input of the actions in the order in which they came out. */
  readonly output: readonly number[];
  readonly milliseconds: number;
  readonly timeline: Timeline;
  readonly lost: readonly Lost[];
  /** Absent if it ran to its end. */
  readonly stopped?: Error;
}

/** An action that could not be validated, and why. */
export interface Lost {
  readonly action: Action;
  readonly reason: string;
}

/** Runs the actions through one leg, and enters what comes out into an order book. Stops where `stop` aborts. */
export async function runLeg(
  leg: Leg,
  given: readonly Action[],
  stop: AbortSignal,
  onOutput: () => void,
): Promise<LegRun> {
  const timeline = new Timeline();
  const lost: Lost[] = [];
  const cameOut: Action[] = [];
  const operator = leg.operator({
    monitor: timeline.record,
    onLost: (action, error) => lost.push({ action, reason: describe(error) }),
  });

  const began = performance.now();
  const stopped = await new Promise<Error | undefined>((resolve) => {
    const subscription = from(given)
      .pipe(operator)
      .subscribe({
        next: (action) => {
          cameOut.push(action);
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

  const positions = new Map(given.map((action, position) => [action, position]));
  const output = cameOut.map((action) => positions.get(action)!);
  const inOrder = [...output].sort((a, b) => a - b).map((position) => given[position]!);
  return {
    leg,
    given,
    cameOut: cameOut.length,
    late: latePositions(output).size,
    output,
    milliseconds,
    timeline,
    lost,
    ...settle(cameOut, inOrder),
    ...(stopped && { stopped }),
  };
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
