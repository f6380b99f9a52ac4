import * as rxjs from 'rxjs';
import * as operators from 'rxjs/operators';
import { compile, importer, lineIn, Problem } from './compile';
import { consoleOf } from './console';
import type { Entry } from './entries';
import { inspect } from './format';
import { isolate } from './isolate';
import { type Level, type Line, type Message, MOST_ENTRIES, MOST_LINES } from './messages';
import { recorded } from './record';
import { countTimers } from './timers';

type Program = (require: (name: string) => object, exports: object) => Promise<void>;

/** How often it gives a sign, in milliseconds. */
const BEAT = 100;
/** What waits for the next sign is sent at once if it is as much as this. */
const BATCH = 500;

const { setTimeout, setInterval, performance } = globalThis;
const post = postMessage.bind(globalThis) as (message: Message) => void;
let began = 0;
const now = () => performance.now() - began;

let entries: Entry[] = [];
let lines: Line[] = [];
let dropped = 0;
let toldDropped = 0;
let entriesInAll = 0;
let linesInAll = 0;
let isRunning = false;

/** Sends what has happened; only if it is `alive` is that a sign that the program is in no loop. */
function flush(alive = false): void {
  post({ what: 'batch', entries, lines, dropped, alive });
  entries = [];
  lines = [];
  toldDropped = dropped;
}

function tell(entry: Entry): void {
  if (++entriesInAll > MOST_ENTRIES) {
    if (entriesInAll === MOST_ENTRIES + 1) {
      flush();
      post({ what: 'full' });
    }
    return;
  }
  if (entries.push(entry) >= BATCH) flush();
}

function write(level: Level, text: () => string, isUncaught = false): void {
  if (++linesInAll > MOST_LINES) {
    dropped++;
    // Seldom, for the page has to hear of it each time.
    if (dropped >= 2 * toldDropped + 1_000) flush();
    return;
  }
  lines.push({ at: now(), level, text: text(), isUncaught });
  // At once: what follows may be an endless loop.
  flush();
}

function uncaught(error: unknown, what: string): void {
  if (error instanceof Problem) return problem(error);
  const line = error instanceof Error ? lineIn(error.stack) : undefined;
  write('error', () => `${what}: ${inspect(error)}${line === undefined ? '' : ` (line ${line})`}`, true);
}

function problem({ message, line, column }: Problem): void {
  post({ what: 'problem', text: message, line, column });
}

addEventListener('message', (event: MessageEvent<string>) => void run(event.data), { once: true });

async function run(program: string): Promise<void> {
  post({ what: 'begun' });
  let main: Program;
  try {
    main = await evaluate(compile(program));
  } catch (error) {
    return problem(error instanceof Problem ? error : new Problem(String(error)));
  }

  addEventListener('error', (event) => {
    event.preventDefault();
    uncaught(event.error ?? event.message, 'Uncaught');
  });
  addEventListener('unhandledrejection', (event) => {
    event.preventDefault();
    uncaught(event.reason, 'Unhandled rejection');
  });
  const pending = countTimers(globalThis);
  const line = () => lineIn(new Error().stack);
  const modules = { rxjs, 'rxjs/operators': operators, 'rxjs-concat-map-eager': recorded({ tell, now, line }) };
  const require = importer(modules);
  Object.assign(console, consoleOf(write, now));
  isolate(globalThis);

  setInterval(beat, BEAT, pending);
  began = performance.now();
  isRunning = true;
  try {
    await main(require, {});
  } catch (error) {
    uncaught(error, 'Uncaught');
  } finally {
    isRunning = false;
  }
}

let quiet = 0;
/** Gives a sign, and says when nothing has happened for a while and nothing is left to happen. */
function beat(pending: () => number): void {
  const isQuiet = entries.length === 0 && dropped === toldDropped && !isRunning && pending() === 0;
  quiet = isQuiet ? quiet + 1 : 0;
  flush(true);
  if (quiet === 3) post({ what: 'done' });
}

/** Evaluates a function in the global scope. */
async function evaluate(code: string): Promise<Program> {
  try {
    return (0, eval)(code) as Program;
  } catch (error) {
    const { line, column } = await placeOf(error as Error, code);
    throw new Problem((error as Error).message, line, column);
  }
}

interface Place {
  readonly line: number | undefined;
  readonly column: number | undefined;
}

/** Where a mistake in the syntax is. Chromium tells nobody but the listeners of errors that nobody has caught. */
function placeOf(error: Error, code: string): Promise<Place> {
  const number = (value: unknown) => (typeof value === 'number' && value > 0 ? value : undefined);
  const told = error as Partial<Record<string, unknown>> & Error;
  const line = number(told['lineNumber'] ?? told['line']);
  if (line !== undefined) return Promise.resolve({ line, column: number(told['columnNumber'] ?? told['column']) });
  return new Promise((resolve) => {
    addEventListener(
      'error',
      (event) => {
        event.preventDefault();
        // In its first line there is more than what the reader wrote.
        resolve({ line: number(event.lineno), column: event.lineno === 1 ? undefined : number(event.colno) });
      },
      { once: true },
    );
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- It does not run: its syntax is wrong.
    setTimeout(code);
    setTimeout(() => resolve({ line: undefined, column: undefined }), 100);
  });
}
