import type { MonitorEvent } from 'rxjs-concat-map-eager';

/** Where durations, in seconds, and counts go, each with the name of a stream. */
export interface Recorder {
  /** How long an item waited for its first attempt. */
  waited(stream: string, seconds: number): void;
  /** How long an attempt took that has completed, or has failed with `error`. */
  attempted(stream: string, seconds: number, error?: { error: unknown }): void;
  /** How long an item that has ended was parked until its turn. */
  parked(stream: string, seconds: number): void;
  ended(stream: string, outcome: string): void;
}

/** How things stand in all subscriptions of a stream. */
export interface Totals {
  readonly waiting: number;
  readonly active: number;
  readonly parked: number;
  /** The limit that was told last. */
  readonly limit: number;
  /** For how long a head has held up finished results, in seconds: the longest. */
  readonly blocked: number;
}

export type Monitor = (event: MonitorEvent<unknown>) => void;

/** Makes durations, counts and totals of what monitors are told. */
export class Streams {
  private readonly streams = new Map<string, Stream>();

  constructor(private readonly recorder: Recorder) {}

  /** A monitor for one subscription: in another one, the same indexes are other items. */
  monitor(name: string): Monitor {
    const stream = this.streams.get(name) ?? new Stream();
    this.streams.set(name, stream);
    const time = timeItems(name, this.recorder);
    const subscription = {};
    return (event) => {
      stream.tell(subscription, event);
      time(event);
    };
  }

  /** By the names of streams. `now` is of the clock that their `scheduler` has. */
  *totals(now = Date.now()): Generator<[name: string, totals: Totals]> {
    for (const [name, stream] of this.streams) yield [name, stream.totals(now)];
  }
}

class Stream {
  /** The last event of each subscription, as long as that has items. */
  private readonly last = new Map<object, MonitorEvent<unknown>>();
  private limit = 0;

  tell(subscription: object, event: MonitorEvent<unknown>): void {
    this.limit = event.concurrent;
    // No event tells that a subscription ends, but the last one of its last item does.
    if (event.waiting + event.active + event.parked > 0)
      this.last.set(subscription, event);
    else this.last.delete(subscription);
  }

  totals(now: number): Totals {
    let [waiting, active, parked, blocked] = [0, 0, 0, 0];
    for (const event of this.last.values()) {
      waiting += event.waiting;
      active += event.active;
      parked += event.parked;
      blocked = Math.max(blocked, now - (event.blockedSince ?? now));
    }
    return {
      waiting,
      active,
      parked,
      limit: this.limit,
      blocked: blocked / 1e3,
    };
  }
}

/** Tells how long the items of one subscription wait, are tried and are parked. */
function timeItems(name: string, recorder: Recorder): Monitor {
  /** When an item was received, or when its attempt started, or when it ended. */
  const since = new Map<number, number>();
  return (event) => {
    const { type, index, time } = event;
    const began = since.get(index);
    const seconds = (time - (began ?? time)) / 1_000;
    since.delete(index);
    switch (type) {
      case 'received':
        since.set(index, time);
        break;
      case 'started':
        // A retry has not waited for a slot: it has kept it.
        if (event.attempt === 1) recorder.waited(name, seconds);
        since.set(index, time);
        break;
      case 'failed':
        // During the delay before a retry, `blocking` may pass: no attempt fails.
        if (began !== undefined) recorder.attempted(name, seconds, event);
        break;
      case 'ended': {
        const { outcome, recovered } = event;
        // What a fallback, or the delay before a retry, completed has failed before.
        if (outcome === 'completed' && !recovered && began !== undefined)
          recorder.attempted(name, seconds);
        if (outcome === 'completed' || outcome === 'failed')
          since.set(index, time);
        recorder.ended(name, recovered ? 'recovered' : outcome);
        break;
      }
      case 'flushed':
        if (!event.dropped) recorder.parked(name, seconds);
    }
  };
}

/** What an attempt failed by, in few words: an HTTP status, or the name of an error. */
export function errorType(error: unknown): string {
  const { status, name } = (error ?? {}) as {
    status?: unknown;
    name?: unknown;
  };
  if (typeof status === 'number' && status > 0) return String(status);
  return typeof name === 'string' ? name : '_OTHER';
}
