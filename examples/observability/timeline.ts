import type { MonitorEvent } from 'rxjs-concat-map-eager';

/** What an item did for some time. */
export interface Span {
  readonly state: State;
  readonly label: string;
  /** In milliseconds since 1970. */
  readonly start: number;
  readonly end: number;
  /** `slot 1`, `slot 2`, and so on; `waiting 1`, ...; `parked 1`, ... */
  readonly track: string;
  /** The name of the stream. */
  readonly group: string;
}

export type State =
  | 'waiting'
  | 'active'
  | 'failed'
  | 'delayed'
  | 'fallback'
  | 'cancelled'
  | 'parked';

/** What an item does at the moment. */
interface Now {
  state: State;
  since: number;
  readonly tracks: Tracks;
  readonly track: number;
}

/**
 * A monitor for one subscription. It gives each span to `draw` when that ends:
 * of items that hold a slot in a track for each slot, of those that wait or are
 * parked in others.
 */
export function timelineMonitor<T>(
  group: string,
  draw: (span: Span) => void,
  labelOf: (event: MonitorEvent<T>) => string = ({ index }) => `${index}`,
): (event: MonitorEvent<T>) => void {
  const waiting = new Tracks('waiting', 30);
  const slots = new Tracks('slot', 200);
  const parked = new Tracks('parked', 30);
  const items = new Map<number, Now>();

  return (event) => {
    const { type, index, time } = event;
    const now = items.get(index);
    const end = (state = now?.state) => {
      const track = now?.tracks.nameOf(now.track);
      if (!now || !state || !track) return;
      const { since: start } = now;
      // An attempt is drawn however short it was; most items are parked for no time at all.
      if (time === start && now.state !== 'active') return;
      draw({ state, label: labelOf(event), start, end: time, track, group });
    };
    const move = (state: State, tracks: Tracks) => {
      // What is tried again stays in its slot.
      if (now?.tracks !== tracks) now?.tracks.give(now.track);
      const track = now?.tracks === tracks ? now.track : tracks.take();
      items.set(index, { state, since: time, tracks, track });
    };
    const leave = () => {
      now?.tracks.give(now.track);
      items.delete(index);
    };

    switch (type) {
      case 'received':
        move('waiting', waiting);
        break;
      case 'started':
        end();
        move('active', slots);
        break;
      case 'failed':
        // The limit `blocking` may pass during a delay.
        end(now?.state === 'delayed' ? 'delayed' : 'failed');
        move(event.willRetry ? 'delayed' : 'fallback', slots);
        break;
      case 'ended':
        if (now?.state === 'active' && event.outcome === 'cancelled')
          end('cancelled');
        else end();
        if (event.outcome === 'completed' || event.outcome === 'failed')
          move('parked', parked);
        else leave();
        break;
      case 'flushed':
        end();
        leave();
    }
  };
}

/** Numbers tracks, each time by the lowest that is free: for slots, as if they had numbers. */
class Tracks {
  private readonly isTaken: boolean[];

  /** What comes when as many as `most` are taken is not drawn. */
  constructor(
    private readonly name: string,
    most: number,
  ) {
    this.isTaken = new Array<boolean>(most).fill(false);
  }

  take(): number {
    const track = this.isTaken.indexOf(false);
    if (track !== -1) this.isTaken[track] = true;
    return track;
  }

  give(track: number): void {
    if (track !== -1) this.isTaken[track] = false;
  }

  nameOf(track: number): string | undefined {
    return track === -1 ? undefined : `${this.name} ${track + 1}`;
  }
}
