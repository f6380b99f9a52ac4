/** What outlives the streams that use it, as in an application: what a stream would leave there would pile up. */
import { getEventListeners, setMaxListeners } from 'node:events';
import { BehaviorSubject, defer, finalize, NEVER, range, Subject, type Observable, type Subscription } from 'rxjs';
import { adaptiveLimit, concatMapEager, sharedLimit, type ConcurrencyLimit } from 'rxjs-concat-map-eager';
import type { Random } from './random.js';
import type { Tally } from './tally.js';

const NUMBERS = [0, 1, 3, 8, 24];
/** What both numbers are while all comes to rest: with 0 nothing would. */
const AT_REST = 8;

export class Lasting {
  private readonly held: Record<string, number> = {};
  private readonly numbers = new BehaviorSubject(AT_REST);
  private readonly sharedNumbers = new BehaviorSubject(AT_REST);
  private readonly untils = new Subject<void>();

  /** A limit that changes, of each stream by itself. */
  readonly concurrent = this.counted('a limit that changes', this.numbers);
  /** One for several streams, and it changes too. */
  readonly shared = sharedLimit(this.counted('the numbers of a shared limit', this.sharedNumbers));
  readonly adaptive = adaptiveLimit({ min: 2, max: 40 });
  readonly until = this.counted('until', this.untils);
  /** Never aborts. */
  readonly signal = manyMayListen(new AbortController().signal);

  private readonly changes: Subscription;

  constructor(private readonly tally: Tally) {
    this.changes = this.adaptive.changes.subscribe(() => tally.count('told by the adaptive limit'));
  }

  /** Something happens now and then. */
  change(random: Random): void {
    if (random.chance(0.02)) this.numbers.next(random.pick(NUMBERS));
    if (random.chance(0.02)) this.sharedNumbers.next(random.pick(NUMBERS));
    if (random.chance(0.002)) this.untils.next();
  }

  comeToRest(): void {
    this.numbers.next(AT_REST);
    this.sharedNumbers.next(AT_REST);
  }

  /** One of the sources that are read has been opened, or closed. */
  hold(what: string, by: 1 | -1): void {
    this.held[what] = (this.held[what] ?? 0) + by;
  }

  /** How many listen to each of these. */
  get listeners(): Record<string, number> {
    return { 'the signal': getEventListeners(this.signal, 'abort').length, ...this.held };
  }

  /** At rest, each limit has all of its slots: as many items start as it says, and no more. */
  checkSlots(): void {
    for (const [name, limit] of Object.entries({ shared: this.shared, adaptive: this.adaptive })) {
      const free = startedAtOnce(limit);
      if (free !== limit.current) {
        this.tally.problem(`At rest, ${free} slots of the ${name} limit are free, of ${limit.current}`);
      }
    }
  }

  stop(): void {
    this.changes.unsubscribe();
  }

  private counted<T>(what: string, source: Observable<T>): Observable<T> {
    this.held[what] = 0;
    return defer(() => {
      this.hold(what, 1);
      return source.pipe(finalize(() => this.hold(what, -1)));
    });
  }
}

function startedAtOnce(limit: ConcurrencyLimit): number {
  let started = 0;
  const start = () => {
    started++;
    return NEVER;
  };
  range(limit.current + 1)
    .pipe(concatMapEager(start, limit))
    .subscribe()
    .unsubscribe();
  return started;
}

/** Node.js warns of more than ten: some fifty streams are open at once. */
function manyMayListen(signal: AbortSignal): AbortSignal {
  setMaxListeners(0, signal);
  return signal;
}
