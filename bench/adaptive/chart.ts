import * as Plot from '@observablehq/plot';
import { COLOURS, Drawing, INK } from '../svg.js';
import { count } from '../words.js';
import { MAX, rules } from './controllers.js';
import type { AdaptiveResults, HttpResults } from './results.js';
import { LINE_ATTEMPTS, LINE_CHANGES, TURN_SIZES } from './scenes.js';

const PANEL = { width: 320, height: 270 };
const TOP = 96;
const names = rules.map(({ name }) => name);
const plain = (name: string) => name.replaceAll('`', '');

/** Draws the limit of each rule while the number of servers changes: a panel for each size. */
export function drawAdaptiveChart({ lines }: AdaptiveResults): string {
  const drawing = new Drawing(
    TURN_SIZES.length * PANEL.width + 32,
    TOP + PANEL.height + 16,
    'The limit of each rule, while the number of servers doubles and then becomes a quarter',
    'The black line is the number of servers, which is the best limit. Attempts take 50 ms, exponential, and whatever comes waits.',
  );
  let x = 16;
  const inks = [...COLOURS.slice(0, names.length), INK];
  for (const [i, name] of [...names.map(plain), 'servers'].entries()) {
    drawing.shape('rect', { x, y: 72, width: 18, height: 4, fill: inks[i]! });
    drawing.text(x + 24, 79, name);
    x += 50 + name.length * 7.2;
  }
  TURN_SIZES.forEach((servers, i) => {
    const some = lines.filter((line) => line.servers === servers);
    const points = some.flatMap(({ rule, every, limits }) =>
      limits.map((limit, n) => ({ rule, attempts: n * every, limit })),
    );
    const steps = [
      { after: 0, times: 1 },
      ...LINE_CHANGES,
      { after: LINE_ATTEMPTS, times: LINE_CHANGES.at(-1)!.times },
    ];
    const plot = Plot.plot({
      document: drawing.document,
      width: PANEL.width,
      height: PANEL.height,
      marginLeft: 40,
      marginRight: 16,
      marginTop: 30,
      marginBottom: 40,
      x: {
        domain: [0, LINE_ATTEMPTS],
        label: 'attempts',
        labelAnchor: 'center',
        labelArrow: 'none',
        ticks: 3,
        tickFormat: count,
      },
      y: { type: 'log', domain: [1, MAX], axis: null },
      color: { domain: names, range: COLOURS.slice(0, names.length) },
      marks: [
        Plot.axisY([1, 2, 5, 10, 20, 50, 100, 200], { text: String, label: null }),
        Plot.gridY([1, 2, 5, 10, 20, 50, 100, 200], { stroke: '#000', strokeOpacity: 0.08 }),
        Plot.line(steps, {
          x: 'after',
          y: ({ times }: { times: number }) => servers * times,
          curve: 'step-after',
          stroke: INK,
          strokeWidth: 2,
        }),
        Plot.line(points, { x: 'attempts', y: 'limit', z: 'rule', stroke: 'rule', strokeWidth: 1.2 }),
        Plot.line(
          points.filter(({ rule }) => rule === names[0]),
          { x: 'attempts', y: 'limit', stroke: 'rule', strokeWidth: 2.4 },
        ),
      ],
    });
    drawing.plot(16 + i * PANEL.width, TOP, plot);
    const [double, half] = LINE_CHANGES.map(({ times }) => servers * times);
    drawing.text(16 + i * PANEL.width + 40, TOP + 16, `${servers} servers, then ${double}, then ${half}`, {
      'font-weight': 'bold',
      'font-size': 12,
    });
  });
  return drawing.toString();
}

/** Draws the limit, and the answers in each second, of a run against a real server. */
export function drawHttpChart({ seconds, phases, limits, perSecond }: HttpResults): string {
  const width = 960;
  const height = 220;
  const drawing = new Drawing(
    width,
    90 + 2 * height,
    'A real service over HTTP: the limit that adaptiveLimit finds, and the answers in each second',
    'The black line is how many requests the service works on at once, and below, how many it can answer in a second.',
  );
  const steps = [...phases, { at: seconds, servers: phases.at(-1)!.servers }];
  const common = {
    document: drawing.document,
    width,
    height,
    marginLeft: 50,
    marginRight: 16,
    marginTop: 10,
    marginBottom: 40,
    x: { domain: [0, seconds], label: 'seconds', labelAnchor: 'center', labelArrow: 'none' },
  } as const;
  const servers = (times: number) =>
    Plot.line(steps, {
      x: 'at',
      y: (phase: { servers: number }) => phase.servers * times,
      curve: 'step-after',
      stroke: INK,
      strokeWidth: 2,
    });
  const points = [...limits, [seconds, limits.at(-1)![1]] as const];
  const limit = Plot.plot({
    ...common,
    y: { domain: [0, Math.max(...limits.map(([, current]) => current)) * 1.05], label: null, ticks: 5 },
    marks: [
      Plot.gridY({ stroke: '#000', strokeOpacity: 0.08, ticks: 5 }),
      servers(1),
      Plot.line(points, { curve: 'step-after', stroke: COLOURS[0], strokeWidth: 2 }),
    ],
  });
  const answers = Plot.plot({
    ...common,
    y: { domain: [0, 1_000], label: null, ticks: 5 },
    marks: [
      Plot.gridY({ stroke: '#000', strokeOpacity: 0.08, ticks: 5 }),
      servers(20),
      Plot.line(
        perSecond.map((count, n) => [n + 0.5, count] as const),
        { stroke: COLOURS[2], strokeWidth: 2 },
      ),
    ],
  });
  drawing.text(50, 80, 'limit', { 'font-weight': 'bold' });
  drawing.plot(0, 84, limit);
  drawing.text(50, 84 + height, 'answers in a second', { 'font-weight': 'bold' });
  drawing.plot(0, 88 + height, answers);
  return drawing.toString();
}
