// The tab in which readers write programs, in the built site.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pack } from '../../playground/freeform/pack';
import { PROGRAMS } from '../../playground/freeform/programs';
import { phone, serve, type Site, useBrowser, violations, type Watched } from '../browser.js';
import { expectAccessible, PLAYGROUND } from './accessible.js';

const browser = useBrowser();
let site: Site;
/** The window of the tests that need nothing of their own. */
let shared: Watched;
/** It takes its time, beside the other tests. */
let tooLong: Promise<{ what: string; lines: string[] }>;

beforeAll(async () => {
  site = await serve('/some/base/');
  shared = await browser.open(site);
  await go(shared, '?tab=write');
  tooLong = runTooLong();
});
afterAll(() => site.close());

async function go({ page }: Watched, link: string, content = '.cm-content'): Promise<void> {
  await page.goto(`${site.url}playground.html${link}`);
  await page.locator(content).waitFor();
}

/** Opens the tab by a link in a window of its own, does something there, and expects that nothing went wrong in the page itself. */
async function visit(link: string, act: (watched: Watched) => Promise<void>, content?: string): Promise<void> {
  const watched = await browser.open(site);
  try {
    await go(watched, link, content);
    await act(watched);
    expect(watched.problems).toEqual([]);
  } finally {
    await watched.context.close();
  }
}

const linkTo = async (program: string) => `?tab=write#code=${await pack(program)}`;

const run = ({ page }: Watched) => page.getByRole('button', { name: /^Run/ }).click();
const status = ({ page }: Watched) => page.locator('.free-form .status').innerText();
const log = ({ page }: Watched) => page.getByRole('log').locator('p').allInnerTexts();
const came = ({ page }: Watched) => page.getByText('This program came with the link');

/** What the page says when the program is over. */
async function outcome(watched: Watched): Promise<string> {
  await watched.page.locator('.status', { hasText: /^(Finished|Stopped|The program|What runs)/ }).waitFor();
  return status(watched);
}

/** Goes to the link of a program in the shared window, which is not loaded again, and runs it. */
async function outcomeOf(program: string, see: (watched: Watched, outcome: string) => Promise<void>): Promise<void> {
  await go(shared, await linkTo(program));
  await came(shared).waitFor();
  await run(shared);
  await see(shared, await outcome(shared));
  expect(shared.problems).toEqual([]);
}

async function runTooLong() {
  let [what, lines] = ['', [] as string[]];
  await visit(await linkTo(`setInterval(() => console.log('tick'), 1_000);`), async (watched) => {
    await run(watched);
    what = await outcome(watched);
    lines = await log(watched);
  });
  return { what, lines };
}

test('the program with a generator closes it as soon as nobody wants more', async () => {
  const { title } = PROGRAMS.find(({ id }) => id === 'rate-limit')!;
  await shared.page.getByRole('combobox', { name: 'Program' }).selectOption(title);
  await run(shared);
  await outcome(shared);
  const lines = (await log(shared)).map((line) => line.replace(/^[\d,]+ ms\s+(?:info\s+)?/, ''));
  // How many it has asked for by then depends on the machine, and which of them were skipped.
  expect(lines.filter((line) => line.startsWith('page '))).toHaveLength(12);
  expect(lines.slice(-2)).toEqual([expect.stringMatching(/^page \d+$/), 'asks no more']);
});

// In real time, of which the page allows no more than two seconds without a sign.
test.each(PROGRAMS)(
  'the program $id runs without an error, and has a timeline',
  { retry: 2 },
  async ({ title, code }) => {
    await shared.page.getByRole('combobox', { name: 'Program' }).selectOption(title);
    await run(shared);
    expect(await outcome(shared)).toMatch(/^Finished after [\d,.]+ m?s: nothing is left to happen\.$/);
    const lines = await log(shared);
    expect(lines.length).toBeGreaterThan(5);
    expect(lines.filter((line) => /\berror\b/.test(line))).toEqual([]);
    const operator = /concat\w*Eager\w*/.exec(code.replace(/import[^;]*;/g, ''))![0];
    expect(await shared.page.locator('.timeline h2').innerText()).toMatch(`${operator} line`);
    expect(await shared.page.locator('.timeline .measures').innerText()).toContain('kept');
    expect(shared.problems).toEqual([]);
  },
);

