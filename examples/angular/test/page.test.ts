import axe from 'axe-core';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  test,
  vi,
} from 'vitest';
import { Gate } from '../../nestjs/test/support/gate.js';
import { found, idIn, never, Whole } from './support/whole.js';

let whole: Whole;
beforeAll(async () => {
  whole = await Whole.start();
});
afterAll(() => whole?.stop());

/** What the upstream was asked for before the test. */
let before = 0;
let page: Page;
let problems: string[];
beforeEach(() => {
  whole.answer = found;
  before = whole.upstream.asked.length;
  whole.mostActive = 0;
  whole.upstream.aborted = 0;
});
afterEach(async () => {
  await page.context().close();
  expect(problems).toEqual([]);
  await until(() => expect(whole.upstream.active).toBe(0));
});

async function open(...args: Parameters<Whole['visit']>): Promise<void> {
  ({ page, problems } = await whole.visit(...args));
  await page.locator('h1').waitFor();
}
const until = (assert: () => void | Promise<void>, timeout = 120_000) =>
  vi.waitFor(assert, { timeout, interval: 20 });
const idsUpTo = (last: number) =>
  Array.from({ length: last }, (_, index) => index + 1);
const asked = () => whole.upstream.asked.length - before;

async function start(list: string): Promise<void> {
  await page.getByLabel('or paste one').fill(list);
  await page.getByRole('button', { name: /^Start/ }).click();
}
const rows = () =>
  page
    .locator('tbody tr')
    .evaluateAll((rows) =>
      rows.map((row) =>
        [...row.querySelectorAll('td')]
          .map((cell) => cell.textContent.replace(/\s+/g, ' ').trim())
          .join('|'),
      ),
    );
const rowsUpTo = (last: number) =>
  idsUpTo(last).map((id) => `${id}|${id}|row ${id}`);
const count = async (name: string) =>
  Number(
    await page.locator('dl > div', { hasText: name }).locator('dd').innerText(),
  );
const button = (name: string | RegExp) => page.getByRole('button', { name });

