import * as Plot from '@observablehq/plot';
import { COLOURS, Drawing, INK } from '../svg.js';
import { count } from '../words.js';
import { distributions } from './latencies.js';
import { defaultWindow, windows, type WindowResults } from './results.js';

const ITEMS = 10_000;
const PANEL = { width: 240, height: 250 };
const TOP = 96;

/** Draws how close to `mergeMap` each window comes: a panel for each distribution, a line for each limit. */
export function drawWindowChart({ cases }: WindowResults): string {
  const limits = [...new Set(cases.map(({ limit }) => limit))];
  const drawing = new Drawing(
    distributions.length * PANEL.width + 32,
    TOP + PANEL.height + 16,
    'The time of mergeMap, divided by that of concatMapEager, by the reorder window',
    `${count(ITEMS)} items in virtual time. The windows are multiples of the limit (concurrent). At 1, the order costs nothing.`,
  );
  limits.forEach((limit, i) => {
    drawing.shape('rect', { x: 16 + i * 110, y: 72, width: 18, height: 4, fill: COLOURS[i]! });
    drawing.text(40 + i * 110, 79, `limit ${limit}`);
  });
  drawing.shape('circle', {
    cx: 25 + limits.length * 110,
    cy: 74,
    r: 5,
    fill: 'white',
    stroke: INK,
    'stroke-width': 2,
  });
  drawing.text(40 + limits.length * 110, 79, 'the default window');

  distributions.forEach(({ id, title }, i) => {
    const points = cases
      .filter(({ items, distribution }) => items === ITEMS && distribution === id)
      .flatMap(({ limit, mergeMap, windows: outcomes }) =>
        windows.map(({ name, size }) => ({
          limit,
          isDefault: name === 'default',
          multiple: (size(limit) ?? defaultWindow(limit)) / limit,
          pace: mergeMap.time / outcomes[name]!.time,
        })),
      )
      .sort((a, b) => a.multiple - b.multiple);
    const plot = Plot.plot({
      document: drawing.document,
      width: PANEL.width,
      height: PANEL.height,
      marginLeft: 40,
      marginRight: 12,
      marginTop: 30,
      marginBottom: 40,
      x: {
        type: 'log',
        domain: [0.9, 120],
        axis: null,
      },
      y: { domain: [0, 1], label: null, ticks: 5 },
      color: { domain: limits, range: COLOURS.slice(0, limits.length) },
      marks: [
        Plot.axisX([1, 2, 4, 16, 64], {
          // Not `tickFormat`: of a logarithmic scale, that names the powers of ten only.
          text: (multiple: number) => `${multiple} ×`,
          label: 'reorderWindow',
          labelAnchor: 'center',
          labelArrow: 'none',
        }),
        Plot.gridY({ stroke: '#000', strokeOpacity: 0.08, ticks: 5 }),
        Plot.line(points, { x: 'multiple', y: 'pace', z: 'limit', stroke: 'limit', strokeWidth: 2 }),
        Plot.dot(
          points.filter(({ isDefault }) => !isDefault),
          { x: 'multiple', y: 'pace', fill: 'limit', r: 3, stroke: 'white' },
        ),
        Plot.dot(
          points.filter(({ isDefault }) => isDefault),
          { x: 'multiple', y: 'pace', fill: 'white', stroke: 'limit', strokeWidth: 2, r: 5 },
        ),
      ],
    });
    drawing.plot(16 + i * PANEL.width, TOP, plot);
    drawing.text(16 + i * PANEL.width + 40, TOP + 16, title, { 'font-weight': 'bold', 'font-size': 12 });
  });
  return drawing.toString();
}
