import type { Span, State } from './timeline.js';

/** https://developer.chrome.com/docs/devtools/performance/extension */
export const COLOURS: Record<State, string> = {
  waiting: 'secondary-light',
  active: 'primary',
  failed: 'error',
  delayed: 'warning',
  fallback: 'primary-light',
  cancelled: 'primary-dark',
  parked: 'tertiary',
};

type TimeStamp = (
  label: string,
  start: number,
  end: number,
  track: string,
  group: string,
  colour: string,
) => void;

/**
 * Draws a span in the Performance panel, if that is recording. Otherwise it is
 * kept nowhere, as `performance.measure` would keep it.
 */
export function drawInDeveloperTools(span: Span): void {
  const { state, label, start, end, track, group } = span;
  const sinceOpened = (time: number) => time - performance.timeOrigin;
  // TypeScript knows the first parameter only.
  (console.timeStamp as TimeStamp)(
    `${label} ${state}`,
    sinceOpened(start),
    sinceOpened(end),
    // The panel puts what overlaps in one track below each other.
    track.startsWith('slot') ? track : state,
    group,
    COLOURS[state],
  );
}
