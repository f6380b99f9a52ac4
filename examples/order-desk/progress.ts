import { Presets, SingleBar } from 'cli-progress';

export interface Progress {
  tick(): void;
  end(summary: string): void;
}

/** A bar on a terminal; elsewhere (a file, a pipe) one line when it ends. Both go to standard error. */
export function showProgress(label: string, total: number): Progress {
  if (!process.stderr.isTTY) {
    return { tick: () => {}, end: (summary) => process.stderr.write(`${label}  ${summary}\n`) };
  }
  const bar = new SingleBar(
    { format: `${label}  {bar}  {value}/{total}  {summary}`, barsize: 30, hideCursor: true, fps: 15 },
    Presets.shades_classic,
  );
  bar.start(total, 0, { summary: '' });
  return {
    tick: () => bar.increment(),
    end: (summary) => {
      bar.update({ summary });
      bar.stop(); // draws once more, and shows the cursor again
    },
  };
}
