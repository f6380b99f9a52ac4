/** How long items take, in virtual milliseconds: the distributions that the window is measured with. */

export interface Distribution {
  readonly id: string;
  readonly title: string;
  /** A time from a random number, from 0 to below 1. */
  readonly draw: (random: () => number) => number;
}

const uniform = (random: () => number) => 1 + Math.floor(random() * 100);

export const distributions: readonly Distribution[] = [
  { id: 'uniform', title: 'uniform, 1 to 100 ms', draw: uniform },
  { id: 'exponential', title: 'exponential, mean 50 ms', draw: (random) => -50 * Math.log(1 - random()) },
  {
    id: 'pareto',
    title: 'Pareto 1.5, mean 50 ms',
    draw: (random) => 50 / 3 / (1 - random()) ** (1 / 1.5),
  },
  {
    id: 'slow',
    title: '1 % are 100 times slower',
    draw: (random) => (random() < 0.01 ? 100 : 1) * uniform(random),
  },
];

/** The same times for the same seed. */
export function drawLatencies(count: number, { draw }: Distribution, seed: number): number[] {
  const random = makeRandom(seed);
  return Array.from({ length: count }, () => draw(random));
}

/** Numbers from 0 to below 1, from a counter and murmur3's finalizer. */
export function makeRandom(seed: number): () => number {
  let counter = seed;
  return () => {
    counter = (counter + 0x9e3779b9) | 0;
    let hash = counter;
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
  };
}
