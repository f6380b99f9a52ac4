/**
 * A line of a log, in the words of `test/proof/model/perform.ts`. What the monitor was told is `received`, `started`, `failed`, `ended`
 * or `flushed`; everything else is what somebody outside saw or did, and does not depend on what the operator says of itself.
 */
export interface Entry {
  readonly at: number;
  readonly what: string;
  /** The item it is about, if it is about one. */
  readonly index: number | undefined;
  /** The words that come after what happened. */
  readonly words: readonly string[];
}

/** Takes a log apart. */
export function readLog(log: readonly string[]): Entry[] {
  return log.map((line) => {
    const [at, ...said] = line.split(' ');
    const [what, ...words] = said[0] === 'monitor' ? said.slice(1) : said;
    const index = Number.parseInt(words[0] ?? '', 10);
    const isAboutItem = !Number.isNaN(index) && !['error', 'delay'].includes(what!);
    return { at: Number(at), what: what!, index: isAboutItem ? index : undefined, words };
  });
}

const MONITORED = ['received', 'started', 'failed', 'ended', 'flushed'];

/** What the monitor was told. */
export const monitored = (entries: readonly Entry[]): Entry[] => entries.filter(({ what }) => MONITORED.includes(what));

/** What came out: values, then how it ended. */
export const output = (entries: readonly Entry[]): string[] =>
  entries
    .filter(({ what }) => ['next', 'error', 'complete'].includes(what))
    .map(({ what, words }) => [what, ...words].join(' '));

/** What came out before it ended. */
export const values = (entries: readonly Entry[]): string[] =>
  entries.filter(({ what }) => what === 'next').map(({ words }) => words[0]!);

/** The item that a value, an inner, or the error of one belongs to. */
export const indexOf = (name: string): number => Number(/\d+/.exec(name)?.[0] ?? Infinity);

/** Where in a log an item begins to be active, and where one last sees that it is: nobody outside sees more. */
interface Life {
  readonly index: number;
  readonly first: number;
  last: number;
  /** Where its last value comes out, if that is later. */
  emitted: number;
}

function lives(entries: readonly Entry[]): Life[] {
  const found = new Map<number, Life>();
  for (const [position, { what, index }] of entries.entries()) {
    if (index === undefined) {
      continue;
    }
    const life = found.get(index);
    if (['project', 'onError', 'subscribe', 'teardown'].includes(what)) {
      if (life === undefined) {
        found.set(index, { index, first: position, last: position, emitted: position });
      } else {
        life.last = life.emitted = position;
      }
    } else if (what === 'next' && life !== undefined) {
      life.emitted = position;
    }
  }
  return [...found.values()];
}

/** How many items were active at once: from the call of `project`, or the subscription, to the last teardown. */
export function mostActive(entries: readonly Entry[]): number {
  const all = lives(entries);
  return Math.max(0, ...all.map(({ first }) => all.filter((each) => each.first <= first && first <= each.last).length));
}

/**
 * How many items were started and not yet fully emitted, and how many when not all of them were active. When one starts, those
 * are all from the earliest on that is still active, or that a value is still to come out of.
 */
export function mostUnfinished(entries: readonly Entry[]): { most: number; besideParked: number } {
  const all = lives(entries);
  const counts = all.map(({ first }) => {
    const head = all.find(({ last, emitted }) => Math.max(last, emitted) >= first)!;
    const unfinished = all.filter((each) => each.index >= head.index && each.first <= first);
    return { unfinished: unfinished.length, allActive: unfinished.every(({ last }) => last >= first) };
  });
  const most = (of: typeof counts) => Math.max(0, ...of.map(({ unfinished }) => unfinished));
  return { most: most(counts), besideParked: most(counts.filter(({ allActive }) => !allActive)) };
}

/** The same, as the monitor was told it. */
export function mostUnfinishedAsTold(entries: readonly Entry[]): number {
  let unfinished = 0;
  let most = 0;
  for (const { what, words } of entries) {
    if (what === 'started' && words[2] === '1') {
      most = Math.max(most, ++unfinished);
    } else if (what === 'flushed') {
      unfinished--;
    }
  }
  return most;
}

/** For each item, in the order in which it was first asked for, the attempts for which `project` was called. */
export function projected(entries: readonly Entry[]): [index: number, attempts: number[]][] {
  const attempts = new Map<number, number[]>();
  for (const { what, index, words } of entries) {
    if (what === 'project') {
      attempts.set(index!, [...(attempts.get(index!) ?? []), Number(words[2])]);
    }
  }
  return [...attempts];
}

/** How often each of what was subscribed was torn down. */
export function teardowns(entries: readonly Entry[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { what, words } of entries) {
    if (what === 'teardown') {
      counts.set(words[0]!, (counts.get(words[0]!) ?? 0) + 1);
    }
  }
  return counts;
}

/** What the monitor was told of each item, a letter an event: `r`, `s`, `f`, `e` for ended (`x` where cancelled), and `.`. */
export function storyOf(entries: readonly Entry[]): Map<number, string> {
  const stories = new Map<number, string>();
  for (const { what, index, words } of monitored(entries)) {
    const letter = what === 'flushed' ? '.' : words.includes('cancelled') ? 'x' : what[0]!;
    stories.set(index!, (stories.get(index!) ?? '') + letter);
  }
  return stories;
}

/**
 * Received, then attempts of which all but the last failed, then an end; what is not cancelled is flushed. The limit
 * `blocking` fails an item that waits for its next attempt once more.
 */
export const SOUND_STORY = /^r(sf)*(s|(?<=f)f)?(x|e\.)$/;
