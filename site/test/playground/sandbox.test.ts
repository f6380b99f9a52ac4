// What a program of the playground reaches: nothing. Each attack asks the page's own server for `reached`, if it can.
import type { Frame, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { pack } from '../../playground/freeform/pack';
import { serve, type Site, useBrowser } from '../browser.js';

const browser = useBrowser();
let site: Site;
let page: Page;
/** The page's own address, for an attack. */
let target: string;

/** What the page's origin has stored, and nobody else is to read. */
const SECRET = 'token-123';

beforeAll(async () => {
  site = await serve('/some/base/');
  target = `${site.url}reached`;
  ({ page } = await browser.open(site));
  await page.goto(`${site.url}playground.html?tab=write`);
  await page.locator('.cm-content').waitFor();
  await page.evaluate(async (secret) => {
    document.cookie = `secret=${secret}`;
    localStorage.setItem('secret', secret);
    await (await caches.open('secrets')).put('/some/base/cached', new Response(secret));
    await new Promise<void>((resolve) => {
      const opening = indexedDB.open('secrets');
      opening.onupgradeneeded = () => opening.result.createObjectStore('tokens').put(secret, 'token');
      opening.onsuccess = () => {
        opening.result.close();
        resolve();
      };
    });
  }, SECRET);
});
afterAll(() => site.close());

/** How many requests came before a test. */
let before: number;
beforeEach(() => {
  before = site.requests.length;
});
afterEach(async () => {
  // A request takes a moment.
  await page.waitForTimeout(150);
  expect(site.requests.slice(before).filter((path) => path.includes('reached'))).toEqual([]);
  expect(page.context().pages()).toEqual([page]);
  expect(page.url()).toMatch(/\/some\/base\/playground\.html/);
  expect(await page.evaluate(() => document.cookie)).toContain(SECRET);
});

const status = () => page.locator('.free-form .status').innerText();
const log = () => page.getByRole('log').locator('p .what').allInnerTexts();

/** Shows a program in the page, which is not loaded again. */
async function show(program: string): Promise<void> {
  await page.goto(`${site.url}playground.html?tab=write#code=${await pack(program)}`);
  await page.getByText('This program came with the link').waitFor();
}

const start = () => page.getByRole('button', { name: /^Run/ }).click();

/** Runs a program, and says how it ended. */
async function run(program: string): Promise<string> {
  await show(program);
  await start();
  await page.locator('.status', { hasText: /^(Finished|Stopped|The program|What runs)/ }).waitFor();
  return status();
}

const sandboxes = () => page.frames().filter((frame) => frame !== page.mainFrame());

let programs = 0;
/** The frame of a program that goes on. */
async function frame(): Promise<Frame> {
  const name = `program ${programs++}`;
  await show(`console.log('${name}');\nsetInterval(() => {}, 50);`);
  await start();
  await page.getByRole('log').getByText(name).waitFor();
  const [found] = sandboxes();
  return found!;
}

describe('a program', () => {
  test('runs in a frame that has no origin, and that goes when it is over', async () => {
    const origin = await (await frame()).evaluate(() => self.origin);
    expect(origin).toBe('null');
    await page.getByRole('button', { name: 'Stop' }).click();
    await expect.poll(sandboxes).toEqual([]);
    await expect.poll(() => page.workers()).toEqual([]);
  });

  test.each([
    // A browser reads the rest of the first line as a comment, where a script is a script of old; the compiler does not.
    ['a comment of old scripts', `let x = 1, y = 1; x<!--y /*\n});fetch('TARGET');(async function () {\n/* */`],
    ['such a comment in a module', `let x = 1, y = 1; x<!--y /*\n};fetch('TARGET');export async function f() {\n/* */`],
    ['the end of such a comment', `/*\n*/ --> });fetch('TARGET');\n`],
    ['the end of such a comment at the start of a line', `\n--> fetch('TARGET');`],
    ['the end of the function that it is in', `}; fetch('TARGET'); async function f() {`],
  ])('is not read otherwise than it is compiled: %s', async (_what, program) => {
    expect(await run(program.replace('TARGET', target))).toBe('The program does not run.');
  });

  test('may not have what a module may not have', async () => {
    await run('let x = 1, y = 2;\nx<!--y');
    expect(await page.locator('.column .alert').innerText()).toContain('HTML comments are not allowed in modules');
  });

  test('finds no way out by what it is given', async () => {
    const attempts = [
      `fetch('TARGET')`,
      `new XMLHttpRequest().open('GET', 'TARGET')`,
      `new WebSocket('TARGET'.replace('http', 'ws'))`,
      `new EventSource('TARGET')`,
      `importScripts('TARGET')`,
      `require('TARGET')`,
      `await import('TARGET')`,
      `new Worker('TARGET')`,
      `new Worker(URL.createObjectURL(new Blob(["fetch('TARGET')"])))`,
      `new SharedWorker('TARGET')`,
      `setTimeout("fetch('TARGET')")`,
      `setInterval("fetch('TARGET')", 10)`,
      `eval("fetch('TARGET')")`,
      `new Function("fetch('TARGET')")()`,
      `(async () => {}).constructor("fetch('TARGET')")()`,
      `await new FontFace('x', 'url(TARGET)').load()`,
      `navigator.sendBeacon('TARGET')`,
      `await navigator.serviceWorker.register('TARGET')`,
      `new RTCPeerConnection({ iceServers: [{ urls: 'stun:127.0.0.1' }] })`,
      `await indexedDB.databases()`,
      `await caches.keys()`,
      `document.cookie`,
      `document.domain`,
      `localStorage.secret`,
      `top.location = 'TARGET'`,
      `parent.document`,
      `window.open('TARGET')`,
      `location.assign('TARGET')`,
      `document.body.append(Object.assign(new Image(), { src: 'TARGET' }))`,
      `postMessage({ what: 'done' })`,
      `self.constructor.prototype.postMessage.call(self, { what: 'done' })`,
      `close()`,
    ].map((attempt) => attempt.replaceAll('TARGET', target));
    // Some are found out only when what they return is asked.
    const program = attempts
      .map(
        (attempt, number) =>
          `try {\n  ${attempt};\n  console.log('${number} is let through');\n} catch (error) {\n  console.log('${number} is refused');\n}`,
      )
      .join('\n');
    // An import that is none is a mistake of the whole program.
    const without = program.replaceAll('await import', 'await (async () => { throw 1; })');
    expect(await run(without)).toMatch(/^Finished/);
    expect(await log()).toEqual(attempts.map((_, number) => `${number} is refused`));
    for (const form of [`await import('${target}')`, `import '${target}';`, `import x from '${target}'; x();`]) {
      expect(await run(form)).toBe('The program does not run.');
    }
  });

  test('tells nothing by its errors, whatever is in them', async () => {
    const program = `
      const error = new Error('<img src="${target}">');
      error.stack = 'Error\\n    at program.ts:7:1 <script src="${target}"></script>';
      Promise.reject(error);
      console.error(error, '%c<b>', 'background: url(${target})');
      throw { toString() { throw 1; }, get message() { throw 2; } };`;
    expect(await run(program)).toMatch(/^Finished/);
    expect((await log()).join('\n')).toContain(`Unhandled rejection: Error: <img src="${target}"> (line 7)`);
    expect(await page.locator('.console :is(img, script, b)').count()).toBe(0);
  });

  test('is ended when it loops before it has begun', async () => {
    expect(await run(`while (true) {}`)).toMatch(/^Stopped: the program gave no sign/);
    await expect.poll(() => page.workers()).toEqual([]);
  });
});

describe('of what tells of a program, which the program may replace, the page shows', () => {
  const images = () => page.locator('.free-form img').count();

  test('text, and no more of it than it has room for', async () => {
    const program = `
      const { push } = Array.prototype;
      Array.prototype.push = function (line) {
        if (line?.level) line.text = '<img src="${target}">'.repeat(10_000);
        return push.apply(this, arguments);
      };
      console.log('short');`;
    expect(await run(program)).toMatch(/^Finished/);
    const [line] = await log();
    expect(line).toMatch(/^<img src=/);
    expect(line!.length).toBeLessThan(5_000);
    expect(await images()).toBe(0);
  });

  const forging = (change: string) => `
    import { of } from 'rxjs';
    import { concatMapEager } from 'rxjs-concat-map-eager';
    const { push } = Array.prototype;
    Array.prototype.push = function (entry) {
      if (entry?.what) { ${change} }
      return push.call(this, entry);
    };
    of(1).pipe(concatMapEager((n) => of(n))).subscribe();`;

  test.each([
    ['the item of a prototype', `if (entry.what === 'flushed') entry.index = '__proto__';`],
    ['an item that is far away', `if (entry.what === 'received') entry.index = 4_000_000_000;`],
    ['a subscription that is not there', `entry.run = 'constructor';`],
    ['an end that there is not', `if (entry.what === 'end') entry.how = '<img src="${'x'}">';`],
    ['a time that is none', `entry.at = NaN;`],
    ['more than can be', `for (let i = 0; i < 30_000; i++) push.call(this, entry);`],
  ])('nothing of %s', async (_what, change) => {
    expect(await run(forging(change))).toBe('Stopped: what the page was told of the program cannot be true.');
    expect(await page.evaluate(() => Object.keys(Array.prototype).concat(Object.keys(Object.prototype)))).toEqual([]);
    expect(await images()).toBe(0);
  });

  test('what is true, where the ways to tell it have been replaced', async () => {
    const program = `
      const taken = [];
      const take = function (...args) { taken.push([this, args]); };
      MessagePort.prototype.postMessage = take;
      EventTarget.prototype.dispatchEvent = take;
      globalThis.setInterval = globalThis.setTimeout = take;
      Function.prototype.call = Function.prototype.apply = Function.prototype.bind = take;
      const { then } = Promise.prototype;
      Promise.prototype.then = function (resolved, rejected) { taken.push(this); return Reflect.apply(then, this, [resolved, rejected]); };
      console.log('told');
      await null;
      console.log(taken.filter(([port]) => port instanceof MessagePort).length, 'ports');`;
    expect(await run(program)).toMatch(/^Finished/);
    expect(await log()).toEqual(['told', '0 ports']);
  });
});

/** Attacks by a worker in the frame from which nothing has been taken, as if a program had got everything back. */
describe('the frame of a program keeps a worker from', () => {
  test.each([
    ['fetch', `await fetch('TARGET')`],
    ['fetch without CORS', `await fetch('TARGET', { mode: 'no-cors' })`],
    ['a request that outlives it', `await fetch('TARGET', { method: 'POST', keepalive: true, body: 'x' })`],
    [
      'XMLHttpRequest',
      `const request = new XMLHttpRequest(); request.open('GET', 'TARGET', false); request.send(); request.status`,
    ],
    ['WebSocket', `await once(new WebSocket('TARGET'.replace('http', 'ws')), 'open')`],
    ['EventSource', `await once(new EventSource('TARGET'), 'open')`],
    ['importScripts', `importScripts('TARGET')`],
    ['importScripts of data', `importScripts('data:text/javascript,fetch("TARGET")')`],
    ['import()', `await import('TARGET')`],
    ['import() of data', `await import('data:text/javascript,export default fetch("TARGET")')`],
    [
      'a static import',
      `await import(URL.createObjectURL(new Blob(['import "TARGET"'], { type: 'text/javascript' })))`,
    ],
    [
      'fetch in a module of its own',
      `await (await import(URL.createObjectURL(new Blob(['export default fetch("TARGET")'], { type: 'text/javascript' })))).default`,
    ],
    ['another worker', `await once(new Worker('TARGET'), 'message')`],
    [
      'another worker of data',
      `await once(new Worker('data:text/javascript,fetch("TARGET").then(postMessage)'), 'message')`,
    ],
    [
      'fetch in another worker',
      `const inner = new Worker(URL.createObjectURL(new Blob(['fetch("TARGET").then(() => postMessage(1), () => undefined)']))); await once(inner, 'message')`,
    ],
    ['a font', `await new FontFace('x', 'url(TARGET)').load()`],
    [
      'text in a timer',
      `setTimeout('fetch("TARGET")'); setTimeout('postMessage("let through")'); await once(self, 'x')`,
    ],
    ['eval', `eval('1')`],
    ['Function', `new Function('return 1')()`],
    ['IndexedDB', `await once(indexedDB.open('secrets'), 'success')`],
    ['its list of databases', `await indexedDB.databases()`],
    ['caches', `await caches.keys()`],
    ['the file system', `await navigator.storage.getDirectory()`],
    ['the page’s address', `if (!/127|localhost|playground/.test(location.href + location.origin)) throw 0`],
    ['a blob of the page', `await fetch('BLOB')`],
  ])('%s', async (_name, attack) => {
    const blob = await page.evaluate((secret) => URL.createObjectURL(new Blob([secret])), SECRET);
    const code = `
      const once = (target, name) => new Promise((resolve, reject) => {
        target.addEventListener(name, resolve, { once: true });
        target.addEventListener('error', reject, { once: true });
        setTimeout(reject, 500, 'nothing');
      });
      (async () => { ${attack.replaceAll('TARGET', target).replaceAll('BLOB', blob)} })().then(
        () => postMessage('let through'),
        (error) => postMessage('refused'),
      );`;
    const outcome = await (
      await frame()
    ).evaluate(
      (text) =>
        new Promise<string>((resolve) => {
          const worker = new Worker(URL.createObjectURL(new Blob([text], { type: 'text/javascript' })));
          worker.onmessage = ({ data }: MessageEvent<string>) => resolve(data);
        }),
      code,
    );
    expect(outcome).toBe('refused');
  });
});

/** A program never is in the frame's document, which has a few lines of script of its own. Even there it would reach nothing. */
describe('the frame of a program keeps its document from', () => {
  test.each([
    ['the page', `parent.document`],
    ['another address for the page', `top.location = 'TARGET'`],
    ['another address for the page, by its name', `open('TARGET', '_top').name`],
    ['a window', `open('TARGET').name`],
    ['another address for itself', `location = 'TARGET'; await never`],
    [
      'another address for itself, by a link',
      `const a = document.createElement('a'); a.href = 'TARGET'; document.body.append(a); a.click(); await never`,
    ],
    [
      'another address for itself, after a while',
      `document.head.insertAdjacentHTML('beforeend', '<meta http-equiv="refresh" content="0; url=TARGET">'); await never`,
    ],
    ['a form', `document.body.innerHTML = '<form action="TARGET"></form>'; document.forms[0].submit(); await never`],
    ['a picture', `await load(new Image(), { src: 'TARGET' })`],
    ['a style sheet', `await load(document.createElement('link'), { rel: 'stylesheet', href: 'TARGET' })`],
    ['a page to prefetch', `await load(document.createElement('link'), { rel: 'prefetch', href: 'TARGET' })`],
    ['a module to preload', `await load(document.createElement('link'), { rel: 'modulepreload', href: 'TARGET' })`],
    ['an icon', `await load(document.createElement('link'), { rel: 'icon', href: 'TARGET' })`],
    [
      'a picture of a style',
      `document.body.innerHTML = '<style>body { background: url(TARGET) }</style><p style="background: url(TARGET)">text</p>'; await never`,
    ],
    ['a style sheet of a style', `document.body.innerHTML = '<style>@import "TARGET";</style>'; await never`],
    ['a script', `await load(document.createElement('script'), { src: 'TARGET' })`],
    [
      'a script of text',
      `await load(document.createElement('script'), { textContent: 'parent.postMessage(1, "*"); fetch("TARGET")' })`,
    ],
    ['a frame', `await load(document.createElement('iframe'), { src: 'TARGET' }); await never`],
    ['an object', `await load(document.createElement('object'), { data: 'TARGET' }); await never`],
    ['a video', `await load(document.createElement('video'), { src: 'TARGET' })`],
    ['fetch', `await fetch('TARGET')`],
    ['sendBeacon', `navigator.sendBeacon('TARGET', 'x'); await never`],
    [
      'WebSocket',
      `const socket = new WebSocket('TARGET'.replace('http', 'ws')); await new Promise((resolve, reject) => { socket.onopen = resolve; socket.onerror = reject; })`,
    ],
    ['import()', `await import('TARGET')`],
    ['a service worker', `await navigator.serviceWorker.register('TARGET')`],
    ['document.domain', `document.domain = '127.0.0.1'`],
    ['cookies', `document.cookie`],
    ['storage', `localStorage.secret`],
    ['IndexedDB', `indexedDB.open('secrets')`],
  ])('%s', async (_name, attack) => {
    const code = `(async () => {
      const never = new Promise((_, reject) => setTimeout(reject, 300, 'nothing'));
      const load = (element, properties) => {
        const loaded = new Promise((resolve, reject) => Object.assign(element, { onload: resolve, onerror: reject }));
        document.body.append(Object.assign(element, properties));
        return Promise.race([loaded, never]);
      };
      try { ${attack.replaceAll('TARGET', target)} } catch (error) { return 'refused'; }
      return 'let through';
    })()`;
    const found = await frame();
    // A frame that is led elsewhere gives no answer: it shows an error, since the page's policy allows no address.
    const outcome = await found.evaluate<string>(code).catch(() => 'gone');
    expect(['refused', 'gone']).toContain(outcome);
    expect(await page.title()).toMatch(/^Playground/);
  });
});