describe('a program is stopped', () => {
  // One by one: they take all of a core.
  test('that loops for ever, while the page goes on', async () => {
    const { page } = shared;
    await go(shared, await linkTo(`console.log('before');\nwhile (true) {}`));
    await came(shared).waitFor();
    await run(shared);
    await page.locator('.status', { hasText: 'Running …' }).waitFor();
    // Neither would come to anything if the page hung.
    await page.getByRole('tab', { name: 'See it' }).click();
    await page.getByRole('tab', { name: 'Write it' }).click();
    expect(await outcome(shared)).toBe('Stopped: the program gave no sign for 2,000 ms, as in an endless loop.');
    expect(await log(shared)).toEqual([expect.stringContaining('before')]);
  });

  test('that logs for ever, with what it logged first', async () => {
    await outcomeOf(`for (let i = 0; ; i++) console.log('line', i);`, async (watched, what) => {
      expect(what).toMatch(/^Stopped: the program gave no sign/);
      const lines = await log(watched);
      expect(lines.length).toBe(1_001);
      expect(lines[999]).toContain('line 999');
      expect(lines[1_000]).toMatch(/^[\d,]+ more lines are left out\.$/);
    });
  });

  test('in which more happens than can be shown', async () => {
    const program = `
      import { interval, range } from 'rxjs';
      import { concatMapEager } from 'rxjs-concat-map-eager';
      interval(1).pipe(concatMapEager(() => range(0, 500))).subscribe();`;
    await outcomeOf(program, async (_watched, what) => {
      expect(what).toMatch(/^Stopped: more has happened than the 20,000 events/);
    });
  });

  test('that takes too long', async () => {
    const { what, lines } = await tooLong;
    expect(what).toMatch(/^Stopped after 10.0 s/);
    // It went on to the end, however seldom it had the processor.
    expect(Number(/^[\d,]+/.exec(lines.at(-1)!)![0].replace(',', ''))).toBeGreaterThan(5_000);
  });

  test('that has asked for frames, only after them', async () => {
    const program = `
      import { animationFrames, take } from 'rxjs';
      animationFrames().pipe(take(40)).subscribe({ complete: () => console.log('all frames') });`;
    await outcomeOf(program, async (watched) => {
      expect(await log(watched)).toEqual([expect.stringContaining('all frames')]);
    });
  });

  test('by its reader, and by running again', async () => {
    await go(shared, await linkTo(`console.log('here'); setInterval(() => {}, 10);`));
    await came(shared).waitFor();
    const here = shared.page.getByRole('log').getByText('here');
    await run(shared);
    await here.waitFor();
    await run(shared);
    await here.waitFor();
    expect((await log(shared)).length).toBe(1);
    await shared.page.getByRole('button', { name: 'Stop' }).click();
    expect(await outcome(shared)).toMatch(/^Stopped by you after/);
  });
});

