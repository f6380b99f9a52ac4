import { type ErrorValues, show } from './errors.js';
import { isEqual } from './isEqual.js';
import { errorNames, type MarbleError, type MarbleRow, type MarbleSpec, type MarbleValue } from './model.js';
import { isValue } from './readMarks.js';
import { fill } from './values.js';

/** What the marks and names of a block stand for in a run, and which of them a value is. */
export class Legend implements ErrorValues {
  readonly #fixtures: Readonly<Record<string, unknown>>;
  /** Only values that do not stand for themselves. */
  readonly #values = new Map<string, unknown>();
  readonly #errors = new Map<string, unknown>();
  readonly #nameOfRow: ReadonlyMap<MarbleRow, string>;

  /** @throws Error if a fixture is not there, or two marks stand for equal values */
  constructor(spec: MarbleSpec, fixtures: Readonly<Record<string, unknown>>) {
    this.#fixtures = fixtures;
    this.#nameOfRow = errorNames(spec.rows);
    for (const name of this.#nameOfRow.values()) this.#errors.set(name, `error ${name}`);
    for (const [name, value] of Object.entries(spec.where)) {
      if (name.startsWith('#')) this.#errors.set(name.slice(1), this.fill(value));
      else this.#values.set(name, this.fill(value));
    }
    this.#expectDistinct(spec);
    // A misspelt name in an `error` line would otherwise only look like another error.
    if (spec.error) this.#expectFixtures(spec.error);
  }

  readonly fill = (value: MarbleValue): unknown => fill(value, (name) => this.#find(name));

  valueOf(mark: string): unknown {
    return this.#values.has(mark) ? this.#values.get(mark) : mark;
  }

  /** The mark of a value; `undefined` if there is none. */
  markOf(value: unknown): string | undefined {
    for (const [mark, each] of this.#values) if (isEqual(value, each)) return mark;
    return typeof value === 'string' && isValue(value) && !this.#values.has(value) ? value : undefined;
  }

  errorOfRow(row: MarbleRow): unknown {
    return this.errorOf(this.#nameOfRow.get(row) ?? '');
  }

  readonly errorOf = (row: string): unknown => this.#errors.get(row);

  readonly nameOf = (error: unknown): string | undefined => {
    for (const [name, each] of this.#errors) if (isEqual(error, each)) return name;
    for (const [name, each] of Object.entries(this.#fixtures)) if (Object.is(error, each)) return `$${name}`;
    return undefined;
  };

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
  #expectDistinct({ rows, result }: MarbleSpec): void {
    const marks = new Set([...rows, result].flatMap((row) => row.marks.map(({ mark }) => mark)));
    for (const mark of [...marks].filter(isValue)) {
      const value = this.valueOf(mark);
      const other = this.markOf(value);
      if (other !== mark)
        throw new Error(`expected different values for ${other} and ${mark}, got ${show(value)} twice`);
    }
  }
}
