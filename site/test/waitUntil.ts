import type { Page } from 'playwright-core';

/** Waits for a condition in a page. Playwright's `waitForFunction` evaluates text, which the policy of the pages forbids. */
export async function waitUntil<A>(
  page: Page,
  condition: string | ((arg: A) => unknown),
  arg?: A,
  seconds = 120,
): Promise<void> {
  const end = Date.now() + seconds * 1_000;
  while (!(await page.evaluate(condition as (arg: unknown) => unknown, arg))) {
    if (Date.now() > end) throw new Error(`Expected this to be true within ${seconds} seconds: ${String(condition)}`);
    await page.waitForTimeout(20);
  }
}