describe('a mistake has a message', () => {
  const alertOf = ({ page }: Watched) => page.locator('.column .alert').innerText();

  test.each([
    ['in the syntax', 'const a = 1;\nconst b = (a;', /^Line 2, column 13: Unexpected token/],
    ['that only JavaScript sees', 'const a = 1;\n\nconst a = 2;', /^Line 3, column 7: .*already been declared/],
    [
      'in an import',
      `import _ from 'lodash';\n_.map();`,
      /^Cannot import 'lodash': a program may import 'rxjs', 'rxjs\/operators'/,
    ],
    [
      'in what is imported',
      `import { concatMapp } from 'rxjs';\nconcatMapp();`,
      /^'rxjs' has no export named 'concatMapp'/,
    ],
  ])('%s', async (_where, program, message) => {
    await outcomeOf(program, async (watched, what) => {
      expect(what).toBe('The program does not run.');
      expect(await alertOf(watched)).toMatch(message);
    });
  });

  test.each([
    ['thrown', `\nthrow new TypeError('wrong');`, /error Uncaught: TypeError: wrong \(line 2\)$/],
    ['rejected', `\n\nPromise.reject(new Error('lost'));`, /error Unhandled rejection: Error: lost \(line 3\)$/],
    ['of a timer', `setTimeout(() => {\n  null.x;\n});`, /error Uncaught: TypeError: Cannot read .* \(line 2\)$/],
    [
      'of a pipeline',
      `import { throwError } from 'rxjs';\nthrowError(() => 'why').subscribe();`,
      /error Uncaught: 'why'$/,
    ],
    [
      'of an option',
      `import { concatMapEager } from 'rxjs-concat-map-eager';\nconcatMapEager(() => [], { concurent: 1 });`,
      /Did you mean `concurrent`\? \(line 2\)$/,
    ],
  ])('that is %s', async (_how, program, message) => {
    await outcomeOf(program, async (watched, what) => {
      expect(what).toMatch(/^Finished .* There was an error that nobody has caught\.$/);
      expect((await log(watched)).join('\n').replaceAll('\n', ' ')).toMatch(message);
    });
  });
});

test('what a program logs is written with its level', async () => {
  const program = `console.log('a', { b: [1, new Map([['c', 2]])] });\nconsole.warn('careful');\nconsole.assert(1 > 2, 'no');`;
  await outcomeOf(program, async (watched) => {
    const lines = (await log(watched)).map((line) => line.replace(/\s+/g, ' ').trim());
    expect(lines).toEqual([
      expect.stringMatching(/ms a \{ b: \[1, Map\(1\) \{ 'c' => 2 \}\] \}$/),
      expect.stringMatching(/ms warn careful$/),
      expect.stringMatching(/ms error Assertion failed: no$/),
    ]);
  });
});

