import * as Plot from '@observablehq/plot';
import { COLOURS, Drawing, FAINT } from '../svg.js';
import { count } from '../words.js';
import { distributions } from './latencies.js';
import { windows, type WindowResults } from './results.js';

const ITEMS = 10_000;
const PANEL = { width: 240, height: 250 };
const TOP = 96;

/** Draws how much of the places is used, by the window: a panel for each distribution, a line for each limit. */
export function drawWindowChart({ cases }: WindowResults): string {
  const names = windows.map(({ name }) => name);
  const limits = [...new Set(cases.map(({ limit }) => limit))];
  const drawing = new Drawing(
    distributions.length * PANEL.width + 32,
    TOP + PANEL.height + 24,
    'How much of the places is used, by the size of the reorder window',
    `${count(ITEMS)} items in virtual time. The windows are multiples of the limit (concurrent).`,
  );
  limits.forEach((limit, i) => {
    drawing.shape('rect', { x: 16 + i * 130, y: 72, width: 18, height: 4, fill: COLOURS[i]! });
    drawing.text(40 + i * 130, 79, `limit ${limit}`);
  });
  drawing.shape('path', { d: `M${16 + limits.length * 130},74h18`, stroke: FAINT, 'stroke-dasharray': '4,3' });
  drawing.text(40 + limits.length * 130, 79, 'mergeMap, which does not keep the order, at limit 16');

  distributions.forEach(({ id, title }, i) => {
    const shown = cases.filter(({ items, distribution }) => items === ITEMS && distribution === id);
    const points = shown.flatMap(({ limit, windows }) =>
      names.map((name) => ({ limit, name, utilisation: windows[name]!.utilisation })),
    );
    const plot = Plot.plot({
      document: drawing.document,
      width: PANEL.width,
      height: PANEL.height,
      marginLeft: 40,
      marginRight: 12,
      marginTop: 30,
      marginBottom: 40,
      x: { type: 'point', domain: names, label: 'reorderWindow', labelAnchor: 'center', labelArrow: 'none' },
      y: { domain: [0, 1], label: null, ticks: 5 },
      color: { domain: limits, range: COLOURS.slice(0, limits.length) },
      marks: [
        Plot.gridY({ stroke: '#000', strokeOpacity: 0.08, ticks: 5 }),
        Plot.ruleY(
          shown.filter(({ limit }) => limit === 16),
          { y: ({ mergeMap }: (typeof shown)[number]) => mergeMap.utilisation, stroke: FAINT, strokeDasharray: '4,3' },
        ),
        Plot.line(points, { x: 'name', y: 'utilisation', z: 'limit', stroke: 'limit', strokeWidth: 2 }),
        Plot.dot(points, { x: 'name', y: 'utilisation', fill: 'limit', r: 3.5, stroke: 'white' }),
      ],
    });
    drawing.plot(16 + i * PANEL.width, TOP, plot);
    drawing.text(16 + i * PANEL.width + 40, TOP + 16, title, { 'font-weight': 'bold', 'font-size': 12 });
  });
  return drawing.toString();
}
