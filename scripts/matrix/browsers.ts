import { tmpdir } from 'node:os';
import { succeed } from './run.js';

/** A browser of the machine. npm has none, so that they are the one thing whose versions are not said here. */
export interface Browser {
  readonly title: string;
  /** What it is called on the path. */
  readonly names: readonly string[];
  /** What it says of its version: as much as the table shows. */
  readonly version: RegExp;
  /** Debian's package. */
  readonly installs: string;
  /** What it is started with to open a page, without a window, with a folder of its own. */
  readonly args: (profile: string, url: string) => string[];
}

export interface FoundBrowser extends Browser {
  readonly path: string;
}

const CHROMIUM_FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-background-networking',
];

export const BROWSERS: readonly Browser[] = [
  {
    title: 'Chromium',
    names: ['chromium', 'chromium-browser', 'google-chrome'],
    version: /^(?:Chromium|Google Chrome) \d+/m,
    installs: 'chromium',
    args: (profile, url) => [...CHROMIUM_FLAGS, `--user-data-dir=${profile}`, url],
  },
  {
    title: 'Firefox',
    names: ['firefox-esr', 'firefox'],
    version: /Firefox \d+/,
    installs: 'firefox-esr',
    args: (profile, url) => ['--headless', '--no-remote', '--profile', profile, url],
  },
];

/** Where it is; it is installed where that can be done without asking. */
export async function findBrowser(browser: Browser): Promise<FoundBrowser> {
  const found = (await find(browser)) ?? (await install(browser));
  if (found === undefined) {
    throw new Error(
      `Expected one of ${browser.names.join(', ')} on the path, got none: ${remedyOf(browser).join(' ')}`,
    );
  }
  return found;
}

async function find(browser: Browser): Promise<FoundBrowser | undefined> {
  for (const path of browser.names) {
    try {
      const said = await succeed(path, ['--version'], { cwd: tmpdir() });
      const [title] = browser.version.exec(said) ?? [];
      if (title !== undefined) return { ...browser, path, title };
    } catch {
      // It is not there, or does not start: the next.
    }
  }
  return undefined;
}

const remedyOf = ({ installs }: Browser) => ['apt-get', 'install', '--yes', '--no-install-recommends', installs];

/** As root, with apt. */
async function install(browser: Browser): Promise<FoundBrowser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const [apt = '', ...args] = remedyOf(browser);
  console.log(`There is no ${browser.title}: ${[apt, ...args].join(' ')}`);
  try {
    await succeed(apt, ['update'], { cwd: tmpdir(), seconds: 120 });
    await succeed(apt, args, { cwd: tmpdir(), seconds: 400 });
  } catch (error) {
    console.log(String(error));
  }
  return find(browser);
}
