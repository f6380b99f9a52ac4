import { isObservable, noop, type Observable, type OperatorFunction, type Subscription } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { compare, type Observed } from './compare.js';
import { Legend } from './Legend.js';
import { LIMITS, MarbleFixture, type MarbleMark, type MarbleSpec, type MarbleStep } from './model.js';
import { isErrorObject } from './realms.js';
import { show } from './show.js';
import { type MarbleStage, Stage } from './Stage.js';
import { isNamedIn, isObject } from './values.js';

/** What an entry of the table of operators gets. */
export interface MarbleContext extends MarbleStage {
  /**
   * The operator line's argument, fixtures filled in; `undefined` if it has none. It is typed `never` so that it can be
   * passed on as it is: the operator checks it, as with a call from JavaScript.
   */
  readonly config: never;
}

/**
 * The operators that blocks may name. An entry gives an operator; one for a block that begins with `inputs` gives an
 * Observable.
 */
export type MarbleOperators = Readonly<
  Record<string, (context: MarbleContext) => OperatorFunction<never, unknown> | Observable<unknown>>
>;

/** What `$name` in a block stands for: by name, or a function that makes them for each run. */
export type MarbleFixtures =
  Readonly<Record<string, unknown>> | ((stage: MarbleStage) => Readonly<Record<string, unknown>>);

/** How much virtual time a run has beyond what the block shows, in milliseconds: keeps an endless timer from hanging it. */
const EXTRA_TIME = 100_000;

/**
 * Runs one marble block in virtual time, and throws unless output and subscriptions are what it shows. It works in any test
 * framework.
 *
 * Time is that of rxjs's `TestScheduler` in run mode: timers of rxjs's own schedulers are virtual, and no scheduler has to be
 * passed. What does not use them (promises, `setTimeout`) does not happen within a run; animation frames are not simulated.
 *
 * @example
 * ```ts
 * import { mergeMap } from 'rxjs';
 * import { concatEager } from 'rxjs-concat-map-eager';
 * import { readMarbles, runMarble } from 'rxjs-concat-map-eager/testing';
 *
 * for (const spec of readMarbles(page, 'page.md')) {
 *   test(spec.name, () =>
 *     runMarble(spec, {
 *       mergeMap: ({ project, config }) => mergeMap(project, config),
 *       concatEager: ({ inputs, config }) => concatEager(inputs, config),
 *     }),
 *   );
 * }
 * ```
 *
 * @param spec - A block, from {@link readMarbles} or {@link readMarbleFile}.
 * @param operators - What the block's operator lines are looked up in.
 * @param fixtures - What `$name` stands for. Default: none. Where the block has a row `keys`, `$keys` is its key function;
 * where it has a row `concurrent`, `$concurrent` are its limits.
 * @throws {@link MarbleMismatch} if something else happens than the block shows; Error with file and line if the block names
 * an operator or a fixture that is not there, or the operator throws when it is called.
 */
export function runMarble(spec: MarbleSpec, operators: MarbleOperators, fixtures: MarbleFixtures = {}): void {
  const scheduler = new TestScheduler(noop);
  const stage = new Stage(spec, scheduler);
  let legend: Legend;
  let observed: Observed;
  try {
    const given = typeof fixtures === 'function' ? fixtures(stage) : fixtures;
    legend = stage.legend = new Legend(spec, { ...given, ...fixturesOf(spec, stage) });
    observed = scheduler.run(() => {
      // Run mode would let an endless timer run for ever.
      scheduler.maxFrames = lastFrame(spec) + EXTRA_TIME;
      return play(spec, stage, legend, connect(spec, operators, stage, legend));
    });
  } catch (cause) {
    const message = isErrorObject(cause) ? cause.message : String(cause);
    throw new Error(`${spec.file}:${spec.line}: ${spec.name}: ${message}`, { cause });
  }
  compare(spec, observed, legend);
}

/** What the rows of a block make besides. */
function fixturesOf(spec: MarbleSpec, { key, concurrent }: MarbleStage): Readonly<Record<string, unknown>> {
  return { ...(spec.keys && { keys: key }), ...(hasLimits(spec) && { concurrent }) };
}

function hasLimits({ rows }: MarbleSpec): boolean {
  return rows.some(({ label }) => label === LIMITS);
}

/** The operators; the limits of a row are the option `concurrent` of the first, unless a line says where they belong. */
function stepsOf(spec: MarbleSpec): readonly MarbleStep[] {
  const { operators } = spec;
  const [first, ...others] = operators;
  if (first === undefined || !hasLimits(spec) || operators.some(({ config }) => isNamedIn(config, LIMITS)))
    return operators;
  const { name, config = {} } = first;
  // What another limit or no object would hide is told: the row is never used.
  return isObject(config)
    ? [{ name, config: { [LIMITS]: new MarbleFixture(LIMITS), ...config } }, ...others]
    : operators;
}

/** Sets everything up to happen when `TestScheduler` flushes; what it returns fills meanwhile. */
function play(spec: MarbleSpec, stage: Stage, legend: Legend, output: Observable<unknown>): Observed {
  const { scheduler, takes } = stage;
  const marks: MarbleMark[] = [];
  const strange: string[] = [];
  const errors: unknown[] = [];
  const record = (mark: string): void => void marks.push({ frame: scheduler.frame, mark });
  let subscription: Subscription | undefined;
  scheduler.schedule(() => {
    subscription = output.subscribe({
      next: (value) => {
        const mark = legend.markOf(value) ?? '?';
        record(mark);
        if (mark === '?') strange.push(`"?" at ${scheduler.frame} ms is ${show(value)}`);
      },
      error: (error: unknown) => {
        record('#');
        errors.push(error);
      },
      complete: () => record('|'),
    });
  });
  // Before anything else of that frame, as in rxjs: what is scheduled first runs first.
  if (spec.unsub !== undefined) scheduler.schedule(() => subscription!.unsubscribe(), spec.unsub);
  stage.begin();
  return { takes, result: { label: 'result', start: 0, marks, throws: false }, errors, strange };
}

/** Puts the operators behind the source. */
function connect(spec: MarbleSpec, operators: MarbleOperators, stage: Stage, legend: Legend): Observable<unknown> {
  let output: Observable<unknown> | undefined = stage.source;
  for (const step of stepsOf(spec)) {
    const entry = Object.hasOwn(operators, step.name) ? operators[step.name] : undefined;
    if (entry === undefined) {
      const known = Object.keys(operators).join(', ') || 'the operators, of which there are none';
      throw new Error(`expected one of ${known}, got ${step.name}`);
    }
    const { project, inner, inputs, key, concurrent, scheduler } = stage;
    const made = entry({
      project,
      inner,
      inputs,
      key,
      concurrent,
      scheduler,
      config: legend.fill(step.config) as never,
    });
    if (typeof made !== 'function' && !isObservable(made)) {
      throw new Error(`expected the entry ${step.name} to return an operator or an Observable, got ${show(made)}`);
    }
    if (isObservable(made) !== (output === undefined)) {
      const expected = output === undefined ? 'makes an Observable of the inputs' : 'works on a source';
      throw new Error(`expected an operator that ${expected}, got ${step.name}`);
    }
    output = isObservable(made) ? made : (output as Observable<never>).pipe(made);
  }
  if (output === undefined) throw new RangeError('A block has at least one operator');
  return output;
}

function lastFrame({ rows, result, unsub = 0 }: MarbleSpec): number {
  const frames = [...rows, result].flatMap(({ start, marks }) => [start, ...marks.map(({ frame }) => frame)]);
  return frames.reduce((latest, frame) => Math.max(latest, frame), unsub);
}
