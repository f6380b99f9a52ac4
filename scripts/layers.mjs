// The layers of `src/internal`: a file may import those of its own layer and of the layers below it, not even a type of one above.
// `npm run check` holds them, with dependency-cruiser. CONTRIBUTING.md says what each file is for.
import { readdirSync } from 'node:fs';

/** The lowest first. */
export const LAYERS = [
  [
    'queue',
    'heap',
    'deadlines',
    'settings',
    'policies',
    'check',
    'show',
    'notObservableInput',
    'context',
    'asyncContext',
    'reportError',
    'adaptiveRule',
  ],
  [
    'observeInput',
    'observeReader',
    'reader',
    'rejections',
    'item',
    'itemErrors',
    'reorderQueue',
    'backlog',
    'keys',
    'lock',
    'turns',
  ],
  [
    'run',
    'attempt',
    'fallback',
    'delay',
    'source',
    'pushed',
    'pulled',
    'until',
    'keyAsker',
    'blocking',
    'monitor',
    'slots',
    'cancel',
    'overflow',
    'liveSlots',
    'sharedSlots',
    'adaptiveSlots',
  ],
  ['eagerLoop', 'pacedLoop'],
  ['eagerly', 'eagerlyFrom', 'iterable', 'keepShapes'],
];

const layerOf = (name) => LAYERS.findIndex((names) => names.includes(name));
const pathOf = (names) => `^src/internal/(?:${names.join('|')})\\.ts$`;

for (const file of readdirSync('src/internal')) {
  if (layerOf(file.replace(/\.ts$/, '')) < 0) {
    throw new Error(`Expected src/internal/${file} in a layer: add it to one in scripts/layers.mjs`);
  }
}

export default {
  forbidden: LAYERS.slice(0, -1).map((names, index) => ({
    name: `layer-${index + 1}-knows-nothing-above-it`,
    severity: 'error',
    from: { path: pathOf(names) },
    to: { path: pathOf(LAYERS.slice(index + 1).flat()) },
  })),
  options: { tsPreCompilationDeps: true, doNotFollow: { path: 'node_modules' } },
};
