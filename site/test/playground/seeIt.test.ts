// The playground's first tab, in a browser.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { logOf } from '../../playground/engine/log.js';
import { PRESETS } from '../../playground/engine/presets.js';
import { OPERATORS } from '../../playground/engine/run.js';
import type { Settings } from '../../playground/engine/settings.js';
import { simulate } from '../../playground/engine/simulate.js';
import { desktop, overflow, phone, serve, type Site, useBrowser, violations, type Watched } from '../browser.js';

const browser = useBrowser();
let site: Site;
beforeAll(async () => {
  site = await serve('/');
});
afterAll(() => site.close());

let watched: Watched;
beforeEach(async () => {
  watched = await browser.open(site);
  await watched.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  return async () => {
    expect(watched.problems).toEqual([]);
    await watched.context.close();
  };
});

/** Opens it with a link; things move unless they are not to. */
async function open(query = '', reducedMotion: 'reduce' | 'no-preference' = 'reduce') {
  const { page } = watched;
  await page.emulateMedia({ reducedMotion });
  await page.goto(`${site.url}playground.html${query === '' ? '' : `?${query}`}`);
  await page.getByRole('button', { name: /^(Play|Pause|Replay)$/ }).waitFor();
  return page;
}

const query = () => new URL(watched.page.url()).searchParams;
const time = () => watched.page.getByRole('slider', { name: 'Time' });
const lanes = (operator: string) => watched.page.getByRole('slider', { name: `Items of ${operator}` });
const clipboard = () => watched.page.evaluate(() => navigator.clipboard.readText());

const COPIED = { link: 'link', code: 'code', marble: 'marble block', JSON: 'notifications' };

async function copy(what: keyof typeof COPIED): Promise<string> {
  await watched.page.getByRole('button', { name: new RegExp(`^Copy (as )?${what}$`) }).click();
  await watched.page.getByText(`Copied the ${COPIED[what]}.`).waitFor();
  return clipboard();
}

describe('a preset', () => {
  test('is there when it opens: a stuck head, playing', async () => {
    const page = await open('', 'no-preference');
    expect(await page.getByRole('button', { name: 'A stuck head' }).getAttribute('aria-pressed')).toBe('true');
    const before = Number(await time().inputValue());
    await page.waitForFunction(
      (value) => Number(document.querySelector<HTMLInputElement>('input[type=range]')!.value) > value + 10,
      before,
    );
    expect(await page.locator('.playground h2').allTextContents()).toEqual([...OPERATORS]);
    expect(new URL(page.url()).search).toBe('');
  });

  test.each(PRESETS)('plays to its end, and gives what it gives in Node: $name', async ({ title, settings }) => {
    const page = await open('', 'no-preference');
    await page.getByRole('button', { name: title, exact: true }).click();
    await page.getByLabel('Speed').selectOption('1');
    await page.getByRole('button', { name: 'Replay' }).waitFor({ timeout: 20_000 });
    const [, unordered, eager] = await page.locator('.output').allTextContents();
    expect(unordered).toMatch(/complete\s*$/);
    expect(eager).toMatch(/complete\s*$/);
    const { settings: shown, results } = JSON.parse(await copy('JSON')) as {
      settings: Settings;
      results: unknown;
    };
    // What is undefined is absent in JSON.
    expect({ ...settings, ...shown }).toEqual(settings);
    const inNode = Object.fromEntries(OPERATORS.map((name) => [name, logOf(simulate(settings, name))]));
    expect(results).toEqual(JSON.parse(JSON.stringify(inNode)));
  });
});

describe('a link', () => {
  test('holds whatever is set, chosen and stopped, and restores it', async () => {
    const page = await open('', 'no-preference');
    await page.getByRole('button', { name: 'A flaky service' }).click();
    await page.getByText('Settings', { exact: true }).click();
    await page.getByLabel('concurrent', { exact: true }).fill('3');
    await page.getByLabel('concurrent', { exact: true }).press('Enter');
    await page.getByLabel('onError').selectOption('skip');
    await page.getByLabel('total', { exact: true }).fill('');
    await page.getByLabel('total', { exact: true }).press('Tab');
    await page.getByLabel('atomic').check();
    await lanes('mergeMap').press('ArrowDown');
    await page.getByRole('button', { name: 'Pause' }).click();
    const link = Object.fromEntries(query());
    expect(link).toMatchObject({
      preset: 'flaky-service',
      concurrent: '3',
      onError: 'skip',
      total: '',
      atomic: 'true',
      item: '0',
    });
    expect(Number(link['at'])).toBeGreaterThan(0);
    const shown = await page.locator('.playground').innerText();
    const record = await copy('JSON');
    const address = await copy('link');
    expect(address).toBe(page.url());

    await page.goto('about:blank');
    await page.goto(address);
    await page.getByRole('button', { name: 'Play' }).waitFor();
    expect(page.url()).toBe(address);
    await page.getByText('Settings', { exact: true }).click();
    expect(await page.locator('.playground').innerText()).toBe(shown);
    expect(await copy('JSON')).toBe(record);
  });

  test('that is wrong says so, and the rest of it counts', async () => {
    const page = await open('items=none&concurrent=2');
    expect(await page.getByRole('alert').allTextContents()).toEqual([
      'Expected `items` to be an integer from 1 to 2000, got "none"',
    ]);
    await page.getByText('Settings', { exact: true }).click();
    expect(await page.getByLabel('concurrent', { exact: true }).inputValue()).toBe('2');
  });
});

