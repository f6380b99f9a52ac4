import Table from 'cli-table3';
import type { Leg, LegSettings } from './legs.js';
import type { LegRun } from './runLeg.js';
import { count, plural, seconds } from './words.js';

/** Two times that differ by less than this are the same time. */
const SAME = 0.05;

const HEAD = [
  '',
  'actions',
  'time',
  'speed-up',
  'results\nin order',
  "desk's\nbook:\nrefused",
  "desk's\nbook:\nunwanted",
  "service's\nbook:\nrefused",
  "service's\nbook:\nunwanted",
  'most\nparked',
];

/** The runs side by side. Every figure in it was counted or measured in these runs. */
export function tableOf(runs: readonly LegRun[]): string {
  const table = new Table({
    head: HEAD,
    colAligns: ['left', ...HEAD.slice(1).map(() => 'right' as const)],
    style: { head: [], border: [] },
  });
  const base = runOf(runs, 'concatMap');
  for (const run of runs) {
    table.push([
      run.leg.name,
      run.stopped ? `${count(run.output.length)} of ${count(run.given.length)}` : count(run.given.length),
      seconds(run.milliseconds),
      speedUp(run, base),
      run.late === 0 ? 'yes' : `no, ${count(run.late)} late`,
      count(run.desk.refused.size),
      count(run.desk.unwanted.length),
      run.service ? count(run.service.refused.size) : '?',
      run.service ? count(run.service.unwanted.length) : '?',
      count(run.timeline.mostParked),
    ]);
  }
  return table.toString();
}

/** What a reader of the table has to know, a line each. */
export function notesOf(runs: readonly LegRun[], { concurrent, window }: LegSettings): string[] {
  const notes: string[] = [];
  const concat = runOf(runs, 'concatMap');
  const eager = runOf(runs, 'concatMapEager');
  const small = runOf(runs, 'small window');

  if (concat && concat.given.length < longest(runs)) {
    notes.push(
      `concatMap ran the first ${count(concat.given.length)} of ${count(longest(runs))} actions only (--full runs all); speed-up compares actions per second.`,
    );
  }
  if (eager)
    notes.push(
      'mergeMap and concatMapEager, without a key and with one, ran three times, in turn; the fastest run counts.',
    );
  notes.push(
    "An action is entered in the service's book when the service has validated it, and in the desk's when its result comes out.",
    'A book refuses a cancellation that comes before its order, and then ships an order that nobody wants.',
  );
  if (eager && small && eager.given.length > window) {
    const size = window < concurrent ? 'below the limit ' : window === concurrent ? 'as small as the limit ' : '';
    const time = compare(small.milliseconds, eager.milliseconds);
    notes.push(`A window ${size}(${count(window)}) took ${time} the default one.`);
  }
  const alreadyWrong = concat?.desk.refused.size ?? 0; // concatMap makes no mistakes of its own
  if (alreadyWrong > 0) {
    notes.push(
      `The input itself has ${plural(alreadyWrong, 'cancellation')} with no order before: both books refuse that in every run.`,
    );
  }
  for (const run of runs) {
    if (!run.timeline.isBalanced)
      notes.push(`${run.leg.name}: the totals are wrong: ${JSON.stringify(run.timeline.balance)}`);
    if (run.stopped) notes.push(`${run.leg.name}: ended with an error: ${run.stopped.message}`);
    const [example] = run.lost;
    if (example) {
      notes.push(
        `${run.leg.name}: ${plural(run.lost.length, 'action')} not validated; the first is ${example.action.id}: ${example.reason}`,
      );
    }
  }
  return notes;
}

const TRY = 'Take more actions, more at once, or latencies farther apart.';

/** What the runs have shown, in words: of results, and of effects. The last lines. */
export function verdictOf(runs: readonly LegRun[]): string[] {
  const merge = runOf(runs, 'mergeMap');
  const eager = runOf(runs, 'concatMapEager');
  const keyed = runOf(runs, 'with a key');
  if (!merge || !eager || !keyed) return [];
  const broken = runs.filter((run) => !isInOrder(run));
  if (broken.length > 0) return broken.map((run) => `${run.leg.name} broke the order: ${harmOf(run)}.`);
  if (runs.some(({ stopped, lost }) => stopped !== undefined || lost.length > 0)) {
    return ['This run proves nothing: not every action could be validated.'];
  }
  return [
    `Results (the desk's book): ${
      merge.desk.unwanted.length === 0
        ? `this run proves nothing: mergeMap shipped no cancelled order either. ${TRY}`
        : `mergeMap shipped ${cancelledOrders(merge.desk)}; concatMapEager shipped none, in ${timeOf(eager, merge, 'mergeMap')}.`
    }`,
    `Effects (the service's book): ${
      eager.service?.unwanted.length === 0
        ? `this run proves nothing: concatMapEager shipped no cancelled order without a key either. ${TRY}`
        : `without a key, mergeMap shipped ${cancelledOrders(merge.service)} and concatMapEager ${count(eager.service?.unwanted.length ?? 0)}; ` +
          `with the order as its key, concatMapEager shipped none, in ${timeOf(keyed, eager, 'without')}.`
    }`,
  ];
}

/** Whether the operator did what it promises, and the service what it is there for. */
export function isSound(run: LegRun): boolean {
  return !run.stopped && run.lost.length === 0 && run.timeline.isBalanced && isInOrder(run);
}

function isInOrder({ leg, late, service }: LegRun): boolean {
  const resultsAre = leg.inOrder === 'nothing' || late === 0;
  const effectsAre = leg.inOrder !== 'effects' || service === undefined || service.swapped.length === 0;
  return resultsAre && effectsAre;
}

function harmOf({ late, service }: LegRun): string {
  if (late > 0) return `${plural(late, 'result')} came out late`;
  return `the service entered the actions of ${plural(service?.swapped.length ?? 0, 'order')} in the wrong order`;
}

function runOf(runs: readonly LegRun[], kind: Leg['kind']): LegRun | undefined {
  return runs.find((run) => run.leg.kind === kind);
}

function cancelledOrders(outcome: LegRun['service']): string {
  return plural(outcome?.unwanted.length ?? 0, 'cancelled order');
}

function longest(runs: readonly LegRun[]): number {
  return Math.max(...runs.map((run) => run.given.length));
}

function speedUp(run: LegRun, base: LegRun | undefined): string {
  if (!base || base.output.length === 0 || run.output.length === 0) return '';
  const perAction = ({ milliseconds, output }: LegRun) => milliseconds / output.length;
  const factor = perAction(base) / perAction(run);
  return `${factor.toFixed(factor < 9.95 ? 1 : 0)}x`;
}

function timeOf(run: LegRun, other: LegRun, name: string): string {
  const isSame = Math.abs(run.milliseconds / other.milliseconds - 1) <= SAME;
  return isSame ? 'the same time' : `${compare(run.milliseconds, other.milliseconds)} ${name}`;
}

function compare(time: number, other: number): string {
  const percent = Math.round((time / other - 1) * 100);
  if (percent === 0) return 'as much time as';
  return `${Math.abs(percent)} % ${percent < 0 ? 'less' : 'more'} time than`;
}
