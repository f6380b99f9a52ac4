import { performance } from 'node:perf_hooks';
import type { MonitorEvent } from 'rxjs-concat-map-eager';
import { from } from 'rxjs';
import type { Action } from './actions.js';
import type { Client } from './client.js';
import { emptyDeadLetters, readDeadLetters } from './deadLetters.js';
import type { Policy } from './policies.js';
import { latePositions } from './runLeg.js';

/** What came of the actions under one policy, by counting. */
export interface PolicyRun {
  readonly policy: Policy;
  readonly read: number;
  /** Counted where they came out. */
  readonly emitted: number;
  /** Counted by the monitor: items that failed, and were passed over. */
  readonly skipped: number;
  /** Counted in the file. */
  readonly deadLettered: number;
  /** Counted by the monitor: what never came to its turn, and what ended the run. */
  readonly notReached: number;
  readonly failedAttempts: number;
  readonly late: number;
  readonly twice: number;
  readonly milliseconds: number;
  /** What ended the run, if it did not come to its end. */
  readonly ended?: unknown;
}

export interface PolicyRunSettings {
  readonly client: Client;
  readonly concurrent: number;
  readonly letters: string;
}

export async function runPolicy(
  policy: Policy,
  actions: readonly Action[],
  settings: PolicyRunSettings,
  stop: AbortSignal,
  onOutput: () => void,
): Promise<PolicyRun> {
  const books = new Books();
  const output: number[] = [];
  const positions = new Map(actions.map((action, position) => [action, position]));
  if (policy.failed === 'dead-lettered') await emptyDeadLetters(settings.letters);

  const began = performance.now();
  const ended = await new Promise<{ error: unknown } | undefined>((resolve) => {
    const subscription = from(actions)
      .pipe(policy.operator({ ...settings, monitor: books.record }))
      .subscribe({
        next: (action) => {
          output.push(positions.get(action)!);
          onOutput();
        },
        error: (error: unknown) => resolve({ error }),
        complete: () => resolve(undefined),
      });
    const onStop = () => {
      subscription.unsubscribe();
      resolve({ error: stop.reason });
    };
    if (stop.aborted) onStop();
    stop.addEventListener('abort', onStop);
    subscription.add(() => stop.removeEventListener('abort', onStop));
  });
  const milliseconds = performance.now() - began;

  const failed = books.failed.size;
  return {
    policy,
    read: actions.length,
    emitted: output.length,
    skipped: policy.failed === 'skipped' ? failed : 0,
    deadLettered: policy.failed === 'dead-lettered' ? (await readDeadLetters(settings.letters)).length : 0,
    notReached: actions.length - books.flushed.size + (policy.failed === 'skipped' ? 0 : failed),
    failedAttempts: books.failedAttempts,
    late: latePositions(output).size,
    twice: output.length - new Set(output).size,
    milliseconds,
    ...(ended && { ended: ended.error }),
  };
}

/** Whether every action that was read is in one column, none is in two, and what came out was in order. */
export function isBalanced({ read, emitted, skipped, deadLettered, notReached, late, twice }: PolicyRun): boolean {
  return read === emitted + skipped + deadLettered + notReached && late === 0 && twice === 0;
}

/** Counts by the monitor which items came to their turn, and which of them failed. */
class Books {
  readonly flushed = new Set<number>();
  readonly failed = new Set<number>();
  failedAttempts = 0;
  readonly #ended = new Set<number>();

  readonly record = (event: MonitorEvent<Action>): void => {
    if (event.type === 'failed') this.failedAttempts++;
    if (event.type === 'ended' && event.outcome === 'failed') this.#ended.add(event.index);
    if (event.type === 'flushed' && !event.dropped) {
      this.flushed.add(event.index);
      if (this.#ended.has(event.index)) this.failed.add(event.index);
    }
  };
}
