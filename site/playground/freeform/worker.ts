import * as rxjs from 'rxjs';
import * as operators from 'rxjs/operators';
import { type Compiled, compile, importer, lineIn, Problem } from './compile';
import { consoleOf } from './console';
import type { Entry } from './entries';
import { inspect } from './format';
import { isolate } from './isolate';
import { MOST_ENTRIES, MOST_LINES } from './limits';
import type { Level, Line, Message } from './messages';
import { recorded } from './record';
import { countTimers } from './timers';

type Program = (require: (name: string) => object, exports: object) => Promise<void>;

/** How often it gives a sign, in milliseconds. */
const BEAT = 100;
/** What waits for the next sign is sent at once if it is as much as this. */
const BATCH = 500;

// A program may replace what it finds.
const { setTimeout, setInterval, performance, Worker, Blob } = globalThis;
const createObjectURL = URL.createObjectURL.bind(URL);
let post: (message: Message) => void;
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

/** Ends the program: the page ends it when it hears of this. */
function problem({ message, line, column }: Problem): void {
  post({ what: 'problem', text: message, line, column });
}

addEventListener(
  'message',
  ({ data, ports: [port] }: MessageEvent<string>) => {
    // The program never sees the port.
    post = port!.postMessage.bind(port);
    void run(data);
  },
  { once: true },
);

async function run(program: string): Promise<void> {
  post({ what: 'begun' });
  let compiled;
  try {
    compiled = compile(program);
  } catch (error) {
    return problem(error as Problem);
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
    const main = await load(compiled);
    await main?.(require, {});
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

/** Evaluates the program as a module, in which `<!--` and `-->` are no comments: a browser reads it as the compiler has. */
async function load(compiled: Compiled): Promise<Program | undefined> {
  try {
    const module = (await import(urlOf(compiled.module))) as { readonly default: Program };
    return module.default;
  } catch (error) {
    const { line, column } = await placeOf(error as Error, compiled);
    problem(new Problem(String((error as Error).message), line, column));
    return undefined;
  }
}

const urlOf = (code: string) => createObjectURL(new Blob([code], { type: 'text/javascript' }));

interface Place {
  readonly line: number | undefined;
  readonly column: number | undefined;
}

const number = (value: unknown) => (typeof value === 'number' && value > 0 ? value : undefined);

/** Where a mistake in the syntax is. Chromium says so only of a script, and only to a listener for its errors. */
function placeOf(error: Error, { broken }: Compiled): Promise<Place> {
  const told = error as Partial<Record<string, unknown>> & Error;
  const line = number(told['lineNumber'] ?? told['line']);
  if (line !== undefined) return Promise.resolve({ line, column: number(told['columnNumber'] ?? told['column']) });
  return new Promise((resolve) => {
    const found = (place: Place) => {
      worker.terminate();
      resolve(place);
    };
    const worker = new Worker(urlOf(broken));
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      const isLast = event.lineno === broken.split('\n').length;
      found({
        line: isLast ? undefined : number(event.lineno),
        // In its first line there is more than what the reader wrote.
        column: isLast || event.lineno === 1 ? undefined : number(event.colno),
      });
    });
    setTimeout(found, 1_000, { line: undefined, column: undefined });
  });
}
