import Table from 'cli-table3';
import type { Action } from './actions.js';
import { connect, describe } from './client.js';
import { DEAD_LETTERS } from './deadLetters.js';
import { NO_FAULTS, type Faults } from './faults.js';
import type { Options } from './options.js';
import { policies } from './policies.js';
import { showProgress } from './progress.js';
import { isBalanced, runPolicy, type PolicyRun } from './runPolicy.js';
import { startService } from './startService.js';
import { count, plural, seconds } from './words.js';

/** Runs the same actions under each policy, against a service that fails in the same ways, and reports. */
export async function compareFaults(
  actions: readonly Action[],
  { faults, seed, latency, concurrent }: Options,
  stop: AbortSignal,
): Promise<number> {
  if (faults === undefined) return 0;
  const { crash, ...shares } = faults;
  const { hang, fail, reset } = shares;
  say(
    `Of the requests, ${percent(hang)} hang, ${percent(fail)} fail, and ${percent(reset)} meet a reset connection` +
      `${crash ? '; after half of them the service dies, and comes back' : ''}. The last policy meets one stuck action alone.\n`,
  );
  const width = Math.max(...policies.map(({ name }) => name.length));
  const middle = Math.ceil(actions.length / 2);

  const runs: PolicyRun[] = [];
  let ended = stop;
  for (const policy of policies) {
    if (ended.aborted) break;
    const meets: Faults =
      policy.meets === 'faults'
        ? { ...shares, ...(crash && { crashAfter: middle }) }
        : { ...NO_FAULTS, stuck: actions[Math.floor(middle / 2)]!.id };
    // Each policy meets a service of its own, so that each meets the same faults.
    const service = await startService({ seed, latency, faults: meets });
    ended = AbortSignal.any([stop, service.gone]);
    const progress = showProgress(policy.name.padEnd(width), actions.length);
    try {
      const settings = { client: connect(service)(), concurrent, letters: DEAD_LETTERS };
      const run = await runPolicy(policy, actions, settings, ended, progress.tick);
      progress.end(`${seconds(run.milliseconds)}${run.stopped ? `, ended by: ${describe(run.stopped)}` : ''}`);
      runs.push(run);
    } finally {
      await service.stop();
    }
  }

  say(`${ended.aborted ? '\nStopped. Done so far:' : ''}\n${tableOf(runs)}`);
  ended.throwIfAborted();
  say(verdictOf(runs));
  return runs.every(isBalanced) ? 0 : 1;
}

const HEAD = [
  'policy',
  'read',
  'emitted',
  'skipped',
  'dead-\nlettered',
  'not\nreached',
  'failed\nattempts',
  'results\nin order',
  'orders\nswapped',
  'time',
  'totals\nmatch',
];

function tableOf(runs: readonly PolicyRun[]): string {
  const table = new Table({
    head: HEAD,
    colAligns: ['left', ...HEAD.slice(1).map(() => 'right' as const)],
    style: { head: [], border: [] },
  });
  for (const run of runs) {
    table.push([
      run.policy.name,
      count(run.read),
      count(run.emitted),
      count(run.skipped),
      count(run.deadLettered),
      count(run.notReached),
      count(run.failedAttempts),
      run.late === 0 ? 'yes' : `no, ${count(run.late)} late`,
      run.swapped === undefined ? '?' : count(run.swapped),
      seconds(run.milliseconds),
      isBalanced(run) ? 'yes' : 'NO',
    ]);
  }
  return table.toString();
}

function verdictOf(runs: readonly PolicyRun[]): string {
  const wrong = runs.filter((run) => !isBalanced(run));
  if (wrong.length > 0) {
    return `The totals do not match, or the order is broken: ${wrong.map(({ policy }) => policy.name).join(', ')}`;
  }
  const plain = runs.find(({ policy }) => policy.name === 'no policy');
  const letters = runs.find(({ policy }) => policy.failed === 'dead-lettered');
  const unkeyed = runs.find(({ policy }) => policy.inOrder === 'results');
  const lines = [
    [
      'Read = emitted + skipped + dead-lettered + not reached, in every run.',
      plain && `Without a policy, ${plural(plain.notReached, 'action')} were not reached.`,
      letters && `${plural(letters.deadLettered, 'dead letter')} in ${DEAD_LETTERS}.`,
    ],
    [
      'Effects: with the order as its key, an action that is tried again keeps its turn among those of its order: none were swapped at the service.',
      unkeyed?.swapped && `Without a key, those of ${plural(unkeyed.swapped, 'order')} were.`,
    ],
  ];
  return lines.map((line) => line.filter(Boolean).join(' ')).join('\n');
}

const percent = (share: number) => `${+(share * 100).toFixed(2)} %`;

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
