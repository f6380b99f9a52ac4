import Table from 'cli-table3';
import { adaptiveLimit, type ConcurrencyLimit, type MonitorEvent } from 'rxjs-concat-map-eager';
import type { Action } from './actions.js';
import { connect, describe, ServiceError } from './client.js';
import { DEAD_LETTERS } from './deadLetters.js';
import { NO_FAULTS } from './faults.js';
import { TIME_LIMIT } from './latency.js';
import type { Options } from './options.js';
import { key, validateAll, type Policy } from './policies.js';
import { showProgress } from './progress.js';
import { isBalanced, runPolicy, type PolicyRun } from './runPolicy.js';
import { startService } from './startService.js';
import { count, plural, seconds } from './words.js';

/** What came of the actions with one limit. */
export interface LimitRun extends PolicyRun {
  readonly limit: number | ConcurrencyLimit;
  /** Attempts that the service answered with 429. */
  readonly refused: number;
  /** How long the attempts took that were answered with 200, in ms, the shortest first. */
  readonly durations: readonly number[];
  /** What the limit was, from when on, in ms since the run began. */
  readonly limits: readonly Change[];
}

type Change = readonly [at: number, limit: number];

/** Runs the same actions with each limit, against a service that validates only `capacity` at once, and reports. */
export async function compareLimits(
  actions: readonly Action[],
  { capacity, seed, latency, concurrent }: Options & { readonly capacity: number },
  stop: AbortSignal,
): Promise<number> {
  say(
    `The service validates ${count(capacity)} actions at once, lets ${count(capacity)} wait, and refuses the others with 429.\n`,
  );
  const limits = [Math.ceil(capacity / 2), capacity, concurrent, adaptiveLimit()];
  const width = Math.max(...limits.map((limit) => nameOf(limit, capacity).length));
  const service = await startService({ seed, latency, faults: NO_FAULTS, capacity });
  const ended = AbortSignal.any([stop, service.gone]);
  const newClient = connect(service);

  const runs: LimitRun[] = [];
  try {
    for (const limit of limits) {
      if (ended.aborted) break;
      const name = nameOf(limit, capacity);
      const progress = showProgress(name.padEnd(width), actions.length);
      const run = await runLimit(name, limit, actions, newClient, ended, progress.tick);
      progress.end(`${seconds(run.milliseconds)}${run.stopped ? `, ended by: ${describe(run.stopped)}` : ''}`);
      runs.push(run);
    }
  } finally {
    await service.stop();
  }

  say(`${ended.aborted ? '\nStopped. Done so far:' : ''}\n${tableOf(runs)}`);
  ended.throwIfAborted();
  say(verdictOf(runs, capacity).join('\n'));
  return runs.every(isSound) ? 0 : 1;
}

async function runLimit(
  name: string,
  limit: number | ConcurrencyLimit,
  actions: readonly Action[],
  newClient: ReturnType<typeof connect>,
  stop: AbortSignal,
  onOutput: () => void,
): Promise<LimitRun> {
  const watch = new Watch();
  const policy: Policy = {
    name,
    failed: 'not reached',
    inOrder: 'effects',
    operator: (settings) =>
      validateAll(
        {
          ...settings,
          monitor: (event) => {
            watch.record(event);
            settings.monitor(event);
          },
        },
        // What the service refuses is sent again a little later: it will be less busy then.
        { key, timeout: TIME_LIMIT, retry: { count: 100, delay: 100 } },
      ),
  };
  const settings = { client: newClient(), concurrent: limit, letters: DEAD_LETTERS };
  const run = await runPolicy(policy, actions, settings, stop, onOutput);
  const { refused, limits } = watch;
  return { ...run, limit, refused, limits, durations: watch.durations.sort((a, b) => a - b) };
}

/** Sees by the monitor how long attempts take, which of them are refused, and what the limit is. */
class Watch {
  refused = 0;
  readonly durations: number[] = [];
  readonly limits: Change[] = [];
  readonly #started = new Map<number, number>();
  #zero?: number;

