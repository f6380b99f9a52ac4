/** Compares the job with the same by other libraries: see README.md. */
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import type { Faults } from './answers.js';
import { connect, type Client } from './client.js';
import type { ChildJob, Seen } from './compareChild.js';
import { contestants, type Name } from './contestants.js';
import { generated } from './generate.js';
import { integer } from './options.js';
import { startService } from './startService.js';
import { stopOnSignals } from './stopOnSignals.js';

const TIMEOUT = 500; // ms
/** The row that hangs or fails, or after which the loop is left. */
const ROW = 500;
const NOTHING: Seen = {
  rows: 0,
  seconds: 0,
  cpu: 0,
  peak: 0,
  isInputClosed: true,
};
const NO_FAULTS: Faults = { fail: 0, hang: 0 };
const sure = (fault: 'fail' | 'hang') => ({
  ...NO_FAULTS,
  sure: { id: `order-${String(ROW).padStart(7, '0')}`, fault },
});

const { rows, rounds, stuck } = new Command('npm run compare --')
  .description(
    'Measures the job with four libraries, each in a process of its own, in turns.',
  )
  .option('--rows <n>', 'how many rows', integer(2 * ROW), 20_000)
  .option('--rounds <n>', 'how often each is measured', integer(1), 5)
  .option(
    '--stuck <ms>',
    'after how long without a row a job counts as stuck',
    integer(1),
    3_000,
  )
  .allowExcessArguments(false)
  .parse()
  .opts<{ rows: number; rounds: number; stuck: number }>();

const { signal: stopped, asked } = stopOnSignals();
void asked.then((status) => process.exit(status));

const names = Object.keys(contestants) as Name[];
const folder = mkdtempSync(join(tmpdir(), 'rows-compare-'));
process.on('exit', () => rmSync(folder, { recursive: true }));
const input = await generated(rows, stopped);

/** Lets one contestant do a job against a service of its own, and looks at both. */
async function run(
  name: Name,
  faults: Faults,
  {
    isStuck = false,
    ...options
  }: Pick<ChildJob, 'timeout' | 'breakAfter'> & { isStuck?: boolean },
) {
  const service = await startService({
    seed: 1,
    latency: { min: 1, max: 20 },
    faults,
  });
  const client = connect(service.url, 1);
  const job: ChildJob = {
    name,
    url: service.url,
    input,
    output: join(folder, 'results.ndjson'),
    concurrent: 64,
    window: 4_096,
    ...options,
  };
  const child = fork(
    fileURLToPath(new URL('compareChild.js', import.meta.url)),
    [JSON.stringify(job)],
    { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] },
  );
  try {
    let last: Seen | undefined;
    const seen = await new Promise<Seen>((resolve) => {
      let since = performance.now();
      child.on('message', (message: Seen) => {
        if (message.rows !== last?.rows) since = performance.now();
        last = message;
        const isSilent = message.rows > 0 && performance.now() - since > stuck;
        if (message.ended || (isStuck && isSilent)) resolve(message);
      });
      child.on('exit', () =>
        resolve({
          ...(last ?? NOTHING),
          ended: { error: 'the process ends: a rejection that nobody handles' },
        }),
      );
    });
    const requests = await settle(client);
    return { ...seen, requests, isInputClosed: last!.isInputClosed };
  } finally {
    child.kill('SIGKILL');
    service.stop();
    await client.close();
  }
}

/** What becomes of the requests that are under way. */
async function settle(client: Client) {
  const atEnd = await client.counts();
  let now = atEnd;
  for (
    let before;
    before?.begun !== now.begun ||
    before.answered !== now.answered ||
    before.aborted !== now.aborted;
  ) {
    before = now;
    await sleep(200);
    now = await client.counts();
  }
  return {
    begun: now.begun - atEnd.begun,
    answered: now.answered - atEnd.answered,
  };
}

const faulty: Faults = { fail: 0.005, hang: 0.0002 };
const measured = new Map(names.map((name) => [name, [] as Seen[]]));
for (let round = 1; round <= rounds; round++) {
  // Who begins changes, so that what the machine does meanwhile meets all.
  for (const name of [
    ...names.slice(round % 4),
    ...names.slice(0, round % 4),
  ]) {
    const seen = await run(name, faulty, { timeout: TIMEOUT });
    if (seen.rows !== rows || seen.ended?.error !== undefined)
      throw new Error(
        `${name} has written ${seen.rows} rows: ${seen.ended?.error}`,
      );
    measured.get(name)!.push(seen);
    console.log(
      `round ${round} of ${rounds}: ${name} ${Math.round(rows / seen.seconds)} rows/s, ${Math.round(seen.peak)} MB`,
    );
  }
}

printTable(
  [
    `median of ${rounds}`,
    'rows a second',
    'processor time for 1,000 rows',
    'peak memory',
  ],
  names.map((name) => {
    const all = measured.get(name)!;
    const of = (figure: (seen: Seen) => number) =>
      Math.round(median(all.map(figure))).toLocaleString('en');
    return [
      name,
      of(({ seconds }) => rows / seconds),
      `${of(({ cpu }) => (1e6 * cpu) / rows)} ms`,
      `${of(({ peak }) => peak)} MB`,
    ];
  }),
);

const behaviour: string[][] = [];
for (const name of names) {
  const limit =
    name === 'concatMapEagerFrom' ? { timeout: TIMEOUT } : { isStuck: true };
  const hang = await run(name, sure('hang'), limit);
  const fail = await run(name, sure('fail'), {});
  const left = await run(name, NO_FAULTS, { breakAfter: ROW });
  behaviour.push([
    name,
    hang.ended ? `all ${hang.rows} rows` : `stuck after ${hang.rows} rows`,
    `${fail.ended?.error} after ${fail.rows} rows; ${rest(fail)}`,
    rest(left),
  ]);
}
printTable(
  ['', `row ${ROW} hangs`, `row ${ROW} fails`, `\`break\` after ${ROW} rows`],
  behaviour,
);
process.exit();

type Outcome = Awaited<ReturnType<typeof run>>;

function rest({ requests, isInputClosed }: Outcome): string {
  const { answered, begun } = requests;
  const file = isInputClosed ? 'closed' : 'left open';
  return `${answered} requests answered and ${begun} begun after it; file ${file}`;
}

function printTable(head: string[], rows: string[][]): void {
  const lines = [head, head.map(() => '---'), ...rows];
  console.log(
    `\n${lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}`,
  );
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}
