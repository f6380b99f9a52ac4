import Table from 'cli-table3';
import type { LegSettings } from './legs.js';
import type { LegRun } from './runLeg.js';
import { count, plural, seconds } from './words.js';

/** Two times that differ by less than this are the same time. */
const SAME = 0.05;

const HEAD = ['', 'actions', 'time', 'speed-up', 'order kept', 'refused\ncancels', 'unwanted\nshipped', 'most\nparked'];

/** The runs side by side. Every figure in it was counted or measured in these runs. */
export function tableOf(runs: readonly LegRun[]): string {
  const table = new Table({
    head: HEAD,
    colAligns: ['left', ...HEAD.slice(1).map(() => 'right' as const)],
    style: { head: [], border: [] },
  });
  const base = runs.find((run) => run.leg.kind === 'concatMap');
  for (const run of runs) {
    table.push([
      run.leg.name,
      run.stopped ? `${count(run.cameOut)} of ${count(run.given.length)}` : count(run.given.length),
      seconds(run.milliseconds),
      speedUp(run, base),
      run.late === 0 ? 'yes' : `no, ${count(run.late)} late`,
      count(run.refused.size),
      count(run.unwanted.length),
      count(run.timeline.mostParked),
    ]);
  }
  return table.toString();
}

/** What a reader of the table has to know, a line each. */
export function notesOf(runs: readonly LegRun[], { concurrent, window }: LegSettings): string[] {
  const notes: string[] = [];
  const [concat, merge, eager, small] = byKind(runs);

  if (concat && concat.given.length < longest(runs)) {
    notes.push(
      `concatMap ran the first ${count(concat.given.length)} of ${count(longest(runs))} actions only (--full runs all); speed-up compares actions per second.`,
    );
  }
  if (merge && eager) {
    notes.push('mergeMap and concatMapEager ran twice, in turn; the faster run of each counts.');
  }
  if (merge && merge.late > 0) {
    notes.push(
      `Late: came out after an action that was behind it. A cancellation that comes before its order is refused.`,
    );
  }
  if (eager && small && eager.given.length > window) {
    const size = window < concurrent ? 'below the limit ' : window === concurrent ? 'as small as the limit ' : '';
    const time = compare(small.milliseconds, eager.milliseconds);
    notes.push(`A window ${size}(${count(window)}) took ${time} the default one.`);
  }
  const alreadyWrong = concat?.refused.size ?? 0; // concatMap makes no mistakes of its own
  if (alreadyWrong > 0) {
    notes.push(
      `The input itself has ${plural(alreadyWrong, 'cancellation')} with no order before: the book refuses that in every run.`,
    );
  }
  for (const run of runs) {
    if (!run.timeline.isBalanced)
      notes.push(`${run.leg.name}: the books do not balance: ${JSON.stringify(run.timeline.balance)}`);
    if (run.stopped) notes.push(`${run.leg.name}: ended with an error: ${run.stopped.message}`);
    const [example] = run.lost;
    if (example) {
      notes.push(
        `${run.leg.name}: ${plural(run.lost.length, 'action')} not validated, and kept from the book; the first is ${example.action.id}: ${example.reason}`,
      );
    }
  }
  return notes;
}

/** What the runs have shown, in words: the last line. */
export function verdictOf(runs: readonly LegRun[]): string {
  const [, merge, eager, small] = byKind(runs);
  if (!merge || !eager) return '';
  const late = eager.late + (small?.late ?? 0);
  if (late > 0) return `concatMapEager broke the order: ${plural(late, 'action')} came out late`;
  if (runs.some(({ stopped, lost }) => stopped !== undefined || lost.length > 0)) {
    return 'This run proves nothing: not every action could be validated';
  }
  if (merge.unwanted.length === 0) {
    return 'This run proves nothing: mergeMap shipped no cancelled order either. Take more actions, more at once, or latencies farther apart';
  }
  const isSame = Math.abs(eager.milliseconds / merge.milliseconds - 1) <= SAME;
  const time = isSame ? 'the same time' : `${compare(eager.milliseconds, merge.milliseconds)} mergeMap`;
  return (
    `mergeMap shipped ${plural(merge.unwanted.length, 'cancelled order')}; ` +
    `concatMapEager shipped ${eager.unwanted.length === 0 ? 'none' : count(eager.unwanted.length)}, in ${time}`
  );
}

/** Whether the operator did what it promises, and the service what it is there for. mergeMap promises no order. */
export function isSound({ leg, late, unwanted, timeline, lost, stopped }: LegRun): boolean {
  const inOrder = late === 0 && unwanted.length === 0;
  return !stopped && lost.length === 0 && timeline.isBalanced && (inOrder || leg.kind === 'mergeMap');
}

function byKind(runs: readonly LegRun[]): (LegRun | undefined)[] {
  return (['concatMap', 'mergeMap', 'concatMapEager', 'small window'] as const).map((kind) =>
    runs.find((run) => run.leg.kind === kind),
  );
}

function longest(runs: readonly LegRun[]): number {
  return Math.max(...runs.map((run) => run.given.length));
}

function speedUp(run: LegRun, base: LegRun | undefined): string {
  if (!base || base.cameOut === 0 || run.cameOut === 0) return '';
  const perAction = ({ milliseconds, cameOut }: LegRun) => milliseconds / cameOut;
  const factor = perAction(base) / perAction(run);
  return `${factor.toFixed(factor < 9.95 ? 1 : 0)}x`;
}

function compare(time: number, other: number): string {
  const percent = Math.round((time / other - 1) * 100);
  if (percent === 0) return 'as much time as';
  return `${Math.abs(percent)} % ${percent < 0 ? 'less' : 'more'} time than`;
}
