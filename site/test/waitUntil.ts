import type { Page } from 'playwright-core';

/** Waits for a condition in a page. Playwright's `waitForFunction` evaluates text, which the policy of the pages forbids. */
export async function waitUntil<A>(page: Page, condition: string | ((arg: A) => unknown), arg?: A): Promise<void> {
  const end = Date.now() + 120_000;
  while (!(await page.evaluate(condition as (arg: unknown) => unknown, arg))) {
    if (Date.now() > end) throw new Error(`Expected this to be true within two minutes: ${String(condition)}`);
    await page.waitForTimeout(20);
  }
}
