import { table } from '../../scripts/markdown.js';
import { median } from '../measure.js';
import { count } from '../words.js';
import { rules } from './controllers.js';
import { highest } from './measure.js';
import type { AdaptiveResults, Case, HttpResults } from './results.js';
import { kinds, SIZES, TURN_SIZES, turns } from './scenes.js';

const OURS = rules[0]!.name;
/** How many attempts a rule has after a change. */
const TIME = 300;

/** The generated part of `docs/guide/limits.md`. */
export function adaptiveSection(results: AdaptiveResults): string {
  const { seeds, attempts, shortAttempts, cases, short } = results;
  const ours = cases.filter(({ rule }) => rule === OURS);

  return `A client that always has something to do makes ${count(attempts)} attempts; the service has 1, 4, 20, 100 or 180 servers and a
queue before them, and attempts take a time that is uniform from 1 to 100 ms, exponential, or Pareto (1.5), with a mean of 50 ms. Each
case is run ${seeds} times, with different times. What is _done_ is the work that is done in a time, as a share of what the best
fixed limit does with the same work, which was searched. The second half of each run counts, unless something else is said; the
_limit_ is its mean, divided by the best fixed limit, and _longer_ is how many times as long an attempt takes as alone. _Refused_ are the
attempts that were refused or have failed.

By what the service does with too much, over all sizes and times:

${table(
  ['service', ...HEAD],
  kinds.map(({ id, title }) => [title, ...columns(ours.filter(({ kind }) => kind === id))]),
)}

By its size, over all but the one that thrashes. _From the start_ includes the time in which the limit is being found;
_short_ is a run of ${count(shortAttempts)} attempts, from the start, at a service with a queue without bounds. A service of 180 has done
that many when each server has done six:

${table(
  ['servers', ...HEAD, 'from the start', 'short'],
  SIZES.map((size) => {
    const some = ours.filter(({ kind, servers }) => servers === size && kind !== 'thrashes');
    const shorts = short.filter(({ rule, servers }) => rule === OURS && servers === size);
    return [
      String(size),
      ...columns(some),
      two(median(some.flatMap(({ share }) => share))),
      two(median(shorts.flatMap(({ share }) => share))),
    ];
  }),
)}

After a change, which comes after about 4,000 attempts: how many attempts end until the limit is right, which is enough for 0.9 of what can
be done, and no more than 2.5 times the number of servers (or 14); how many of the runs are right within ${TIME}; and what is done in the
1,000 attempts after these (not with Pareto times, where a few attempts are most of the work). With 90 servers, ${TIME} attempts are
only a few for each:

${table(
  ['change', 'servers', 'attempts, median', `within ${TIME}`, 'done, median', 'worst'],
  turns.flatMap(({ id, title }) =>
    TURN_SIZES.map((size) => {
      const [some] = results.turns.filter(
        ({ rule, turn, servers }) => rule === OURS && turn === id && servers === size,
      );
      const middle = median(some!.attempts.map((n) => n ?? Infinity));
      return [
        title,
        String(size),
        Number.isFinite(middle) ? String(Math.round(middle)) : 'more than 1,300',
        percent(some!.attempts.map((n) => n !== null && n <= TIME)),
        two(median(some!.share)),
        two(Math.min(...some!.share)),
      ];
    }),
  ),
  1,
)}

The same of all rules, over all kinds of services, sizes and times. A limit is _too high_ where it is more than 2.5 times the best fixed
one, and more than 14; _right in time_ are the runs in which it is right within ${TIME} attempts after a change:

${table(
  ['rule', ...HEAD, 'too high', 'right in time'],
  rules.map(({ name }) => {
    const some = cases.filter(({ rule }) => rule === name);
    return [
      name,
      ...columns(some),
      percent(some.flatMap(({ limit, best }) => limit.map((n, i) => n > highest(best[i]!)))),
      percent(
        results.turns
          .filter(({ rule }) => rule === name)
          .flatMap(({ attempts }) => attempts.map((n) => n !== null && n <= TIME)),
      ),
    ];
  }),
)}`;
}

const HEAD = ['done, median', 'worst', 'limit, median', 'most', 'longer, median', 'refused, most'];

function columns(cases: readonly Case[]): string[] {
  const done = cases.flatMap(({ steadyShare }) => steadyShare);
  const limits = cases.flatMap(({ limit, best }) => limit.map((n, i) => n / best[i]!));
  const refused = Math.max(...cases.flatMap(({ refused }) => refused));
  return [
    two(median(done)),
    two(Math.min(...done)),
    two(median(limits)),
    limits.length > 0 ? Math.max(...limits).toFixed(1) : '',
    two(median(cases.flatMap(({ multiple }) => multiple))),
    `${(100 * refused).toFixed(1)} %`,
  ];
}

const two = (n: number) => n.toFixed(2);

const percent = (runs: readonly boolean[]) => `${Math.round((100 * runs.filter(Boolean).length) / runs.length)} %`;

/** What a server has done on average in a second: an answer takes 50 ms. */
const PER_SERVER = 20;

/** What the page says of the run against a real server. */
export function httpSection({ seconds, phases, limits }: HttpResults): string {
  return `${count(phases.reduce((sum, { done, refused }) => sum + done + refused, 0))} requests took ${seconds.toFixed(0)} s:

${table(
  ['servers', 'seconds', 'answers a second', 'of what the servers can do', 'refused', 'mean limit'],
  phases.map(({ at, servers, done, refused }, n) => {
    const end = phases[n + 1]?.at ?? seconds;
    const rate = done / (end - at);
    return [
      String(servers),
      (end - at).toFixed(1),
      String(Math.round(rate)),
      two(rate / (PER_SERVER * servers)),
      `${((100 * refused) / (done + refused)).toFixed(1)} %`,
      String(Math.round(meanOf(limits, at, end))),
    ];
  }),
)}`;
}

/** The mean limit over a time. */
function meanOf(limits: HttpResults['limits'], from: number, to: number): number {
  let sum = 0;
  limits.forEach(([at, limit], n) => {
    const until = Math.min(to, limits[n + 1]?.[0] ?? to);
    sum += limit * Math.max(0, until - Math.max(from, at));
  });
  return sum / (to - from);
}
