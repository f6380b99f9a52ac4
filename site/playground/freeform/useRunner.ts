import { computed, onBeforeUnmount, ref, shallowRef } from 'vue';
import { ms } from '../engine/story';
import { Assembly, type Timeline } from './assemble';
import { MOST_ENTRIES, MOST_LINES } from './limits';
import { type Line, type Message, readMessage } from './messages';
import { openSandbox } from './sandbox';

/** How long a program may run, and give no sign, in milliseconds. */
const LONGEST = 10_000;
const SILENCE = 2_000;

/** How often the page looks whether it has, and how often it shows what is new. */
const LOOK = 250;
const SHOW = 100;

export interface Mistake {
  readonly text: string;
  readonly line: number | undefined;
  readonly column: number | undefined;
}

/** Runs one program at a time, in a sandbox that is closed when the program is over or takes too long. */
export function useRunner({ live }: { live: boolean }) {
  const isRunning = ref(false);
  const hasRun = ref(false);
  const status = ref('Not run yet.');
  const mistake = shallowRef<Mistake>();
  const lines = shallowRef<readonly Line[]>([]);
  const dropped = ref(0);
  const timelines = shallowRef<readonly Timeline[]>([]);
  const elapsed = ref(0);

  let close: (() => void) | undefined;
  /** How many programs have been started. */
  let started = 0;
  let watch: ReturnType<typeof setInterval> | undefined;
  let shown: ReturnType<typeof setTimeout> | undefined;
  let assembly = new Assembly();
  let written: Line[] = [];
  let begunAt = 0;
  let last = 0;
  let entries = 0;

  async function start(program: string): Promise<void> {
    quit();
    const mine = started;
    assembly = new Assembly();
    written = [];
    last = begunAt = entries = 0;
    mistake.value = undefined;
    dropped.value = 0;
    isRunning.value = hasRun.value = true;
    status.value = 'Loading …';
    show();
    let runtime;
    try {
      ({ default: runtime } = await import('./worker.ts?bundle'));
    } catch (error) {
      if (mine === started) failed(error);
      return;
    }
    // It may have been stopped, or run again.
    if (mine !== started) return;
    close = openSandbox(
      { runtime, program },
      {
        hear: (data) => {
          const message = readMessage(data);
          if (message) hear(message);
          else distrust();
        },
        failed,
      },
    );
  }

  function failed(reason: unknown): void {
    const why = reason instanceof Error ? reason.message : typeof reason === 'string' ? reason.slice(0, 500) : '';
    end(`What runs programs could not be loaded${why === '' ? '' : `: ${why}`}.`);
  }

  /** The program has replaced something that reports on it. */
  function distrust(): void {
    end('Stopped: what the page was told of the program cannot be true.');
  }

  let silent = 0;
  function hear(message: Message): void {
    switch (message.what) {
      case 'begun':
        status.value = 'Running …';
        begunAt = performance.now();
        silent = 0;
        watch = setInterval(look, LOOK);
        break;
      case 'batch':
        if (message.alive) silent = 0;
        entries += message.entries.length;
        if (entries > MOST_ENTRIES || written.length + message.lines.length > MOST_LINES) return distrust();
        try {
          for (const entry of message.entries) {
            assembly.add(entry);
            if (!assembly.isVirtual(entry.run)) last = Math.max(last, entry.at);
          }
        } catch {
          return distrust();
        }
        for (const line of message.lines) {
          written.push(line);
          last = Math.max(last, line.at);
        }
        dropped.value = message.dropped;
        shown ??= setTimeout(() => show(), SHOW);
        break;
      case 'problem':
        mistake.value = { text: message.text, line: message.line, column: message.column };
        end('The program does not run.');
        break;
      case 'full':
        end(`Stopped: more has happened than the ${MOST_ENTRIES.toLocaleString('en')} events that are shown.`);
        break;
      case 'done': {
        const isUncaught = written.some((line) => line.isUncaught);
        end(
          `Finished after ${ms(Math.round(last))}: nothing is left to happen.${isUncaught ? ' There was an error that nobody has caught.' : ''}`,
        );
      }
    }
  }

  function look(): void {
    // Counted, since the page may have slept.
    silent++;
    if (silent * LOOK >= SILENCE + LOOK) {
      end(`Stopped: the program gave no sign for ${ms(SILENCE)}, as in an endless loop.`);
    } else if (performance.now() - begunAt >= LONGEST) {
      end(`Stopped after ${ms(LONGEST)}, which is as long as a program may run here.`);
    }
  }

  function show(): void {
    clearTimeout(shown);
    shown = undefined;
    lines.value = written.slice();
    elapsed.value = isRunning.value && begunAt > 0 ? performance.now() - begunAt : last;
    if (live || !isRunning.value) timelines.value = assembly.snapshot();
  }

  function end(text: string): void {
    quit();
    isRunning.value = false;
    status.value = text;
    show();
  }

  function stop(): void {
    if (isRunning.value) end(`Stopped by you after ${ms(begunAt > 0 ? Math.round(performance.now() - begunAt) : 0)}.`);
  }

  /** The mistake is not in the program that is shown any more. */
  function forget(): void {
    mistake.value = undefined;
  }

  function quit(): void {
    started++;
    close?.();
    close = undefined;
    clearInterval(watch);
  }

  /** How many milliseconds are shown of the programs' own time. */
  const horizon = computed(() => {
    if (isRunning.value) return Math.max(100, elapsed.value);
    const runs = timelines.value.filter(({ virtual }) => !virtual).map(({ run }) => run.end?.at ?? run.last * 1.15);
    return Math.max(10, Math.ceil(1.02 * Math.max(0, ...runs)));
  });

  onBeforeUnmount(() => {
    quit();
    clearTimeout(shown);
  });
  return { isRunning, hasRun, status, mistake, lines, dropped, timelines, horizon, start, stop, forget };
}
