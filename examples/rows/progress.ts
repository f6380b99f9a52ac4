import { Presets, SingleBar } from 'cli-progress';
import type { Enriched } from './enrich.js';
import type { Position } from './lines.js';

/** Counts what happens, and shows it on a terminal. */
export class Progress {
  private readonly written = { scored: 0, failed: 0, bad: 0 };
  /** The last row that was read, and that was written. */
  private lastRead: number;
  private lastWritten: number;
  private end: number;
  /** The most that ever were read and not yet written. */
  private mostAhead = 0;
  private readonly began = performance.now();
  private readonly bar: SingleBar | undefined;
  private readonly timer: NodeJS.Timeout | undefined;

  /** Of an input that has so many bytes. */
  constructor(bytes: number, { number, end }: Position) {
    this.lastRead = this.lastWritten = number;
    this.end = end;
    if (!process.stderr.isTTY) return;
    this.bar = new SingleBar(
      {
        format:
          '{bar} {percentage}% | row {row} | {rate} rows/s | {ahead} ahead | {memory} MB',
        barsize: 20,
        hideCursor: true,
        // Ctrl-C does not end the program: see stopOnSignals.ts.
        gracefulExit: false,
      },
      Presets.shades_classic,
    );
    this.bar.start(bytes, end, this.payload());
    this.timer = setInterval(() => this.draw(), 100);
    // It shows the cursor again.
    process.once('exit', this.stop);
  }

  onRead({ number }: Position): void {
    this.lastRead = number;
    this.mostAhead = Math.max(this.mostAhead, number - this.lastWritten);
  }

  onWritten({ number, end, kind }: Enriched): void {
    this.written[kind]++;
    this.lastWritten = number;
    this.end = end;
  }

  /** How far the output goes. */
  get position(): Position {
    return { number: this.lastWritten, end: this.end };
  }

  get summary(): string {
    const { scored, failed, bad } = this.written;
    const peak = process.resourceUsage().maxRSS / 2 ** 10;
    return (
      `${format(this.rows)} rows in ${this.seconds.toFixed(1)} s, ${format(this.rate)} a second: ` +
      `${format(scored)} scored, ${format(failed)} failed, ${format(bad)} bad.\n` +
      `At most ${format(this.mostAhead)} rows ahead; peak memory ${format(peak)} MB.`
    );
  }

  readonly stop = (): void => {
    clearInterval(this.timer);
    process.off('exit', this.stop);
    this.draw();
    this.bar?.stop();
  };

  private draw(): void {
    this.bar?.update(this.end, this.payload());
  }

  private payload() {
    return {
      row: format(this.lastWritten),
      rate: format(this.rate),
      ahead: format(this.lastRead - this.lastWritten),
      memory: format(process.memoryUsage.rss() / 2 ** 20),
    };
  }

  private get rows(): number {
    const { scored, failed, bad } = this.written;
    return scored + failed + bad;
  }

  private get seconds(): number {
    return (performance.now() - this.began) / 1_000;
  }

  private get rate(): number {
    return this.rows / this.seconds;
  }
}

// One for all: `toLocaleString` makes a new one each time, of 100 kB and more.
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

function format(count: number): string {
  return whole.format(count);
}
