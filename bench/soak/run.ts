/**
 * Lets streams run, live ones and short ones, by real timers, and every few seconds come to rest: nothing more is let in until
 * all is accounted for. What the process holds then is the same each time, unless something is left behind.
 */
import { availableParallelism } from 'node:os';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { listenForAlarms } from './alarms.js';
import { startIteratedStreams } from './iterated.js';
import { Lasting } from './lasting.js';
import { Gate, startLiveStreams, type LiveStream } from './live.js';
import { Random } from './random.js';
import { collect, resources, sum, takeSample, timers, turn, type Sample } from './sample.js';
import { startShortStream } from './short.js';
import type { Results } from './results.js';
import { Tally } from './tally.js';

/** The longest that anything here lasts is 150 ms; a busy machine may take its time. */
const TIME_TO_REST = 10_000;
const MOST_SHORT_STREAMS = 40;

export async function run(minutes: number, seed: number, onSample: (sample: Sample) => void): Promise<Results> {
  const tally = new Tally();
  const random = new Random(seed);
  const gate = new Gate();
  const lasting = new Lasting(tally);
  const stopListening = listenForAlarms(tally);
  await collect();
  const before = resources();

  const start = performance.now();
  const end = start + minutes * 60_000;
  const interval = Math.min(5_000, Math.max(500, (minutes * 60_000) / 60));
  const samples: Sample[] = [];
  const live = [
    ...startLiveStreams(random, tally, gate, lasting),
    ...startIteratedStreams(random, tally, gate, lasting),
  ];
  // A stream of Node.js asks for the first time in the next turn.
  await turn();
  const { listeners } = lasting;
  let running = 0;

  async function work(until: number): Promise<void> {
    while (performance.now() < until) {
      lasting.change(random);
      for (const stream of live) stream.feed();
      for (let more = random.int(0, 2); more > 0 && running < MOST_SHORT_STREAMS; more--) {
        running++;
        startShortStream(random, tally, lasting, () => running--);
      }
      await sleep(random.int(1, 4));
    }
  }

  async function comeToRest(isReached: () => boolean): Promise<void> {
    const latest = performance.now() + TIME_TO_REST;
    do {
      await sleep(10);
      await turn();
    } while (!isReached() && performance.now() < latest);
    if (!isReached()) tally.problem(`It did not come to rest: ${timers()} timers, ${running} short streams`);
    balance('opened', tally.of('opened'), 'closed', tally.of('closed'));
    balance('received', tally.of('event: received'), 'ended', sum(tally.under('outcome: ')));
  }

  function balance(what: string, n: number, other: string, m: number): void {
    if (n !== m) tally.problem(`At rest, ${n} were ${what} and ${m} ${other}`);
  }

  const baseTimers = before.Timeout ?? 0;
  while (performance.now() < end) {
    await work(performance.now() + interval);
    const timersAtWork = timers();
    gate.close();
    lasting.comeToRest();
    await comeToRest(() => running === 0 && timers() <= baseTimers && live.every(({ isAtRest }) => isAtRest));
    live.forEach((stream) => stream.settle?.());
    lasting.checkSlots();
    const at = Math.round(performance.now() - start) / 1_000;
    const sample = await takeSample(at, timersAtWork, lasting.listeners, tally);
    samples.push(sample);
    onSample(sample);
    gate.open();
  }

  await stopAll(live);
  live.length = 0;
  lasting.stop();
  await comeToRest(() => running === 0 && timers() <= baseTimers);
  for (let i = 0; i < 5 && sum(tally.present) > 0; i++) await collect();
  stopListening();
  return {
    machine: { node: process.version, cores: availableParallelism(), platform: `${process.platform} ${process.arch}` },
    minutes,
    seed,
    before,
    after: resources(),
    listeners: { live: listeners, after: lasting.listeners },
    counts: tally.all,
    followed: tally.followed,
    left: tally.present,
    problems: tally.problems,
    samples,
  };
}

/** By itself: the frame of what goes on afterwards is to hold none of them. */
async function stopAll(streams: readonly LiveStream[]): Promise<void> {
  for (const stream of streams) await stream.stop();
}
