/** What has happened in a run: counted, and what must not happen written down. */

export const KINDS = ['source values', 'values', 'inners', 'signals', 'errors', 'streams'] as const;
export type Kind = (typeof KINDS)[number];

/** One in so many objects is followed until it is collected. */
const ONE_IN = 8;
const MOST_PROBLEMS = 20;

const zero = (): Record<Kind, number> => ({
  'source values': 0,
  values: 0,
  inners: 0,
  signals: 0,
  errors: 0,
  streams: 0,
});

export class Tally {
  private readonly counts = new Map<string, number>();
  private readonly seen = zero();
  private readonly tracked = zero();
  private readonly collected = zero();
  private readonly registry = new FinalizationRegistry<Kind>((kind) => this.collected[kind]++);
  private readonly found: string[] = [];
  private problemCount = 0;

  count(what: string, by = 1): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + by);
  }

  of(what: string): number {
    return this.counts.get(what) ?? 0;
  }

  /** All counts whose names begin so, by the rest of their names. */
  under(prefix: string): Record<string, number> {
    const found = [...this.counts].filter(([what]) => what.startsWith(prefix));
    return Object.fromEntries(found.map(([what, n]): [string, number] => [what.slice(prefix.length), n]).sort());
  }

  /** Follows the object, or leaves it, as its turn is; returns it. */
  track<O>(kind: Kind, object: O): O {
    if (typeof object === 'object' && object !== null && this.seen[kind]++ % ONE_IN === 0) {
      this.tracked[kind]++;
      this.registry.register(object, kind);
    }
    return object;
  }

  /** All counts, by name. */
  get all(): Record<string, number> {
    return this.under('');
  }

  /** How many objects have been followed. */
  get followed(): Record<Kind, number> {
    return { ...this.tracked };
  }

  /** How many of those that are followed have not been collected yet. */
  get present(): Record<Kind, number> {
    const present = zero();
    for (const kind of KINDS) present[kind] = this.tracked[kind] - this.collected[kind];
    return present;
  }

  /** Something that must not happen has. */
  problem(text: string): void {
    this.problemCount++;
    if (this.found.length < MOST_PROBLEMS) this.found.push(text);
  }

  /** The first of the problems, and how many more there were. */
  get problems(): readonly string[] {
    const more = this.problemCount - this.found.length;
    return more > 0 ? [...this.found, `... and ${more} more`] : this.found;
  }
}
