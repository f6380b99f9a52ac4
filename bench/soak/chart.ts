import * as Plot from '@observablehq/plot';
import { COLOURS, Drawing, INK } from '../svg.js';
import type { Results } from './results.js';
import type { Sample } from './sample.js';
import { heapTrend, measured } from './verdict.js';

const WIDTH = 960;
const TOP = 70;
const HEIGHT = 230;

/** Draws the heap after collection with the line fitted through it, and the timers below. */
export function drawChart(results: Results): string {
  const { samples, minutes } = results;
  const judged = measured(results);
  const { start, growth } = heapTrend(results);
  const [from, to] = [judged[0]!.at / 60, judged.at(-1)!.at / 60];
  const drawing = new Drawing(
    WIDTH,
    TOP + 2 * HEIGHT,
    'The heap after collection, and the timers',
    'A dot each time all is at rest; the line is fitted through those after the warm-up, which is grey.',
  );
  const common = {
    document: drawing.document,
    width: WIDTH,
    height: HEIGHT,
    marginLeft: 64,
    marginRight: 24,
    marginBottom: 40,
  };
  const x = {
    domain: [0, Math.max(minutes, to)],
    label: 'minutes',
    labelAnchor: 'center',
    labelArrow: 'none',
  } as const;
  const highest = Math.max(...samples.map(({ heap }) => heap)) / 1e6;
  drawing.plot(
    0,
    TOP,
    Plot.plot({
      ...common,
      x,
      y: { domain: [0, highest * 1.1], label: 'heap after collection, MB', labelArrow: 'none' },
      marks: [
        Plot.rectY([0], { x1: 0, x2: from, y1: 0, y2: highest * 1.1, fill: '#000', fillOpacity: 0.06 }),
        Plot.gridY({ stroke: '#000', strokeOpacity: 0.08 }),
        Plot.line(
          [
            [from, start / 1e6],
            [to, (start + growth) / 1e6],
          ],
          { stroke: COLOURS[4], strokeWidth: 2 },
        ),
        Plot.dot(samples, { x: ({ at }) => at / 60, y: ({ heap }) => heap / 1e6, r: 2.5, fill: COLOURS[0] }),
      ],
    }),
  );
  const busiest = Math.max(...samples.map(({ timersAtWork }) => timersAtWork));
  drawing.plot(
    0,
    TOP + HEIGHT,
    Plot.plot({
      ...common,
      x,
      y: { domain: [0, busiest * 1.2], label: 'timers', labelArrow: 'none' },
      marks: [
        Plot.gridY({ stroke: '#000', strokeOpacity: 0.08 }),
        Plot.line(samples, { x: ({ at }) => at / 60, y: 'timersAtWork', stroke: COLOURS[5] }),
        Plot.dot(samples, {
          x: ({ at }) => at / 60,
          y: (sample: Sample) => sample.resources.Timeout ?? 0,
          r: 2.5,
          fill: INK,
        }),
      ],
    }),
  );
  drawing.text(76, TOP + HEIGHT + 34, 'at work', { fill: COLOURS[0] });
  drawing.text(76, TOP + 2 * HEIGHT - 50, 'at rest', { fill: INK });
  return drawing.toString();
}
