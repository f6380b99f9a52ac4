import { isObservable, type Observable, type OperatorFunction, type Subscription } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { compare, type Observed } from './compare.js';
import { show } from './errors.js';
import { MarbleFixture, type MarbleMark, type MarbleSpec, type MarbleValue } from './model.js';
import { isValue } from './readMarks.js';
import { type MarbleStage, Stage } from './Stage.js';

/** What an entry of the table of operators is given. */
export interface MarbleContext extends MarbleStage {
  /**
   * The operator line's argument, fixtures filled in; `undefined` if it has none. It is typed `never` so that it can be
   * passed on as it is: whether it fits is for the operator to say, as with a call from JavaScript.
   */
  readonly config: never;
}

/**
 * The operators that blocks may name. An entry gives an operator; one for a block that begins with `inputs` gives an
 * Observable.
 */
export type MarbleOperators = Readonly<
  Record<string, (context: MarbleContext) => OperatorFunction<string, unknown> | Observable<unknown>>
>;

/** What `$name` in a block stands for: by name, or a function that makes them for each run. */
export type MarbleFixtures =
  Readonly<Record<string, unknown>> | ((stage: MarbleStage) => Readonly<Record<string, unknown>>);

/** How much virtual time a run has beyond what the block shows; keeps an endless timer from hanging it. */
const EXTRA_TIME = 100_000;

/**
 * Runs one marble block in virtual time, and throws unless output and subscriptions are what it shows.
 *
 * Time is that of rxjs's `TestScheduler` in run mode: timers of rxjs's own schedulers are virtual, nothing has to be
 * passed.
 *
 * @example
 * ```ts
 * runMarble(spec, {
 *   mergeMap: ({ project, config }) => mergeMap(project, config),
 *   concatEager: ({ inputs, config }) => concatEager(inputs, config),
 * });
 * ```
 *
 * @param spec - a block, from `readMarbles`
 * @param operators - what the block's operator lines are looked up in
 * @param fixtures - what `$name` stands for
 * @throws {@link MarbleMismatch} if something else happens than the block shows
 * @throws Error if the block names an operator or a fixture that is not there, or the operator throws when it is called
 */
export function runMarble(spec: MarbleSpec, operators: MarbleOperators, fixtures: MarbleFixtures = {}): void {
  const scheduler = new TestScheduler(() => undefined);
  const width = pictureWidth(spec);
  let observed: Observed;
  try {
    observed = scheduler.run(() => {
      // Run mode would let an endless timer run for ever.
      scheduler.maxFrames = width + EXTRA_TIME;
      return play(spec, operators, fixtures, scheduler);
    });
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${spec.file}:${spec.line}: ${spec.name}: ${message}`, { cause });
  }
  compare(spec, observed, width);
}

/** Sets everything up to happen when `TestScheduler` flushes; what it returns fills meanwhile. */
function play(
  spec: MarbleSpec,
  operators: MarbleOperators,
  fixtures: MarbleFixtures,
  scheduler: TestScheduler,
): Observed {
  const stage = new Stage(spec, scheduler);
  const made = typeof fixtures === 'function' ? fixtures(stage) : fixtures;
  const output = connect(spec, operators, made, stage);
  // A misspelt name in an `error` line would otherwise only look like another error.
  for (const [, name = ''] of spec.error?.matchAll(/\$(\w+)/g) ?? []) find(name, made);

  const marks: MarbleMark[] = [];
  const strange: string[] = [];
  const errors: unknown[] = [];
  const names = new Map<unknown, string>();
  for (const [name, value] of Object.entries(made)) names.set(value, `$${name}`);
  for (const [error, name] of stage.errors) names.set(error, name);

  const record = (mark: string): void => void marks.push({ frame: scheduler.frame, mark });
  let subscription: Subscription | undefined;
  scheduler.schedule(() => {
    subscription = output.subscribe({
      next: (value) => {
        const known = typeof value === 'string' && isValue(value);
        record(known ? value : '?');
        if (!known) strange.push(`"?" at ${scheduler.frame} ms is ${show(value)}`);
      },
      error: (error: unknown) => {
        record('#');
        errors.push(error);
      },
      complete: () => record('|'),
    });
  });
  // Before anything else of that frame, as in rxjs: what is scheduled first runs first.
  const unsub = spec.unsub?.marks[0];
  if (unsub) scheduler.schedule(() => subscription?.unsubscribe(), unsub.frame);
  stage.begin();
  return { takes: stage.takes, result: { label: 'result', start: 0, marks, throws: false }, errors, names, strange };
}

/** Puts the operators behind the source. */
function connect(
  spec: MarbleSpec,
  operators: MarbleOperators,
  fixtures: Readonly<Record<string, unknown>>,
  stage: Stage,
): Observable<unknown> {
  let output: Observable<unknown> | undefined = stage.source;
  for (const step of spec.operators) {
    const entry = Object.hasOwn(operators, step.name) ? operators[step.name] : undefined;
    if (entry === undefined) {
      throw new Error(`expected one of ${Object.keys(operators).join(', ')}, got ${step.name}`);
    }
    const { project, inner, inputs, scheduler } = stage;
    const config = fill(step.config, fixtures) as never;
    const made = entry({ project, inner, inputs, scheduler, config });
    if (isObservable(made) !== (output === undefined)) {
      const expected = output === undefined ? 'makes an Observable of the inputs' : 'works on a source';
      throw new Error(`expected an operator that ${expected}, got ${step.name}`);
    }
    output = isObservable(made) ? made : (output as Observable<string>).pipe(made);
  }
  if (output === undefined) throw new RangeError('A block has at least one operator');
  return output;
}

/** The argument of an operator line, with the fixtures in it. */
function fill(value: MarbleValue | undefined, fixtures: Readonly<Record<string, unknown>>): unknown {
  if (value instanceof MarbleFixture) return find(value.name, fixtures);
  if (typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, fill(each, fixtures)]));
}

function find(name: string, fixtures: Readonly<Record<string, unknown>>): unknown {
  if (Object.hasOwn(fixtures, name)) return fixtures[name];
  const known = Object.keys(fixtures).map((each) => `$${each}`);
  throw new Error(`expected one of the fixtures (${known.join(', ') || 'there are none'}), got $${name}`);
}

function pictureWidth(spec: MarbleSpec): number {
  const rows = [spec.source, ...spec.inners, spec.result, ...(spec.unsub ? [spec.unsub] : [])];
  return Math.max(...rows.flatMap(({ text }) => text.map((line) => [...line].length))) - spec.indent;
}