describe('the page', () => {
  test('shows rows in order though the first is answered last, and never asks for more than six at once', async () => {
    const gate = new Gate();
    whole.answer = async (request) => {
      if (idIn(request) === 1) await gate.pass('1', request.signal);
      await sleep(20);
      return found(request);
    };
    await open();
    await start(idsUpTo(12).join());
    await until(async () => expect(await count('parked')).toBe(11));
    expect(await rows()).toEqual([]);
    gate.let('1');
    await until(async () => expect(await rows()).toEqual(rowsUpTo(12)));
    expect(whole.mostActive).toBe(6);
  });

  test('takes a CSV of a thousand rows, answered in any order', async () => {
    whole.answer = async (request) => {
      await sleep(Math.random() * 12);
      return found(request);
    };
    await open();
    const buffer = Buffer.from(
      `id,name\n${idsUpTo(1_000)
        .map((id) => `${id},"name, of ${id}"`)
        .join('\n')}\n`,
    );
    await page
      .getByLabel('or a CSV file')
      .setInputFiles({ name: 'rows.csv', mimeType: 'text/csv', buffer });
    await button('Start 1,000 rows').click();
    await until(
      async () =>
        expect(await page.locator('.done').innerText()).toBe('1,000 of 1,000'),
      150_000,
    );
    expect(await rows()).toEqual(rowsUpTo(1_000));
    expect(asked()).toBe(1_000);
    expect(whole.mostActive).toBeLessThanOrEqual(6);
    expect(await page.getByRole('progressbar').getAttribute('value')).toBe(
      '1000',
    );
  });

  test('says that it reads a long CSV before it has read it, and lays it out nowhere', async () => {
    await open();
    await page.evaluate(() => {
      const seen: string[] = ((window as unknown as { seen: string[] }).seen =
        []);
      const read = document.querySelector('#list-read')!;
      const look = () => {
        seen.push(read.textContent.trim());
        requestAnimationFrame(look);
      };
      look();
    });
    const buffer = Buffer.from(['id', ...idsUpTo(300_000)].join('\n'));
    await page
      .getByLabel('or a CSV file')
      .setInputFiles({ name: 'rows.csv', mimeType: 'text/csv', buffer });
    await button('Start 300,000 rows').waitFor();
    const seen = await page.evaluate(
      () => (window as unknown as { seen: string[] }).seen,
    );
    expect(seen).toContain('Reading rows.csv …');
    expect(await page.locator('#list-read').innerText()).toBe(
      '300,000 ids in rows.csv',
    );
    // A browser takes seconds for it, and again for each change of the page.
    expect(await page.getByLabel('or paste one').inputValue()).toBe('');
  });

  test('reads a file again that was corrected and chosen again', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'rows-'));
    try {
      const file = join(folder, 'rows.csv');
      const choose = async (text: string) => {
        await writeFile(file, text);
        const chooser = page.waitForEvent('filechooser');
        await page.getByLabel('or a CSV file').click();
        await (await chooser).setFiles(file);
      };
      await open();
      await choose('id\n1\nx');
      await page.getByText('Line 3: “x” is not an id').waitFor();
      await choose('id\n1\n2');
      await button('Start 2 rows').waitFor();
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('has its buttons where they were when it goes on', async () => {
    whole.answer = (request) =>
      idIn(request) < 3 ? found(request) : never(request);
    await open('/', { viewport: { width: 390, height: 740 } });
    await start('1,2,3,4');
    await until(async () => expect(await rows()).toEqual(rowsUpTo(2)));
    await button('Cancel').click();
    const boxes = async () =>
      (await page.locator('.buttons button').all()).map((one) =>
        one.boundingBox(),
      );
    const before = await Promise.all(await boxes());
    await button('Go on').dblclick();
    await until(() => expect(whole.upstream.active).toBe(2));
    expect(await Promise.all(await boxes())).toEqual(before);
    expect(await count('active')).toBe(2);
  });

  test('aborts the requests at the server when it is cancelled, and goes on from there', async () => {
    // Row 4 is parked behind row 3.
    whole.answer = (request) =>
      [1, 2, 4].includes(idIn(request)) ? found(request) : never(request);
    await open();
    await start(idsUpTo(20).join());
    await until(() => expect(asked()).toBe(9));
    await until(async () =>
      expect([await count('waiting'), await count('parked')]).toEqual([11, 1]),
    );
    await button('Cancel').click();
    await until(() => expect(whole.upstream.active).toBe(0));
    expect(whole.upstream.aborted).toBe(6);
    await sleep(200);
    expect(asked()).toBe(9);
    expect(await rows()).toEqual(rowsUpTo(2));

    whole.answer = found;
    expect(await page.locator('.ahead i').count()).toBe(0);
    await button('Go on').click();
    await until(async () => expect(await rows()).toEqual(rowsUpTo(20)));
    expect(asked()).toBe(27);
  });

  test('is held up by a stuck row no longer than its limit', async () => {
    let heldUp = 0;
    whole.answer = async (request) => {
      if (idIn(request) !== 2) return found(request);
      const since = performance.now();
      return never(request).finally(() => (heldUp = performance.now() - since));
    };
    await open();
    await start('1,2,3,4');
    await until(async () =>
      expect(await rows()).toEqual([
        '1|1|row 1',
        '2|2|Failed: held up the others for too long Retry',
        '3|3|row 3',
        '4|4|row 4',
      ]),
    );
    await until(() => expect(whole.upstream.aborted).toBe(1));
    expect(heldUp).toBeGreaterThan(1_900);
    // Its own limit is ten seconds.
    expect(heldUp).toBeLessThan(9_000);
  });

  test('is used by the keyboard alone, also to ask for a row again', async () => {
    let isThere = false;
    whole.answer = async (request) =>
      idIn(request) === 2 && !isThere
        ? { status: 404, body: {} }
        : found(request);
    await open();
    const tabTo = async (name: RegExp) => {
      const focused = () =>
        page.evaluate(() => {
          const element = document.activeElement as HTMLElement;
          return (
            element.getAttribute('aria-label') ??
            (element.id || element.innerText)
          );
        });
      for (let tabs = 0; !name.test(await focused()); tabs++) {
        if (tabs === 40)
          throw new Error(`Expected the Tab key to reach ${name}`);
        await page.keyboard.press('Tab');
      }
    };
    await tabTo(/^list$/);
    await page.keyboard.type('1 2\n3');
    await tabTo(/^Start/);
    await page.keyboard.press('Enter');
    await until(async () => expect(await rows()).toHaveLength(3));
    expect((await rows())[1]).toMatch(/not found Retry$/);

    isThere = true;
    await tabTo(/^Retry row 2$/);
    await page.keyboard.press('Enter');
    await until(async () => expect(await rows()).toEqual(rowsUpTo(3)));
    expect(
      await page.evaluate(
        () => document.activeElement!.closest('tr')!.rowIndex,
      ),
    ).toBe(2);
    await until(async () =>
      expect(await page.getByRole('status').innerText()).toBe(
        'Done: 3 of 3 rows',
      ),
    );
  });

  test.each([
    [
      'for another page',
      () => page.getByRole('link', { name: 'A list in the address' }).click(),
    ],
    ['for good', () => page.close()],
  ])(
    'aborts the requests at the server when it is left %s',
    async (_, leave) => {
      whole.answer = (request) =>
        idIn(request) > 100 ? never(request) : found(request);
      await open();
      await start('101,102,103,104,105,106,107');
      await until(() => expect(whole.upstream.active).toBe(6));
      await leave();
      // Sooner than their limit would.
      await vi.waitFor(() => expect(whole.upstream.aborted).toBe(6), 9_000);
    },
  );

  test('follows the newest rows when asked to, until it is scrolled away', async () => {
    const gate = new Gate();
    whole.answer = async (request) => {
      for (const id of [41, 61, 81])
        if (idIn(request) >= id) await gate.pass(String(id), request.signal);
      return found(request);
    };
    await open('/', { reducedMotion: 'reduce' });
    await start(idsUpTo(100).join());
    const isInView = (id: number) =>
      page
        .locator('tbody tr')
        .nth(id - 1)
        .evaluate((row) => row.getBoundingClientRect().bottom <= innerHeight);
    await until(async () => expect(await rows()).toHaveLength(40));
    expect(await isInView(1)).toBe(true);
    expect(await isInView(40)).toBe(false);

    const newest = (await button('Newest rows').boundingBox())!;
    expect(newest.y + newest.height).toBeLessThan(page.viewportSize()!.height);
    await button('Newest rows').click();
    await until(async () => expect(await isInView(40)).toBe(true));
    await button('Newest rows').waitFor({ state: 'detached' });
    gate.let('41');
    await until(async () => expect(await rows()).toHaveLength(60));
    expect(await isInView(60)).toBe(true);

    await page.mouse.wheel(0, -300);
    await button('Newest rows').waitFor();
    const top = await page.evaluate(() => scrollY);
    gate.let('61', '81');
    await until(async () => expect(await rows()).toHaveLength(100));
    expect(await page.evaluate(() => scrollY)).toBe(top);
  });

  test('says what it leaves out of a list', async () => {
    await open();
    await start('id,name\n1,Ada\nx,Bob\n2,Cy');
    await until(async () => expect(await rows()).toHaveLength(2));
    expect(await page.locator('#list-read').innerText()).toMatch(
      /1 left out:\s*Line 3: “x” is not an id/,
    );
  });

  test('has a list in its address too, and aborts it at the server when there is another', async () => {
    whole.answer = (request) =>
      idIn(request) === 99 ? never(request) : found(request);
    await open('/list?ids=3,99,1');
    await until(async () =>
      expect(await page.locator('ol li').allInnerTexts()).toEqual(['row 3']),
    );
    await page.getByRole('link', { name: 'row 42' }).click();
    await until(async () =>
      expect(await page.locator('ol li').allInnerTexts()).toEqual(['row 42']),
    );
    expect(await page.locator('[aria-current=page]').allInnerTexts()).toEqual([
      'A list in the address',
    ]);
    await until(() => expect(whole.upstream.aborted).toBe(1));
  });

  test.each([
    ['/list', 'There is no list in the address. Add one: /list?ids=3,1,2'],
    ['/list?ids=abc', '“abc” is not an id'],
    ['/list?ids=id', 'There is no list in the address.'],
  ])(
    'says at %s what to do, and shows what is often looked up',
    async (address, text) => {
      await open(address);
      await page.getByText(text).waitFor();
      await until(async () =>
        expect(await page.locator('app-popular li').allInnerTexts()).toEqual([
          'row 11',
          'row 7',
          'row 42',
        ]),
      );
    },
  );
});

