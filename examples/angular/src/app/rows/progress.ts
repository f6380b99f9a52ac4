import { computed, signal } from '@angular/core';
import type { MonitorEvent } from 'rxjs-concat-map-eager';

export type State = 'active' | 'parked' | 'failed';

/** What the events of a monitor say of one run, as signals. */
export class Progress {
  private readonly counted = signal({ waiting: 0, active: 0, parked: 0 });
  // One map that changes: to copy it for each event would be quadratic.
  private readonly states = signal(new Map<number, State>(), {
    equal: () => false,
  });

  readonly counts = this.counted.asReadonly();
  /** The items that have started and are not flushed, from the head on. */
  readonly ahead = computed(() =>
    [...this.states()].map(([index, state]) => ({ index, state })),
  );
  readonly running = computed(() => {
    const { waiting, active, parked } = this.counts();
    return waiting + active + parked > 0;
  });

  readonly follow = (event: MonitorEvent<unknown>): void => {
    const { waiting, active, parked } = event;
    this.counted.set({ waiting, active, parked });
    const states = this.states();
    const state = stateAfter(event);
    if (state === 'gone') states.delete(event.index);
    else if (state !== undefined) states.set(event.index, state);
    this.states.set(states);
  };
}

/** What the event makes of its item, if that is anything new. */
function stateAfter(event: MonitorEvent<unknown>): State | 'gone' | undefined {
  switch (event.type) {
    case 'started':
      return 'active';
    case 'ended':
      if (event.outcome === 'cancelled') return 'gone';
      // With a fallback, an item that failed has completed: it is recovered.
      return event.outcome === 'failed' || event.recovered
        ? 'failed'
        : 'parked';
    case 'flushed':
      return 'gone';
    default:
      return undefined;
  }
}
