/** What a search finds first. Both functions run in the page as well, each as its text alone: they may refer to nothing outside. */

/** What explains comes before what specifies, and that before the history. */
export function boostDocument(id: string): number {
  const page = /([\w-]+)\.html/.exec(id)?.[1] ?? '';
  if (/\/(?:api|marbles)\//.test(id)) return 0.25;
  if (/^(?:decisions|changelog|versioning|mutants|fuzz|proof|contributing)$/.test(page)) return 0.2;
  return /^(?:semantics|errors)$/.test(page) ? 0.25 : 1;
}

/** A field of what is found: one of those that a page has, or `words`, by which it is looked for and which its titles do not have. */
export function extractField(section: Readonly<Record<string, string>>, field: string): string {
  if (field !== 'words') return section[field]!;
  const words: Record<string, string> = {
    'time-limits#time-limits': 'timeout timeouts deadline',
    'failures#failures': 'error errors failure onError catchError',
    'failures#trying-again': 'retry retries again',
    'recipes#graceful-shutdown': 'cancel cancellation abort unsubscribe SIGTERM stop',
    'streams#streams-read-no-faster-than-the-work':
      'stream streams backpressure file files cursor iterable iterator for await pull read',
    'streams#bounding-memory': 'memory bounded bound maxParked maxWaiting overflow readAhead',
    'recipes#dead-letters': 'dead letters letter',
    'recipes#groups-that-lose-nothing': 'groupBy group',
    'keys#keys-effects-in-order': 'key keys per partition account ordering',
  };
  const [, page = '', anchor = ''] = /([\w-]+)\.html(#.*)?$/.exec(section['id']!) ?? [];
  return words[page + anchor] ?? '';
}

/** How much a word counts in each field. */
export const BOOST = { words: 16, title: 4, text: 2, titles: 1 };
