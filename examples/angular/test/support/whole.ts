import {
  chromium,
  type Browser,
  type BrowserContextOptions,
  type Page,
} from 'playwright-core';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  UpstreamServer,
  type Answer,
  type Asked,
} from '../../../nestjs/src/demo/upstream-server.js';

export type { Answer, Asked };

const fileOf = (path: string) => fileURLToPath(new URL(path, import.meta.url));

function browserPath(): string {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
      try {
        accessSync(join(folder, name), constants.X_OK);
        return join(folder, name);
      } catch {
        // Not there.
      }
    }
  }
  throw new Error('there is no chromium: run "npm run setup" first');
}

/** The upstream, the service, which serves the production build, and a browser: all that there is in the end. */
export class Whole {
  private readonly closing: (() => unknown)[] = [];
  upstream!: UpstreamServer;
  url!: string;
  private browser!: Browser;
  /** How the upstream answers; a test says otherwise. */
  answer: (asked: Asked) => Promise<Answer> = found;
  /** How many rows were most asked for at once. The upstream itself counts until it knows that an answer was sent. */
  mostActive = 0;

  static async start(): Promise<Whole> {
    const whole = new Whole();
    try {
      await whole.open();
    } catch (error) {
      await whole.stop();
      throw error;
    }
    return whole;
  }

  async stop(): Promise<void> {
    for (const close of this.closing.splice(0).reverse()) await close();
  }

  /** Opens the page in a browser with nothing from before, and notes what goes wrong there. */
  async visit(
    path = '/',
    options: BrowserContextOptions = {},
  ): Promise<{ page: Page; problems: string[] }> {
    const context = await this.browser.newContext({
      viewport: { width: 1_100, height: 800 },
      ...options,
    });
    const page = await context.newPage();
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('console', (message) => {
      // It logs every answer except successes.
      if (
        message.type() === 'error' &&
        !message.text().startsWith('Failed to load resource')
      )
        problems.push(message.text());
    });
    await page.goto(this.url + path);
    return { page, problems };
  }

  private async open(): Promise<void> {
    const executablePath = browserPath();
    let active = 0;
    this.upstream = await UpstreamServer.start((asked) => {
      this.mostActive = Math.max(this.mostActive, ++active);
      return this.answer(asked).finally(() => active--);
    });
    this.closing.push(() => this.upstream.stop());

    const service = fork(fileOf('../../service.mjs'), {
      // The service neither gives up nor tries again: what is seen is what the page does.
      env: {
        ...process.env,
        UPSTREAM_URL: this.upstream.url,
        WEB_ROOT: fileOf('../../dist/page/browser'),
        TIMEOUT: '60000',
        RETRIES: '0',
      },
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    const exited = once(service, 'exit');
    const kill = () => service.kill('SIGKILL');
    process.on('exit', kill);
    this.closing.push(async () => {
      kill();
      await exited;
      process.off('exit', kill);
    });
    this.url = await new Promise<string>((resolve, reject) => {
      let output = '';
      service.stdout!.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        const url = /Listening on (http:\/\/[\d.:]+)/.exec(output)?.[1];
        if (url !== undefined) resolve(url);
      });
      service.on('exit', (code) =>
        reject(new Error(`the service ended with ${code}:\n${output}`)),
      );
    });

    this.browser = await chromium.launch({
      executablePath,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
      ],
    });
    this.closing.push(() => this.browser.close());
  }
}

export const idIn = ({ line }: Asked) => Number(line.split('/').at(-1));
export const found = async (asked: Asked): Promise<Answer> => ({
  body: { id: idIn(asked), name: `row ${idIn(asked)}` },
});
/** An answer that never comes. */
export const never = ({ signal }: Asked) =>
  new Promise<Answer>((_, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason as Error)),
  );