describe('a program has', () => {
  const switchedOff = async (program: string, least: number) => {
    await outcomeOf(program, async (watched) => {
      const lines = await log(watched);
      expect(lines.length).toBeGreaterThanOrEqual(least);
      expect(lines.filter((line) => !/\boff$/.test(line.trim()))).toEqual([]);
    });
  };

  test('neither network nor storage, wherever it looks', async () => {
    const names = ['fetch', 'XMLHttpRequest', 'WebSocket', 'EventSource', 'importScripts', 'indexedDB', 'Worker'];
    const program = `
      for (const name of ${JSON.stringify(names)}) {
        for (let scope = globalThis; scope; scope = Object.getPrototypeOf(scope)) {
          const found = Object.getOwnPropertyDescriptor(scope, name);
          if (!found) continue;
          try {
            await (found.get ? found.get.call(globalThis) : name[0] < 'a' ? new found.value('x:') : found.value('x:'));
            console.log(name, 'is there');
          } catch (error) {
            console.log(error.message.includes('is switched off') ? 'off' : error);
          }
        }
      }`;
    await switchedOff(program, names.length);
  });

  test('no way to import what the compiler does not see', async () => {
    const text = `import("data:text/javascript,console.log(1)")`;
    const ways = [
      `eval('${text}')`,
      `(0, eval)('${text}')`,
      `new Function('${text}')()`,
      `(() => {}).constructor('${text}')()`,
      `(async () => {}).constructor('${text}')()`,
      `(function* () {}).constructor('${text}')().next()`,
      `(async function* () {}).constructor('${text}')().next()`,
    ].map(
      (way) => `try { ${way}; console.log('it has a way'); } catch (error) {
      console.log(error.message.includes('is switched off') ? 'off' : error);
    }`,
    );
    await switchedOff(ways.join('\n'), ways.length);
    await outcomeOf(`await import/* here */('data:text/javascript,0');`, async ({ page }, what) => {
      expect(what).toBe('The program does not run.');
      expect(await page.locator('.column .alert').innerText()).toMatch(/^Cannot import 'data:/);
    });
  });
});

describe('a link', () => {
  test('restores its program, and does not run it', async () => {
    const program = `console.log('it has run');\n// ${'ü'.repeat(10)}\n`;
    await visit(await linkTo(program), async (watched) => {
      const { page } = watched;
      await came(watched).waitFor();
      expect(await page.locator('.cm-content .cm-line').allInnerTexts()).toEqual([...program.trim().split('\n'), '\n']);
      await page.waitForTimeout(200);
      expect(page.workers()).toEqual([]);
      expect(await status(watched)).toBe('Not run yet.');
      expect(await log(watched)).toEqual([expect.stringContaining('What the program logs')]);
      await run(watched);
      await page.getByText('it has run').first().waitFor();
    });
  });

  test('has what has been written by keyboard, and what the other tab shows', async () => {
    await visit('?preset=tokens&tab=write', async (watched) => {
      const { page } = watched;
      await page.locator('.cm-content').focus();
      await page.keyboard.press('Control+a');
      await page.keyboard.type('console.log(40 + 2)');
      await page.keyboard.press('Control+Enter');
      await outcome(watched);
      expect(await log(watched)).toEqual([expect.stringMatching(/\b42$/)]);
      await page.waitForURL(/\?preset=tokens&tab=write#code=/);
      await page.reload();
      await page.locator('.cm-line', { hasText: 'console.log(40 + 2)' }).waitFor();
      await page.getByRole('tab', { name: 'See it' }).click();
      await page.getByText('Eight answers, token by token').waitFor();
      expect(page.url()).toMatch(/\?preset=tokens#code=/);
      await page.getByRole('tab', { name: 'Write it' }).click();
      await page.getByRole('button', { name: 'Undo all changes' }).click();
      await page.waitForURL(/\?preset=tokens&tab=write$/);
    });
  });

  test('that is copied has nothing of the other tab', async () => {
    await visit(
      '?preset=tokens&at=77',
      async ({ page, context }) => {
        await context.grantPermissions(['clipboard-read', 'clipboard-write']);
        const copied = async () => {
          const tab = page.locator('[role=tabpanel]:visible');
          await tab.getByRole('button', { name: 'Copy link' }).click();
          await tab.getByText('Copied the link.').waitFor();
          return (await page.evaluate(() => navigator.clipboard.readText())).replace(/^[^?]*/, '');
        };
        expect(await copied()).toBe('?preset=tokens&at=77');
        await page.getByRole('tab', { name: 'Write it' }).click();
        await page.getByRole('combobox', { name: 'Program' }).selectOption('A stuck head, and a limit for it');
        // What is shown of the first tab is remembered, but not where it was stopped.
        await page.waitForURL(/\?preset=tokens&program=stuck-head$/);
        expect(await copied()).toBe('?program=stuck-head');
        await page.getByRole('tab', { name: 'See it' }).click();
        expect(await copied()).toBe('?preset=tokens&at=77');
      },
      '.player',
    );
  });

  test('that is cut off has a message', async () => {
    const link = await linkTo(PROGRAMS[1]!.code);
    await go(shared, link.slice(0, -30));
    await shared.page.getByRole('alert').getByText('part of the link may be missing').waitFor();
  });

  test('to another program is followed in the same window, and so is the way back', async () => {
    const { page } = shared;
    for (const program of ['const one = 1;', 'const two = 2;']) {
      await go(shared, await linkTo(program));
      await page.locator('.cm-line', { hasText: program }).waitFor();
    }
    await page.goBack();
    await page.locator('.cm-line', { hasText: 'const one = 1;' }).waitFor();
  });
});

test('tabs are chosen with the arrow keys, and Tab leaves the editor', async () => {
  await visit('?tab=write', async ({ page }) => {
    const focused = () => page.evaluate('document.activeElement.textContent.trim()');
    await page.getByRole('tab', { name: 'Write it' }).focus();
    await page.keyboard.press('ArrowRight');
    expect(await focused()).toBe('See it');
    expect(await page.getByRole('tab', { selected: true }).innerText()).toBe('See it');
    await page.getByRole('tabpanel', { name: 'See it' }).waitFor();
    await page.keyboard.press('ArrowLeft');
    expect(await focused()).toBe('Write it');
    await page.locator('.cm-content').focus();
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Copy link');
    await page.locator('.cm-content').focus();
    await page.keyboard.press('Shift+Tab');
    expect(await focused()).toBe('Stop');
  });
});

test.each([
  ['a laptop', { width: 1280, height: 900 }],
  ['a phone', phone],
])('on %s, Run is seen without scrolling, and stays in sight with what it led to', async (_where, viewport) => {
  const watched = await browser.open(site, 'light', viewport);
  const { page } = watched;
  try {
    for (const { id } of PROGRAMS) {
      await go(watched, `?program=${id}`);
      expect(await page.evaluate(() => scrollY)).toBe(0);
      const button = (await page.getByRole('button', { name: 'Run', exact: true }).boundingBox())!;
      expect(button.y + button.height).toBeLessThanOrEqual(viewport.height);
    }
    await page.locator('.cm-content').focus();
    await page.locator('.console').scrollIntoViewIfNeeded();
    await run(watched);
    await outcome(watched);
    for (const element of [
      page.getByRole('button', { name: 'Run', exact: true }),
      page.locator('.free-form .status'),
    ]) {
      // In the window, and not behind a bar.
      const isInSight = element.evaluate((found) => {
        const { left, top } = found.getBoundingClientRect();
        return found.contains(document.elementFromPoint(left + 10, top + 5));
      });
      expect(await isInSight).toBe(true);
    }
  } finally {
    await watched.context.close();
  }
});

test('rows of the first program are numbered as its items are', async () => {
  await visit('?tab=write', async (watched) => {
    await run(watched);
    await outcome(watched);
    const rows = (await log(watched)).map((line) => /row (\d+)$/.exec(line)?.[1]).filter((row) => row !== undefined);
    expect(rows).toEqual([...'01234567']);
    expect(await watched.page.locator('.timeline .output').innerText()).toBe(
      `Output (items, counted from 0): ${rows.join(' ')} complete`,
    );
  });
});

test('what was copied is not said of another program', async () => {
  await visit('?tab=write', async ({ page, context }) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Copy link' }).click();
    await page.getByText('Copied the link.').waitFor();
    await page.getByRole('combobox', { name: 'Program' }).selectOption({ index: 1 });
    await page.getByText('Copied the link.').waitFor({ state: 'detached' });
  });
});

test('an item has its story', async () => {
  await visit('?program=stuck-head', async (watched) => {
    await run(watched);
    await outcome(watched);
    await watched.page.getByRole('slider', { name: 'Items of concatMapEager' }).focus();
    for (let i = 0; i < 3; i++) await watched.page.keyboard.press('ArrowDown');
    const story = watched.page.locator('.timeline .story');
    await story.getByText('is unsubscribed: it exceeded its time limit blocking').waitFor();
  });
});

test.each([
  ['a program', '', /^Finished/],
  ['a program with warnings and errors', 'console.warn(1);\nconsole.error(2);\nnull.x', /^Finished/],
  ['a program with a mistake', 'const a = 1;\nconst b = (a;', /^The program does not run/],
])('%s is accessible, and fits', async (_name, program, what) => {
  await visit(program === '' ? '?program=flaky-service' : await linkTo(program), async (watched) => {
    const { page } = watched;
    if (program === '') expect(await violations(page, 'everything', PLAYGROUND)).toEqual([]);
    await run(watched);
    expect(await outcome(watched)).toMatch(what);
    await expectAccessible(page);
  });
});
