import type { Page } from 'playwright-core';

/** The widths at which pages are looked at: a phone, a tablet, a laptop, a large screen. */
export const widths = [390, 768, 1280, 1920] as const;

/** What is marked so scrolls sideways, and shows that it does by a shadow at the side to which there is more. */
export const SCROLLS = 'scrolls';

/**
 * What of a page is cut, or stands out of its box, a line for each element: text, tables, code and pictures that are wider than what
 * they are in, and what scrolls without a sign that it does.
 */
export async function misfits(page: Page): Promise<string[]> {
  return page.evaluate(find, SCROLLS);
}

/** Runs in the page. */
function find(scrolls: string): string[] {
  const found: string[] = [];
  const nameOf = (element: Element) => {
    const { id, className } = element as HTMLElement;
    const classes = typeof className === 'string' ? className.trim().replace(/\s+/g, '.') : '';
    return element.localName + (id === '' ? '' : `#${id}`) + (classes === '' ? '' : `.${classes}`);
  };
  const say = (element: Element, what: string) => {
    const parents = [element.parentElement?.parentElement, element.parentElement, element];
    const text = (element.textContent ?? '').trim().replace(/\s+/g, ' ').slice(0, 40);
    found.push(`${parents.flatMap((each) => (each ? nameOf(each) : [])).join(' > ')} "${text}": ${what}`);
  };
  /** Out of sight on purpose, for those who listen, or not there at all. */
  const isHidden = (element: Element) => {
    if (!(element as HTMLElement).checkVisibility({ visibilityProperty: true })) return true;
    // The lines of the menu's button move into one another.
    return element.closest('.visually-hidden, .header-anchor, [aria-hidden="true"], .VPNavBarHamburger') !== null;
  };

  const root = document.documentElement;
  if (root.scrollWidth > innerWidth) found.push(`the page: ${root.scrollWidth - innerWidth} px beyond the window`);

  for (const element of document.body.querySelectorAll('*')) {
    if (element.closest('svg') !== null && element.localName !== 'svg') continue;
    if (isHidden(element)) continue;
    const { clientWidth, scrollWidth, clientHeight, scrollHeight } = element;
    const style = getComputedStyle(element);
    if (clientWidth > 0 && scrollWidth > clientWidth + 1) {
      const beyond = `${scrollWidth - clientWidth} px`;
      if (style.overflowX === 'auto' || style.overflowX === 'scroll') {
        if (!element.classList.contains(scrolls)) say(element, `scrolls for ${beyond}, and nothing says so`);
      } else if (style.overflowX === 'visible') say(element, `something stands out of it, by ${beyond}`);
      else say(element, `it is cut, by ${beyond}`);
    }
    if (clientHeight > 0 && scrollHeight > clientHeight + 1 && /hidden|clip/.test(style.overflowY))
      say(element, `it is cut below, by ${scrollHeight - clientHeight} px`);
    if (/^(?:svg|img|canvas|video|iframe)$/.test(element.localName)) {
      const box = element.getBoundingClientRect();
      const parent = element.parentElement!;
      const around = parent.getBoundingClientRect();
      if (box.right > around.right + 1 && !parent.classList.contains(scrolls))
        say(element, `it is ${Math.round(box.right - around.right)} px wider than what it is in`);
    }
  }
  return found;
}
