import { writeFile } from 'node:fs/promises';
import type { Action } from './actions.js';
import { connect, describe } from './client.js';
import { makeLegs, type Leg } from './legs.js';
import type { Options } from './options.js';
import { showProgress } from './progress.js';
import { isSound, notesOf, tableOf, verdictOf } from './report.js';
import { runLeg, type LegRun } from './runLeg.js';
import type { Service } from './startService.js';
import { plural, seconds } from './words.js';

/** One at a time takes so much longer that, by default, concatMap shows its pace on this many actions. */
const CONCAT_MAP_ACTIONS = 100;

/**
 * Connections take time when they are opened, and code when it runs first, so that whoever runs first looks slow. Therefore
 * those that are compared run three times, in turn, and the fastest run counts; and what is left of the cost of being first is
 * borne by concatMapEager.
 */
const COMPARED: readonly Leg['kind'][] = ['concatMapEager', 'mergeMap', 'with a key'];
const TURNS: readonly Leg['kind'][] = ['concatMap', ...COMPARED, ...COMPARED, ...COMPARED, 'small window'];

/** Runs the same actions through each operator, one after the other, and reports. Returns the exit status. */
export async function compareOperators(
  service: Service,
  actions: readonly Action[],
  options: Options,
  stop: AbortSignal,
): Promise<number> {
  const legs = makeLegs(options);
  const newClient = connect(service);
  const width = Math.max(...legs.map(({ name }) => name.length));

  // While concatMap waits for one validation after another, there is time to load the plotting library.
  const picture = import('./picture.js');
  const runs: LegRun[] = [];
  for (const kind of TURNS) {
    const leg = legs.find((leg) => leg.kind === kind)!;
    const given = kind === 'concatMap' && !options.full ? actions.slice(0, CONCAT_MAP_ACTIONS) : actions;
    if (stop.aborted) break;
    const progress = showProgress(leg.name.padEnd(width), given.length);
    const run = await runLeg(leg, given, newClient(), stop, progress.tick);
    progress.end(run.stopped ? `stopped after ${plural(run.output.length, 'action')}` : seconds(run.milliseconds));
    runs.push(run);
  }

  const counted = legs
    .map((leg) => whatCounts(runs.filter((run) => run.leg === leg)))
    .filter((run) => run !== undefined);
  if (stop.aborted) {
    say(counted.length === 0 ? '\nStopped before anything was run.' : `\nStopped. Done so far:\n${tableOf(counted)}`);
    throw stop.reason;
  }
  say(`\n${tableOf(counted)}`);
  for (const note of notesOf(counted, options)) say(note);
  const drawn = await draw(options.svg, (await picture).drawPicture(counted));
  say(`\n${verdictOf(counted).join('\n')}`);
  return drawn && counted.every(isSound) ? 0 : 1;
}

/** The fastest of the runs of one leg; but a run in which something went wrong is never passed over. */
function whatCounts(runs: readonly LegRun[]): LegRun | undefined {
  const byTime = [...runs].sort((a, b) => a.milliseconds - b.milliseconds);
  return byTime.find((run) => !run.stopped && !isSound(run)) ?? byTime.find((run) => !run.stopped) ?? byTime[0];
}

async function draw(path: string, picture: string): Promise<boolean> {
  try {
    await writeFile(path, picture);
    say(`When each of the first forty actions waited, ran, was parked and came out: ${path}`);
    return true;
  } catch (error) {
    process.stderr.write(`error: ${path} cannot be written: ${describe(error)}\n`);
    return false;
  }
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
