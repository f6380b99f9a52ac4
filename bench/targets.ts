/** The targets, and what was reached: the worst of the lines that a target is about. */
import type { Results } from './results.js';
import { count, times } from './words.js';
import { WITHOUT_KEYS } from './workloads/keys.js';
import { MERGE_MAP_WITH_TIMEOUT, WITHOUT } from './workloads/options.js';
import { READ_PROMISES } from './workloads/reading.js';

export interface Reached {
  readonly target: string;
  readonly atMost: string;
  readonly reached: string;
  /** Where the worst was seen. */
  readonly where: string;
  readonly isReached: boolean;
}

interface Figure {
  readonly where: string;
  readonly figure: number;
}

const orderedPeers = [
  'rxjs-etc',
  'p-map `pMapIterable`',
  'streaming-iterables `parallelMap`',
  'Node `Readable.map`',
  'Effect `Stream.mapEffect`',
];

/** What is iterated, as it is here. */
const readers = [
  ['p-map `pMapIterable`', 0.8],
  ['streaming-iterables `parallelMap`', 0.5],
  ['Node `Readable.map`', 0.3],
] as const;

export function compareWithTargets(results: Results): Reached[] {
  const ratios = results.lines.flatMap(({ id, title, ratios }) => ratios.map((ratio) => ({ ...ratio, id, title })));
  const find = (to: string, isMeant: (id: string) => boolean): Figure[] =>
    ratios
      .filter((ratio) => ratio.to === to && isMeant(ratio.id))
      .map(({ title, median }) => ({ where: title, figure: median }));
  const isPromises = (id: string) => id.startsWith('promises-');
  const isLimit = (id: string) => id.startsWith('limit-');
  const all = () => true;
  const ratio = (target: string, atMost: number, figures: readonly Figure[]) => worst(target, atMost, figures, times);
  const bytes = (target: string, atMost: number, figures: readonly Figure[]) =>
    worst(target, atMost, figures, (n) => `${count(n)} B`);

  return [
    ratio('`mergeMap`, on any line', 1, [...find('mergeMap', all), ...find(MERGE_MAP_WITH_TIMEOUT, all)]),
    ratio(
      '`mergeMap`, synchronous inners (aim: 0.8)',
      1,
      find('mergeMap', (id) => /^(of|array|thousand)-/.test(id)),
    ),
    ratio(
      '`mergeMap`, settled promises at 16',
      0.1,
      find('mergeMap', (id) => id === 'promises-16'),
    ),
    ratio(
      '`mergeMap`, settled promises, unlimited',
      0.05,
      find('mergeMap', (id) => id === 'promises-unlimited'),
    ),
    ratio('a loop by hand, promises (aim: 2)', 3.5, find('loop by hand', isPromises)),
    ...orderedPeers.map((peer) => ratio(peer, 1, find(peer, all))),
    ...readers.map(([peer, atMost]) =>
      ratio(
        `${peer}, settled promises at 16, by \`for await\``,
        atMost,
        find(peer, (id) => id === READ_PROMISES),
      ),
    ),
    ratio('streaming-iterables `transform` (keeps no order)', 1, find('streaming-iterables `transform`', all)),
    ratio('itself without time limits, with one for each item', 1.3, find(WITHOUT, isLimit)),
    ratio('`mergeMap` with rxjs’s `timeout` in each inner', 0.1, find(MERGE_MAP_WITH_TIMEOUT, isLimit)),
    ratio(
      'itself without keys, with 1,000 keys',
      1.5,
      find(WITHOUT_KEYS, (id) => id === 'keys-1000'),
    ),
    ...['a chain of promises per key', 'async-lock', 'groupBy, `mergeMap(concatMap)`'].map((peer) =>
      ratio(peer, 1, find(peer, all)),
    ),
    ...results.growth.map(({ title, sizes }) =>
      ratio(
        `itself with ${count(sizes[0]!.items)} items, with up to ${count(sizes.at(-1)!.items)}: time per item`,
        1.5,
        sizes.slice(1).map(({ items, ratio }) => ({ where: `${title}, ${count(items)}`, figure: ratio })),
      ),
    ),
    bytes('memory of a waiting value, beyond the value', 16, held(results, 'waiting')),
    bytes('memory of a parked promise result, beyond the result', 150, held(results, 'parkedPromise')),
    bytes('`import { concatMapEager }`, minified and brotli-compressed', 6_600, [
      { where: 'without rxjs', figure: results.size.concatMapEager! },
    ]),
  ];
}

function held({ memory }: Results, scene: string): Figure[] {
  const found = memory.find(({ id }) => id === scene)!;
  return [{ where: '', figure: found.held.concatMapEager! }];
}

function worst(target: string, atMost: number, figures: readonly Figure[], show: (figure: number) => string): Reached {
  const { where, figure } = figures.reduce((a, b) => (a.figure >= b.figure ? a : b));
  return { target, atMost: show(atMost), reached: show(figure), where, isReached: figure <= atMost };
}
