import { onBeforeUnmount, onMounted, type Ref, watch } from 'vue';

/** Browsers take a hundred changes of the address in half a minute, and refuse more. */
const PAUSE = 350;

/** The programs of links may be long, and are nobody's business but the browser's: they are in the hash. */
const CODE = '#code=';

/** What a link to the page says. */
export interface Link {
  readonly tab: 'see' | 'write';
  /** What the first tab shows, as a query string. */
  readonly query: string;
  /** What the second tab begins with. */
  readonly program: string | undefined;
  readonly code: string | undefined;
}

export function readAddress(): Link {
  const query = new URLSearchParams(location.search);
  const { hash } = location;
  const [tab, program] = [query.get('tab'), query.get('program')];
  for (const name of ['tab', 'program']) query.delete(name);
  return {
    tab: (tab ?? (program === null ? 'see' : 'write')) === 'write' ? 'write' : 'see',
    query: query.toString(),
    program: program ?? undefined,
    code: hash.startsWith(CODE) ? hash.slice(CODE.length) : undefined,
  };
}

/** The same link without what belongs to the other tab. */
export function ofTab(link: Link): Link {
  const { tab } = link;
  return tab === 'see' ? { ...link, program: undefined, code: undefined } : { ...link, query: '' };
}

/** The address of the page with a link. */
export function addressOf({ tab, query, program, code }: Link): string {
  // A program is in the second tab, unless it is said that the first is shown.
  const expected = program === undefined ? 'see' : 'write';
  const parts = [
    query,
    ...(tab === expected ? [] : [`tab=${tab}`]),
    ...(program === undefined ? [] : [`program=${encodeURIComponent(program)}`]),
  ].filter((part) => part !== '');
  const { origin, pathname } = location;
  return `${origin}${pathname}${parts.length === 0 ? '' : `?${parts.join('&')}`}${code === undefined ? '' : CODE + code}`;
}

/** Keeps the address of the page as a link says, and calls back when the reader has gone to another link of the same page. */
export function useAddress(link: Readonly<Ref<Link>>, visited: () => void): void {
  const { pathname } = location;
  let written = location.href;
  let pause: ReturnType<typeof setTimeout> | undefined;

  function write(): void {
    pause = undefined;
    const address = addressOf(link.value);
    // The next page has its address before this one goes.
    if (address === written || location.pathname !== pathname) return;
    history.replaceState(history.state, '', address);
    written = address;
    pause = setTimeout(write, PAUSE);
  }
  watch(
    link,
    () => {
      if (pause === undefined) write();
    },
    { flush: 'sync' },
  );

  function look(): void {
    const { href, hash } = location;
    // Another hash is a position in the page.
    if (location.pathname !== pathname || href === written || (hash !== '' && !hash.startsWith(CODE))) return;
    written = href;
    visited();
  }
  onMounted(() => addEventListener('popstate', look));
  onBeforeUnmount(() => {
    removeEventListener('popstate', look);
    clearTimeout(pause);
  });
}