describe('anybody can use it:', () => {
  const widths = {
    desktop: { width: 1_100, height: 800 },
    phone: { width: 360, height: 740 },
  };
  const cases = (['desktop', 'phone'] as const).flatMap((device) =>
    (['light', 'dark'] as const).map((colorScheme) => ({
      device,
      colorScheme,
    })),
  );

  async function expectAccessible(): Promise<void> {
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate(() =>
      (window as unknown as { axe: typeof axe }).axe.run(),
    );
    expect(
      violations.map(
        ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join()}`,
      ),
    ).toEqual([]);
    expect(
      await page.evaluate(
        () => document.documentElement.scrollWidth - innerWidth,
      ),
    ).toBeLessThanOrEqual(0);
  }

  test.each(cases)(
    'axe finds nothing on a $device, $colorScheme',
    async ({ device, colorScheme }) => {
      whole.answer = async (request) => {
        if (idIn(request) > 20) return never(request);
        return idIn(request) % 4 === 0
          ? { status: 404, body: {} }
          : found(request);
      };
      await open('/', {
        viewport: widths[device],
        colorScheme,
        reducedMotion: 'reduce',
      });
      await expectAccessible();
      await start(`${idsUpTo(40).join('\n')}\nx\n`);
      await until(async () => expect(await rows()).toHaveLength(20));
      await expectAccessible();
      await button('Cancel').click();
      await expectAccessible();
      await page.goto(`${whole.url}/list?ids=1,4,2`);
      await until(async () =>
        expect(await page.locator('ol li').count()).toBe(3),
      );
      await expectAccessible();
      await page.goto(`${whole.url}/list`);
      await page.getByText('There is no list').waitFor();
      await expectAccessible();
    },
  );
});
