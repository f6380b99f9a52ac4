import type { ConcurrencyLimit, MonitorEvent } from 'rxjs-concat-map-eager';
import type { Action } from './actions.js';
import type { Client } from './client.js';
import { emptyDeadLetters, readDeadLetters } from './deadLetters.js';
import { settle } from './orderBook.js';
import type { Policy } from './policies.js';
import { runThrough, type Output } from './runLeg.js';

/** What came of the actions under one policy, by counting. */
export interface PolicyRun extends Output {
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
  /** How many orders have actions that the service entered in its book in the wrong order. Absent if it is gone. */
  readonly swapped?: number;
}

export interface PolicyRunSettings {
  readonly client: Client;
  readonly concurrent: number | ConcurrencyLimit;
  readonly letters: string;
}

export async function runPolicy(
  policy: Policy,
  actions: readonly Action[],
  settings: PolicyRunSettings,
  stop: AbortSignal,
  onOutput: () => void,
): Promise<PolicyRun> {
  const tally = new Tally();
  if (policy.failed === 'dead-lettered') await emptyDeadLetters(settings.letters);
  const run = await runThrough(policy.operator({ ...settings, monitor: tally.record }), actions, stop, onOutput);

  const ledger = await settings.client.ledger().catch((error: unknown) => {
    if (!stop.aborted) throw error;
  });
  const failed = tally.failed.size;
  return {
    ...run,
    policy,
    read: actions.length,
    emitted: run.output.length,
    skipped: policy.failed === 'skipped' ? failed : 0,
    deadLettered: policy.failed === 'dead-lettered' ? (await readDeadLetters(settings.letters)).length : 0,
    notReached: actions.length - tally.flushed.size + (policy.failed === 'skipped' ? 0 : failed),
    failedAttempts: tally.failedAttempts,
    ...(ledger && { swapped: settle(ledger, actions).swapped.length }),
  };
}

/**
 * Whether every action that was read is in one column and none is in two, the results were in order, and with a key the effects
 * at the service were, too.
 */
export function isBalanced({ policy, swapped = 0, ...run }: PolicyRun): boolean {
  const { read, emitted, skipped, deadLettered, notReached, late } = run;
  const isComplete = read === emitted + skipped + deadLettered + notReached;
  return isComplete && late === 0 && (swapped === 0 || policy.inOrder === 'results');
}

/** Counts by the monitor which items came to their turn, and which of them failed. */
class Tally {
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
