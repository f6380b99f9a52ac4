/** Draws docs/images/timeline.png: the Performance panel of Chromium itself, with a trace of `page.ts`. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { bundle, categories, launch } from './test/chromium.js';

const DEBUGGER = 9_555;
const PICTURE = fileURLToPath(
  new URL('../../docs/images/timeline.png', import.meta.url),
);

const server = createServer((_request, response) =>
  response.setHeader('content-type', 'text/html').end('<p>rows'),
).listen(0, '127.0.0.1');
await once(server, 'listening');
// Chromium serves its developer tools at this port.
const browser = await launch(
  `--remote-debugging-port=${DEBUGGER}`,
  '--remote-allow-origins=*',
);
try {
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  await page.addScriptTag({ content: await bundle() });
  await browser.startTracing(page, { categories });
  await page.evaluate('page.run()');
  const trace = await browser.stopTracing();
  await page.close();

  const tools = await browser.newPage({
    viewport: { width: 1_100, height: 800 },
    deviceScaleFactor: 1,
  });
  await tools.goto(
    `http://127.0.0.1:${DEBUGGER}/devtools/devtools_app.html?panel=timeline`,
  );
  const pause = () => tools.waitForTimeout(1_000);
  await tools.waitForTimeout(3_000);
  const chooser = tools.waitForEvent('filechooser');
  // Buttons of the panel: load a profile, close what explains the keys, hide the sidebar.
  await tools.mouse.click(108, 40);
  await (
    await chooser
  ).setFiles({
    name: 'rows.json',
    mimeType: 'application/json',
    buffer: trace,
  });
  await tools.waitForTimeout(5_000);
  await tools.mouse.click(1_072, 77);
  await pause();
  await tools.mouse.click(17, 40);
  await pause();
  // The tracks are drawn, and have no elements. A click opens the group, and then those of its tracks from below.
  const first = 146;
  await tools.mouse.click(10, first - 17);
  for (let track = 4; track >= 0; track--) {
    await tools.mouse.click(20, first + 19 * track);
    await pause();
  }
  await tools.mouse.move(0, 0);
  await tools.screenshot({
    path: PICTURE,
    clip: { x: 0, y: 103, width: 1_100, height: 385 },
  });
} finally {
  await browser.close();
  server.close();
}
