import { DEFAULTS, type Settings } from './settings';

export interface Preset {
  readonly name: string;
  readonly title: string;
  /** What there is to see. */
  readonly text: string;
  readonly settings: Settings;
}

const preset = (name: string, title: string, text: string, settings: Partial<Settings>): Preset => ({
  name,
  title,
  text,
  settings: { ...DEFAULTS, ...settings },
});

/** The first one is what the playground opens on. */
export const PRESETS: readonly Preset[] = [
  preset(
    'stuck-head',
    'A stuck head',
    'Item 2 hangs. concatMap starts nothing until its limit passes, and mergeMap forgets the order; concatMapEager goes on, parks what is ready, and lets it out in order when the limit has passed.',
    { latency: 'stuck', total: 400, onError: 'skip', seed: 12 },
  ),
  preset(
    'order-desk',
    'The order desk',
    'A thousand requests of 1 to 100 ms, a hundred at once. concatMapEager is as fast as mergeMap, and in order like concatMap, which is not done for a long time.',
    { items: 1_000, concurrent: 100 },
  ),
  preset(
    'small-window',
    'A window as small as the limit',
    'With a window as small as the limit, finished items that are parked leave too few to run: slots stay empty. Take the reorder window away, and see how much faster it gets.',
    { items: 200, concurrent: 16, reorderWindow: 16, latency: 'heavy-tail', seed: 2 },
  ),
  preset(
    'flaky-service',
    'A flaky service',
    'Some attempts fail and some hang. Each has a time limit, three retries, and at last a fallback value: nothing is lost, and the order is kept.',
    {
      items: 40,
      concurrent: 6,
      failing: 15,
      hanging: 8,
      total: 150,
      retries: 3,
      delay: 40,
      onError: 'fallback',
      seed: 59,
    },
  ),
  preset(
    'one-account',
    'One account at a time',
    'Requests of six accounts, which are their keys. With mergeMap, up to three requests of one account are under way at once. concatMapEager sends the next one of an account when the one before it has ended, and those of other accounts meanwhile: it takes as long as mergeMap.',
    { keys: 6, seed: 2 },
  ),
  preset(
    'adaptive',
    'A limit that finds itself',
    'The service serves twenty requests at once; what comes besides queues there. Nobody tells adaptiveLimit: it begins with 10, doubles while that pays, and then stays near where more would only make requests wait. mergeMap keeps the 10 that somebody has guessed, and takes nearly twice as long.',
    { items: 1_200, concurrent: 10, limit: 'adaptive', servers: 20, mean: 30, seed: 5 },
  ),
  preset(
    'tokens',
    'Tokens of a language model',
    'Eight answers, token by token, three at once. The head streams as its tokens come, the others are parked; an answer that falls silent is cut off by its limit between two tokens.',
    {
      items: 8,
      gap: 100,
      mean: 900,
      values: 40,
      hanging: 12,
      concurrent: 3,
      each: 300,
      onError: 'skip',
      seed: 1,
    },
  ),
];
