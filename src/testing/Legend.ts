import { isEqual } from './isEqual.js';
import {
  errorNames,
  type MarbleError,
  type MarbleRow,
  type MarbleSpec,
  type MarbleValue,
  namesOfErrors,
  valuesOf,
} from './model.js';
import { isValue } from './readMarks.js';
import { show } from './show.js';
import { fill } from './values.js';

/** What a mark or a name stands for. */
interface Entry {
  /** What is emitted. */
  readonly given: unknown;
  /** What must come out: made anew, so that nobody can change both. */
  readonly expected: unknown;
}

/** What the marks and names of a block stand for in a run, and which of them a value is. */
export class Legend {
  readonly #fixtures: Readonly<Record<string, unknown>>;
  /** Only values that do not stand for themselves. */
  readonly #values = new Map<string, Entry>();
  readonly #errors = new Map<string, Entry>();
  readonly #nameOfRow: ReadonlyMap<MarbleRow, string>;

  /** @throws Error if a fixture is not there, or two marks stand for equal values */
  constructor(spec: MarbleSpec, fixtures: Readonly<Record<string, unknown>>) {
    this.#fixtures = fixtures;
    this.#nameOfRow = errorNames(spec.rows);
    for (const name of namesOfErrors(spec)) {
      this.#errors.set(name, { given: `error ${name}`, expected: `error ${name}` });
    }
    for (const [name, value] of Object.entries(spec.where)) {
      const entry = { given: this.fill(value), expected: this.fill(value) };
      if (name.startsWith('#')) this.#errors.set(name.slice(1), entry);
      else this.#values.set(name, entry);
    }
    this.#expectDistinct(valuesOf(spec));
    // A misspelt name in an `error` line would otherwise only look like another error.
    if (spec.error) this.#expectFixtures(spec.error);
  }

  /** What is meant by what a block says, fixtures filled in. */
  fill(value: MarbleValue): unknown {
    return fill(value, (name) => this.#find(name));
  }

  /** What a mark emits. */
  valueOf(mark: string): unknown {
    const entry = this.#values.get(mark);
    return entry ? entry.given : mark;
  }

  /** The mark of a value; `undefined` if there is none. */
  markOf(value: unknown): string | undefined {
    for (const [mark, { expected }] of this.#values) if (isEqual(value, expected)) return mark;
    return typeof value === 'string' && isValue(value) && !this.#values.has(value) ? value : undefined;
  }

  /** What a row fails with, which does fail. */
  errorOf(row: MarbleRow): unknown {
    return this.#errors.get(this.#nameOfRow.get(row)!)!.given;
  }

  /** What a key function throws, where it does. */
  get errorOfKeys(): unknown {
    return this.#errors.get('keys')!.given;
  }

  /** Whether this is the error of a row, by its name: equal to it, and not the very one of another row. */
  isErrorOf(name: string, error: unknown): boolean {
    const entry = this.#errors.get(name);
    if (entry === undefined || !isEqual(error, entry.expected)) return false;
    return Object.is(error, entry.given) || ![...this.#errors.values()].some(({ given }) => Object.is(error, given));
  }

  /** What an error is called in an `error` line, if it has a name. */
  nameOf(error: unknown): string | undefined {
    for (const name of this.#errors.keys()) if (this.isErrorOf(name, error)) return name;
    for (const [name, each] of Object.entries(this.#fixtures)) if (Object.is(error, each)) return `$${name}`;
    return undefined;
  }

  #find(name: string): unknown {
    if (Object.hasOwn(this.#fixtures, name)) return this.#fixtures[name];
    const known = Object.keys(this.#fixtures).map((each) => `$${each}`);
    throw new Error(`expected one of the fixtures (${known.join(', ') || 'there are none'}), got $${name}`);
  }

  #expectFixtures(error: MarbleError): void {
    if ('value' in error) this.fill(error.value);
    else if ('aggregate' in error) error.aggregate.forEach((each) => this.#expectFixtures(each));
  }

  /** What comes out could not be told apart otherwise. */
  #expectDistinct(marks: ReadonlySet<string>): void {
    for (const mark of marks) {
      const value = this.valueOf(mark);
      // There is one: a value is equal to itself.
      const other = this.markOf(value)!;
      if (other === mark) continue;
      throw new Error(`expected different values for ${other} and ${mark}, got ${show(value)} twice`);
    }
  }
}
