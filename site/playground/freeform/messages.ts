import * as v from 'valibot';
import { entry, position, text, time } from './entries';
import { MOST_ENTRIES, MOST_LINES } from './limits';

/** So much of a line is kept, in characters. */
const LONGEST = 4_000;

const line = v.object({
  /** Milliseconds since the program began. */
  at: time,
  level: v.picklist(['debug', 'info', 'log', 'warn', 'error']),
  text: text(LONGEST),
  /** Whether it is an error that nobody has caught. */
  isUncaught: v.boolean(),
});

/** A line of the console. */
export type Line = v.InferOutput<typeof line>;
export type Level = Line['level'];

const message = v.variant('what', [
  /** The worker has been loaded, and begins. */
  v.object({ what: v.literal('begun') }),
  /** This is what happened; if it is `alive`, the program is in no loop. */
  v.object({
    what: v.literal('batch'),
    entries: v.pipe(v.array(entry), v.maxLength(MOST_ENTRIES)),
    lines: v.pipe(v.array(line), v.maxLength(MOST_LINES)),
    /** How many lines were left out by now. */
    dropped: v.pipe(v.number(), v.integer(), v.minValue(0)),
    alive: v.boolean(),
  }),
  /** The program does not run: for a mistake, or for an import. */
  v.object({ what: v.literal('problem'), text: text(LONGEST), line: position, column: position }),
  /** Nothing is left to happen. */
  v.object({ what: v.literal('done') }),
  /** So much has happened that no more of it is shown. */
  v.object({ what: v.literal('full') }),
]);

/** What the worker sends to the page. */
export type Message = v.InferOutput<typeof message>;

/** A message as the page may use it. The program may have forged it; `undefined` if it is none. */
export function readMessage(data: unknown): Message | undefined {
  const { success, output } = v.safeParse(message, data);
  return success ? output : undefined;
}