  readonly record = (event: MonitorEvent<Action>): void => {
    const { index, time, concurrent } = event;
    this.#zero ??= time;
    if (concurrent !== this.limits.at(-1)?.[1]) this.limits.push([time - this.#zero, concurrent]);
    if (event.type === 'started') this.#started.set(index, time);
    if (event.type === 'failed' && isRefusal(event.error)) this.refused++;
    if (event.type === 'ended' && event.outcome === 'completed') this.durations.push(time - this.#started.get(index)!);
  };
}

const isRefusal = (error: unknown) => error instanceof ServiceError && error.status === 429;

function nameOf(limit: number | ConcurrencyLimit, capacity: number): string {
  if (typeof limit !== 'number') return 'adaptiveLimit()';
  const size = limit < capacity ? 'too small' : limit === capacity ? 'right' : 'too large';
  return `${count(limit)}, ${size}`;
}

const HEAD = [
  'concurrent',
  'time',
  'actions\na second',
  'refused\nwith 429',
  'an attempt\ntakes',
  'results\nin order',
  'orders\nswapped',
  'not\nvalidated',
];

/** The runs side by side. Every figure in it was counted or measured in these runs. */
export function tableOf(runs: readonly LimitRun[]): string {
  const table = new Table({
    head: HEAD,
    colAligns: ['left', ...HEAD.slice(1).map(() => 'right' as const)],
    style: { head: [], border: [] },
  });
  for (const run of runs) {
    const median = run.durations[Math.floor(run.durations.length / 2)];
    table.push([
      run.policy.name,
      seconds(run.milliseconds),
      count(Math.round(rateOf(run))),
      count(run.refused),
      median === undefined ? '' : seconds(median),
      run.late === 0 ? 'yes' : `no, ${count(run.late)} late`,
      run.swapped === undefined ? '?' : count(run.swapped),
      count(run.notReached),
    ]);
  }
  return table.toString();
}

/** What the runs have shown, in words, a line each. */
export function verdictOf(runs: readonly LimitRun[], capacity: number): string[] {
  const wrong = runs.filter((run) => !isSound(run));
  if (wrong.length > 0) {
    return wrong.map((run) =>
      run.notReached > 0
        ? `${run.policy.name}: ${plural(run.notReached, 'action')} could not be validated: ${describe(run.stopped)}.`
        : `${run.policy.name}: the totals do not match, or the order is broken.`,
    );
  }
  const right = runs.find(({ limit }) => limit === capacity);
  const adaptive = runs.find(({ limit }) => typeof limit !== 'number');
  if (!right || !adaptive) return [];
  const { every, seen } = sample(adaptive.limits, adaptive.milliseconds);
  const share = Math.round((rateOf(adaptive) / rateOf(right)) * 100);
  return [
    'An attempt takes from when it is sent until it is answered with 200: it waits in the service, too.',
    `What adaptiveLimit() let through at once, every ${seconds(every)}: ${seen.join(', ')}. The service validates ${count(capacity)} at once.`,
    `Nobody told adaptiveLimit() that number. It did ${share} % of the actions a second that the right limit did.`,
  ];
}

/** Whether every action was validated, and the order of results and effects held. */
function isSound(run: LimitRun): boolean {
  return run.notReached === 0 && isBalanced(run);
}

function rateOf({ emitted, milliseconds }: LimitRun): number {
  return (emitted / milliseconds) * 1_000;
}

/** What a limit was at about a dozen moments of its run, a multiple of a quarter of a second apart. */
export function sample(limits: readonly Change[], milliseconds: number): { every: number; seen: number[] } {
  const every = 250 * Math.ceil(milliseconds / 12 / 250);
  const seen: number[] = [];
  for (let at = 0; at <= milliseconds; at += every) seen.push(limits.filter(([since]) => since <= at).at(-1)![1]);
  return { every, seen };
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