test('a setting that is wrong says what was expected, and changes nothing', async () => {
  const page = await open();
  await page.getByText('Settings', { exact: true }).click();
  const record = await copy('JSON');
  await page.getByLabel('concurrent', { exact: true }).fill('0');
  await page.getByLabel('concurrent', { exact: true }).press('Enter');
  await page.getByText('Expected `concurrent` to be an integer from 1 to 2000, or nothing, got "0"').waitFor();
  expect(await page.getByLabel('concurrent', { exact: true }).getAttribute('aria-invalid')).toBe('true');
  expect(await copy('JSON')).toBe(record);
});

test('an item tells its story, chosen by the keyboard or with a click', async () => {
  const page = await open();
  await lanes('concatMapEager').focus();
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown']) await page.keyboard.press(key);
  await page.getByRole('heading', { name: 'The story of item 2' }).waitFor();
  const story = page.locator('.story');
  expect(await story.innerText()).toContain('is unsubscribed: its limit `total` has passed');
  await page.keyboard.press('PageDown');
  await page.getByRole('heading', { name: 'The story of item 12' }).waitFor();
  expect(await story.innerText()).toContain('its value comes out, having been parked for');
  await page.keyboard.press('Escape');
  await story.waitFor({ state: 'detached' });
  await lanes('mergeMap')
    .locator('canvas')
    .click({ position: { x: 20, y: 2 } });
  await page.getByRole('heading', { name: 'The story of item 0' }).waitFor();
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByRole('heading', { name: 'The story of item 1' }).waitFor();
  expect(query().get('item')).toBe('1');
});

test('what is copied as code and as a marble block is the run that is shown', async () => {
  const page = await open();
  expect(await copy('code')).toContain("timeout: { total: 400 },\n    onError: 'skip',");
  const marble = await copy('marble');
  expect(marble).toMatch(/^```marble\nsource {2}\(abcdefghijklmnopqrstuvwx\|\)\n/);
  expect(marble).toContain('> concatMapEager concurrent: 4, timeout: { total: 400 }, onError: skip\n');
  await page.getByRole('button', { name: 'The order desk' }).click();
  await page.getByRole('button', { name: 'Copy as marble' }).click();
  await page.getByText('A marble block has room for 52 items, here are 1000').waitFor();
});

test('nothing moves where motion is to be reduced', async () => {
  const page = await open();
  await page.getByRole('button', { name: 'Replay' }).waitFor();
  expect(await time().inputValue()).toBe(await time().getAttribute('max'));
  await page.getByRole('button', { name: 'The order desk' }).click();
  await page.getByRole('button', { name: 'Replay' }).waitFor();
});

test('all that folds out is accessible, and fits', async () => {
  const page = await open('preset=flaky-service&item=3');
  await page.getByText('Settings', { exact: true }).click();
  await page.getByText('Waiting, active and parked over time').click();
  await page.locator('.u-legend').waitFor();
  for (const viewport of [desktop, phone]) {
    await page.setViewportSize(viewport);
    expect(await overflow(page)).toBe(0);
    for (const theme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: theme });
      await page.waitForFunction(
        (dark) => document.documentElement.classList.contains('dark') === dark,
        theme === 'dark',
      );
      expect(await violations(page), `${theme}, ${viewport.width} pixels`).toEqual([]);
    }
  }
});

test('a thousand items move at 60 frames a second', { retry: 3 }, async () => {
  const page = await open('preset=order-desk&slower=10', 'no-preference');
  const between = await page.evaluate(async () => {
    const frames: number[] = [];
    while (frames.length < 180) frames.push(await new Promise(requestAnimationFrame));
    return frames
      .slice(1)
      .map((frame, position) => frame - frames[position]!)
      .sort((a, b) => a - b);
  });
  expect(await page.getByRole('button', { name: 'Pause' }).isVisible()).toBe(true);
  expect(between[Math.floor(between.length / 2)]).toBeLessThan(17.5);
});
