import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { desktop, phone, setTheme, violations } from '../browser.js';
import { misfits } from '../fit.js';

/** What is around it is that of any page. */
export const PLAYGROUND = ['.playground'];

/** Expects the playground, as it is, to be accessible and to fit, in both themes and widths. */
export async function expectAccessible(page: Page): Promise<void> {
  for (const viewport of [desktop, phone]) {
    await page.setViewportSize(viewport);
    // A chart takes a moment.
    await expect.poll(() => misfits(page)).toEqual([]);
    for (const theme of ['light', 'dark'] as const) {
      await setTheme(page, theme);
      // Nothing but colours depends on the theme.
      const about = theme === 'light' ? 'everything' : 'contrast';
      expect(await violations(page, about, PLAYGROUND), `${theme}, ${viewport.width} pixels`).toEqual([]);
    }
  }
}
