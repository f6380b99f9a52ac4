// The playground's first tab, in a browser.
import { waitUntil } from '../waitUntil.js';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { logOf } from '../../playground/engine/log.js';
import { lanesOf } from '../../playground/engine/lanes.js';
import { PRESETS } from '../../playground/engine/presets.js';
import { OPERATORS } from '../../playground/engine/run.js';
import type { Settings } from '../../playground/engine/settings.js';
import { simulate } from '../../playground/engine/simulate.js';
import { keyOf } from '../../playground/engine/workload.js';
import { desktop, phone, serve, type Site, useBrowser, type Watched } from '../browser.js';
import { expectAccessible } from './accessible.js';

const browser = useBrowser();
let site: Site;
let watched: Watched;
beforeAll(async () => {
  site = await serve('/');
  watched = await browser.open(site);
  await watched.context.grantPermissions(['clipboard-read', 'clipboard-write']);
});
afterAll(() => site.close());
afterEach(() => {
  expect(watched.problems).toEqual([]);
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
    await waitUntil(
      page,
      (value) => Number(document.querySelector<HTMLInputElement>('input[type=range]')!.value) > value + 10,
      before,
    );
    expect(await page.locator('.playground h2').allTextContents()).toEqual([...OPERATORS]);
    expect(new URL(page.url()).search).toBe('');
  });

  /** Each frame is paid for by the machine; of the others, the end is shown at once. */
  const played = ['stuck-head', 'adaptive'];
  test('is played where that is wanted', () => {
    expect(PRESETS.map(({ name }) => name)).toEqual(expect.arrayContaining(played));
  });

  test.each(PRESETS)('goes to its end, and gives what it gives in Node: $name', async ({ name, title, settings }) => {
    const page = await open('', 'no-preference');
    await page.getByRole('button', { name: title, exact: true }).click();
    await page.getByLabel('Speed').selectOption('1');
    if (!played.includes(name)) await time().press('End');
    await page.getByRole('button', { name: 'Replay' }).waitFor();
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
    const expected = {
      preset: 'flaky-service',
      concurrent: '3',
      onError: 'skip',
      total: '',
      atomic: 'true',
      item: '0',
    };
    await expect.poll(() => Object.fromEntries(query())).toMatchObject(expected);
    await expect.poll(() => Number(query().get('at'))).toBeGreaterThan(0);
    const shown = await page.locator('.playground').innerText();
    const record = await copy('JSON');
    const address = await copy('link');
    await page.waitForURL(address);

    await page.goto('about:blank');
    await page.goto(address);
    await page.getByRole('button', { name: 'Play' }).waitFor();
    expect(page.url()).toBe(address);
    await page.getByText('Settings', { exact: true }).click();
    expect(await page.locator('.playground').innerText()).toBe(shown);
    expect(await copy('JSON')).toBe(record);
  });

  test('follows however much changes, and is what is copied', async () => {
    const page = await open();
    await lanes('mergeMap').focus();
    for (let i = 0; i < 250; i++) await page.keyboard.press(i % 2 ? 'ArrowUp' : 'ArrowDown');
    await page.keyboard.press('End');
    expect(await copy('link')).toMatch(/\?item=23$/);
    await page.waitForURL(/\?item=23$/);
  });

  test('is followed back and forth in the page', async () => {
    const page = await open('preset=tokens');
    const pressed = (title: string) => page.getByRole('button', { name: title, pressed: true }).waitFor();
    await page.getByRole('link', { name: 'Playground' }).first().click();
    await pressed('A stuck head');
    await page.goBack();
    await pressed('Tokens of a language model');
    expect(query().get('preset')).toBe('tokens');
  });

  test('that is wrong says so, and the rest of it counts', async () => {
    const page = await open('items=none&concurrent=2');
    expect(await page.getByRole('alert').allTextContents()).toEqual([
      'Expected items to be an integer from 1 to 2000, got "none"',
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
  await page.getByText('Expected concurrent to be an integer from 1 to 2000, or empty, got "0"').waitFor();
  expect(await page.getByLabel('concurrent', { exact: true }).getAttribute('aria-invalid')).toBe('true');
  expect(await copy('JSON')).toBe(record);
  await page.getByLabel('concurrent', { exact: true }).pressSequentially('e');
  await page.getByLabel('concurrent', { exact: true }).press('Tab');
  await page.getByText('Expected concurrent to be a number').waitFor();
  expect(await copy('JSON')).toBe(record);
  await page.getByRole('button', { name: 'A stuck head' }).click();
  await expect.poll(() => page.getByLabel('concurrent', { exact: true }).inputValue()).toBe('4');
});

test('what is pressed by keyboard keeps the focus, and what is closed gives it to the lanes', async () => {
  const page = await open('item=22&slower=50', 'no-preference');
  const focused = () => page.evaluate(() => document.activeElement!.textContent.trim());
  await page.getByRole('button', { name: 'Pause' }).press('Space');
  expect(await focused()).toBe('Play');
  await page.getByRole('button', { name: 'Next' }).press('Enter');
  await page.getByRole('heading', { name: 'The story of item 23' }).waitFor();
  await page.keyboard.press('Enter');
  expect(await focused()).toBe('Next');
  await page.getByRole('button', { name: 'Close' }).press('Enter');
  await page.locator('.story').waitFor({ state: 'detached' });
  expect(await lanes('concatMapEager').evaluate((element) => element === document.activeElement)).toBe(true);
  // What moves all the time is not read out.
  expect(await page.locator('.player').locator('output, [aria-live], [role=status]').count()).toBe(0);
});

test('where nothing may be copied, the text is there to be copied by hand', async () => {
  const page = await open();
  await page.evaluate(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }));
  await page.getByRole('button', { name: 'Copy as code' }).click();
  await page.getByText('The browser does not let this page copy. Here is the code:').waitFor();
  expect(await page.getByLabel('To be copied').inputValue()).toContain('timeout: { total: 400 }');
});

