import { createWriteStream, type WriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import type { Span } from './timeline.js';

/** A Chrome trace file, which https://ui.perfetto.dev opens, also if the program crashed before it closed it. */
export class TraceFile {
  private readonly file: WriteStream;
  private before = '[\n';
  /** The numbers of groups, and of the tracks of each. */
  private readonly groups = new Map<string, Map<string, number>>();

  constructor(path: string) {
    this.file = createWriteStream(path);
  }

  readonly draw = ({ state, label, start, end, track, group }: Span): void => {
    const tracks = this.groups.get(group) ?? new Map<string, number>();
    if (!this.groups.has(group)) {
      this.groups.set(group, tracks);
      this.name('process_name', group, { pid: this.groups.size });
    }
    const pid = [...this.groups.keys()].indexOf(group) + 1;
    if (!tracks.has(track)) {
      tracks.set(track, tracks.size + 1);
      this.name('thread_name', track, { pid, tid: tracks.size });
    }
    const tid = tracks.get(track);
    // In microseconds. Perfetto colours a slice by its name without digits.
    const time = { ts: start * 1_000, dur: (end - start) * 1_000 };
    this.write({
      ph: 'X',
      name: `${state} ${label}`,
      cat: state,
      pid,
      tid,
      ...time,
    });
  };

  /** Resolves when all has been written. */
  async close(): Promise<void> {
    this.file.end(this.before === ',\n' ? '\n]\n' : '[]\n');
    await finished(this.file);
  }

  private name(what: string, name: string, where: object): void {
    this.write({ ph: 'M', name: what, args: { name }, ...where });
  }

  private write(event: object): void {
    this.file.write(`${this.before}${JSON.stringify(event)}`);
    this.before = ',\n';
  }
}