test('an item tells its story, chosen by the keyboard or with a click', async () => {
  const page = await open();
  await lanes('concatMapEager').focus();
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown']) await page.keyboard.press(key);
  await page.getByRole('heading', { name: 'The story of item 2' }).waitFor();
  const story = page.locator('.story');
  expect(await story.innerText()).toContain('is unsubscribed: it exceeded its time limit total');
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
  await expect.poll(() => query().get('item')).toBe('1');
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

describe('keys', () => {
  test('are set, are what the lanes go by, and are in the link, the story, the legend and what is copied', async () => {
    const page = await open();
    const legend = page.getByRole('group', { name: 'Legend' });
    expect(await legend.getByText('Left of the lanes:').count()).toBe(0);
    await page.getByText('Settings', { exact: true }).click();
    const option = (name: string) => page.getByLabel(name, { exact: true });
    for (const name of ['concurrentPerKey', 'order']) expect(await option(name).isDisabled()).toBe(true);

    await option('Keys').fill('3');
    await option('Keys').press('Enter');
    await option('concurrentPerKey').fill('2');
    await option('concurrentPerKey').press('Enter');
    await option('order').selectOption('key');
    await option('onError').selectOption('at-end');
    await page.getByRole('combobox', { name: /^Lanes/ }).selectOption('in source order');
    await legend.getByText('Left of the lanes:').waitFor();
    expect(await legend.locator('.key').allTextContents()).toEqual(['A', 'B', 'C']);
    await lanes('concatMapEager').press('ArrowDown');
    const { name } = keyOf({ keys: 3, seed: 12 }, 0)!;
    await page.getByRole('heading', { name: `The story of item 0 ${name}` }).waitFor();
    expect(await lanes('concatMapEager').getAttribute('aria-valuetext')).toBe(`item 0 of key ${name}`);
    expect(await page.locator('.story').innerText()).toContain(`the source emits the value, whose key is ${name}`);
    const expected = {
      keys: '3',
      concurrentPerKey: '2',
      order: 'key',
      onError: 'at-end',
      lanes: 'source',
      item: '0',
    };
    await expect.poll(() => Object.fromEntries(query())).toEqual(expected);
    const shown = await page.locator('.playground').innerText();
    const given = "key: (value) => keyOf(value),\n    concurrentPerKey: 2,\n    order: 'key',";
    expect(await copy('code')).toContain(given);
    expect(await copy('marble')).toMatch(/\nkeys {4}\([ABC]{24}\)\n/);
    expect(await copy('JSON')).toMatch(/"item":\d+,"key":"[ABC]"/);

    await page.reload();
    await page.getByRole('button', { name: 'Replay' }).waitFor();
    await page.getByText('Settings', { exact: true }).click();
    expect(await page.locator('.playground').innerText()).toBe(shown);
  });

  test('have lanes that follow one another: the next one down is the next of the key', async () => {
    const page = await open('preset=one-account');
    const { settings } = PRESETS.find(({ name }) => name === 'one-account')!;
    const { items } = lanesOf(
      Array.from({ length: settings.items }, (_, index) => keyOf(settings, index)),
      true,
    );
    await lanes('mergeMap').focus();
    for (const item of items.slice(0, 3)) {
      await page.keyboard.press('ArrowDown');
      await page.getByRole('heading', { name: new RegExp(`^The story of item ${item} A$`) }).waitFor();
    }
    await lanes('mergeMap')
      .locator('canvas')
      .click({ position: { x: 100, y: 2 } });
    await page.getByRole('heading', { name: `The story of item ${items[0]!} A` }).waitFor();
    expect(await page.locator('.measures').allInnerTexts()).toEqual([
      expect.stringMatching(/of one key at once\s+one/),
      expect.stringMatching(/of one key at once\s+up to 3/),
      expect.stringMatching(/of one key at once\s+one/),
    ]);
  });
});

describe('a limit', () => {
  const slider = () => watched.page.getByRole('slider', { name: 'concurrent now' });
  const forget = () => watched.page.getByRole('button', { name: 'Forget the changes' });
  const over = () => watched.page.getByRole('group', { name: 'Legend' }).getByText('Over the lanes:');
  interface Copied {
    readonly settings: Settings;
    readonly results: Readonly<Record<string, readonly { readonly at: number }[]>>;
  }
  const record = async () => JSON.parse(await copy('JSON')) as Copied;

  test('is changed by a slider while it plays: what has been stays, and what follows is what it gives in Node', async () => {
    const page = await open('preset=order-desk&slower=20', 'no-preference');
    await waitUntil(page, () => Number(document.querySelector<HTMLInputElement>('input[type=range]')!.value) > 20);
    expect(await slider().getAttribute('aria-valuetext')).toBe('100');
    await slider().press('Home');
    expect(await page.getByRole('button', { name: 'Pause' }).isVisible()).toBe(true);
    expect(await slider().getAttribute('aria-valuetext')).toBe('0, paused');
    await waitUntil(
      page,
      (value) => Number(document.querySelector<HTMLInputElement>('input[type=range]')!.value) > value + 2,
      Number(await time().inputValue()),
    );
    await page.getByRole('button', { name: 'Pause' }).click();
    const stopped = Number(await time().inputValue());
    // Nothing goes on for ever while it is 0; then from here on 7.
    expect(await page.locator('.measures').last().innerText()).toMatch(/time to finish\s+never/);
    for (let i = 0; i < 7; i++) await slider().press('ArrowRight');
    await page.getByText(`What you set counts from ${stopped} ms on.`).waitFor();

    await over().waitFor();
    const shown = await page.locator('.playground').innerText();
    const { settings, results } = await record();
    const [pause, last] = settings.changes.split('_').map((change) => change.split('-').map(Number));
    expect([pause![1], last]).toEqual([0, [stopped, 7]]);
    expect(pause![0]).toBeGreaterThan(20);
    expect(pause![0]).toBeLessThan(stopped);
    const { settings: before } = PRESETS.find(({ name }) => name === 'order-desk')!;
    expect(settings.concurrent).toBe(before.concurrent);
    const inNode = (changes: string) =>
      logOf(simulate({ ...before, changes }, 'concatMapEager')) as readonly { readonly at: number }[];
    const until = (log: readonly { readonly at: number }[]) => log.filter(({ at }) => at < pause![0]!);
    expect(results['concatMapEager']).toEqual(JSON.parse(JSON.stringify(inNode(settings.changes))));
    expect(until(results['concatMapEager']!)).toEqual(until(inNode('')));
    expect(results['mergeMap']).toEqual(JSON.parse(JSON.stringify(logOf(simulate(before, 'mergeMap')))));
    await over().waitFor();
    expect(await page.locator('.measures').allInnerTexts()).toEqual([
      expect.not.stringMatching(/limit/),
      expect.not.stringMatching(/limit/),
      expect.stringMatching(/limit\s+0 to 100, at last 7/),
    ]);

    // The link has it.
    await expect.poll(() => query().get('changes')).toBe(settings.changes);
    await page.reload();
    await page.getByRole('button', { name: 'Play' }).waitFor();
    expect(await slider().getAttribute('aria-valuetext')).toBe('7');
    expect(await page.locator('.playground').innerText()).toBe(shown);
    expect(await record()).toEqual({ settings, results });

    await forget().press('Enter');
    await expect.poll(() => query().get('changes')).toBe(null);
    await forget().waitFor({ state: 'detached' });
    expect(await slider().getAttribute('aria-valuetext')).toBe('100');
  });

  test('that is set while nothing plays counts from the beginning', async () => {
    const page = await open();
    await page.getByText('What you set counts from the beginning.').waitFor();
    await slider().press('ArrowRight');
    await slider().press('ArrowRight');
    expect(await slider().getAttribute('aria-valuetext')).toBe('6');
    await expect.poll(() => Object.fromEntries(query())).toEqual({ concurrent: '6' });
    // There, it cannot be 0: nothing would ever happen.
    await slider().press('Home');
    await expect.poll(() => query().get('concurrent')).toBe('1');
    expect(await page.locator('.measures').last().innerText()).not.toMatch(/limit/);
    expect(await over().count()).toBe(0);
  });

  test('there may be none: the slider is at its end, and says so', async () => {
    await open('concurrent=');
    expect(await slider().getAttribute('aria-valuetext')).toBe('no limit');
    expect(await slider().inputValue()).toBe(await slider().getAttribute('max'));
    await slider().press('ArrowLeft');
    await expect.poll(() => query().get('concurrent')).toBe('23');
  });

  test('that finds itself has no slider: there is a line, and what it found in numbers', async () => {
    const page = await open('preset=adaptive');
    await over().waitFor();
    expect(await slider().count()).toBe(0);
    expect(await page.locator('.measures').last().innerText()).toMatch(/limit\s+10 to 43, at last 20/);
    expect(await copy('code')).toContain('concurrent: adaptiveLimit({ initial: 10 })');
    await page.getByRole('button', { name: 'Copy as marble' }).click();
    await page.getByText(/^A marble block has room for|^A marble block has no limit/).waitFor();
  });

  test('that changes is accessible, and fits', async () => {
    const page = await open('changes=40-12_90-0_150-6&at=200');
    await over().waitFor();
    await forget().waitFor();
    await expectAccessible(page);
    await page.setViewportSize(desktop);
  });
});

test('what was copied is not said of another preset, nor of other settings', async () => {
  const page = await open();
  const said = page.getByText(/^Copied/);
  await copy('marble');
  await page.getByRole('button', { name: 'Tokens of a language model' }).click();
  await said.waitFor({ state: 'detached' });
  await copy('code');
  await page.getByText('Settings', { exact: true }).click();
  await page.getByLabel('Seed').fill('7');
  await page.getByLabel('Seed').press('Enter');
  await said.waitFor({ state: 'detached' });
});

test('messages, stories and settings are in words: no backticks, and slots are not called places', async () => {
  const page = await open('item=2&items=none');
  await page.getByText('Settings', { exact: true }).click();
  for (const { title } of PRESETS) {
    await page.getByRole('button', { name: title, exact: true }).click();
    await lanes('concatMapEager').press('ArrowDown');
    await page.locator('.story').waitFor();
    expect(await page.locator('.playground').innerText()).not.toMatch(/`|\bplaces?\b/);
  }
  expect(await page.locator('.alert code').allInnerTexts()).toEqual(['items']);
});

describe('the legend', () => {
  test('tells its marks apart without their colours', async () => {
    const page = await open();
    const entries = await page
      .getByRole('group', { name: 'Legend' })
      .getByRole('listitem')
      .evaluateAll((items) =>
        items.map((item) => ({
          text: item.textContent.trim(),
          shape: item.querySelector('svg')!.innerHTML.replace(/ (?:fill|stroke)="var\([^"]*"/g, ''),
        })),
      );
    const shape = (text: string) => entries.find((entry) => entry.text === text)!.shape;
    const [failed, timedOut, cancelled] = ['failed', 'timed out', 'cancelled'].map(shape);
    expect(new Set([failed, timedOut, cancelled]).size).toBe(3);
    // A dot in a lane, and a bar below the lanes.
    expect(shape('flushed: all its values are out')).toContain('<circle');
    expect(shape('a value comes out')).toContain('<rect');
  });
});

describe('the counts over time', () => {
  interface Label {
    readonly text: string;
    readonly left: number;
    readonly right: number;
    readonly top: number;
  }

  /** What is written into the chart, and where. */
  async function labelsOf(preset: string): Promise<Label[]> {
    const { page, context } = await browser.open(site);
    try {
      await page.addInitScript(() => {
        const labels: Label[] = [];
        Object.assign(globalThis, { labels });
        const { fillText } = CanvasRenderingContext2D.prototype;
        CanvasRenderingContext2D.prototype.fillText = function (text, x, y) {
          const { width } = this.measureText(text);
          const left = x - { center: width / 2, right: width, end: width, left: 0, start: 0 }[this.textAlign];
          if (this.canvas.closest('.u-wrap')) labels.push({ text, left, right: left + width, top: y });
          fillText.call(this, text, x, y);
        };
      });
      await page.goto(`${site.url}playground.html?preset=${preset}`);
      await page.getByText('Waiting, active and parked over time').click();
      await page.locator('.u-legend').waitFor();
      await waitUntil(page, () => (globalThis as unknown as { labels: Label[] }).labels.length > 0);
      return await page.evaluate(() => (globalThis as unknown as { labels: Label[] }).labels);
    } finally {
      await context.close();
    }
  }

  test.each(PRESETS)(
    'have labels that can be read, and end when the result does: $name',
    async ({ name, settings }) => {
      const labels = (await labelsOf(name)).filter(({ text }) => / m?s$/.test(text));
      expect(labels.length).toBeGreaterThan(3);
      for (const one of labels) {
        const near = labels.filter(
          ({ left, right, top }) => top === one.top && left < one.right + 8 && right > one.left - 8,
        );
        expect(near.map(({ text }) => text)).toEqual(near.map(() => one.text));
      }
      const { end } = simulate(settings, 'concatMapEager');
      const last = labels.at(-1)!.text;
      const time = Number.parseFloat(last) * (last.endsWith(' ms') ? 1 : 1_000);
      expect(time).toBeGreaterThan(0.7 * end!.at);
      expect(time).toBeLessThanOrEqual(1.02 * end!.at + 1);
    },
  );
});

/** Whether an edge of an element is in the window, and not behind something. */
async function isInSight(selector: string, edge: 'start' | 'end'): Promise<boolean> {
  const element = watched.page.locator(selector);
  return element.evaluate((found, at) => {
    // What is inert is passed over by a pointer.
    found.closest('[inert]')?.removeAttribute('inert');
    const { left, top, bottom } = found.getBoundingClientRect();
    return document.elementsFromPoint(left + 5, at === 'start' ? top + 2 : bottom - 2)[0]!.contains(found);
  }, edge);
}

describe('while a setting is changed, the picture is in sight', () => {
  test.each([
    ['on a phone', phone],
    ['on a tablet', { width: 768, height: 1024 }],
    ['on a desktop', desktop],
  ])('%s', async (_where, viewport) => {
    const page = await open('preset=small-window');
    try {
      await page.setViewportSize(viewport);
      await page.getByText('Settings', { exact: true }).click();
      // What one would change first comes first.
      expect(await page.locator('.controls label').first().innerText()).toBe('concurrent');
      for (const name of ['concurrent', 'total', 'onError', 'Seed']) {
        const field = page.getByLabel(name, { exact: true });
        await field.scrollIntoViewIfNeeded();
        await field.focus();
        const [picture, box] = await Promise.all([
          page.locator('.small .ours canvas').boundingBox(),
          field.boundingBox(),
        ]);
        expect(await isInSight('.small .ours canvas', 'start')).toBe(true);
        expect(await isInSight('.small .ours canvas', 'end')).toBe(true);
        expect(box!.y).toBeGreaterThanOrEqual(picture!.y + picture!.height);
        expect(Math.floor(box!.y + box!.height)).toBeLessThanOrEqual(viewport.height);
      }
    } finally {
      await page.setViewportSize(desktop);
    }
  });
});

test('nothing moves where motion is to be reduced', async () => {
  const page = await open();
  await page.getByRole('button', { name: 'Replay' }).waitFor();
  expect(await time().inputValue()).toBe(await time().getAttribute('max'));
  await page.getByRole('button', { name: 'The order desk' }).click();
  await page.getByRole('button', { name: 'Replay' }).waitFor();
});

test('all that folds out is accessible, and fits', async () => {
  const page = await open('preset=flaky-service&keys=8&item=3');
  await page.getByText('Settings', { exact: true }).click();
  await page.getByText('Waiting, active and parked over time').click();
  await page.locator('.u-legend').waitFor();
  await expectAccessible(page);
  await page.setViewportSize(desktop);
});

test(
  'a thousand items are drawn in less time of the processor than there is at 60 frames a second',
  { retry: 2 },
  async () => {
    const page = await open('preset=order-desk&slower=10', 'no-preference');
    const session = await watched.context.newCDPSession(page);
    await session.send('Performance.enable');
    /** What the page's thread has had of the processor, in ms; what else the machine does is not in it. */
    const spent = async () => {
      const { metrics } = await session.send('Performance.getMetrics');
      return 1_000 * metrics.find(({ name }) => name === 'ThreadTime')!.value;
    };
    const frames = 180;
    const before = await spent();
    await page.evaluate(async (count) => {
      for (let frame = 0; frame < count; frame++) await new Promise(requestAnimationFrame);
    }, frames);
    const each = ((await spent()) - before) / frames;
    await session.detach();
    expect(await page.getByRole('button', { name: 'Pause' }).isVisible()).toBe(true);
    expect(each).toBeGreaterThan(0);
    expect(each).toBeLessThan(1_000 / 60);
  },
);
