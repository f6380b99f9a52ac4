import { tmpdir } from 'node:os';
import { succeed } from './run.js';

export interface Chromium {
  readonly path: string;
  readonly title: string;
}

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
const REMEDY = 'apt-get install --yes --no-install-recommends chromium';

/** The machine's Chromium. npm has none, so that it is the one thing whose version is not said here. */
export async function chromium(): Promise<Chromium> {
  return (await find()) ?? (await install()) ?? missing();
}

async function find(): Promise<Chromium | undefined> {
  for (const path of NAMES) {
    try {
      const version = await succeed(path, ['--version'], { cwd: tmpdir() });
      const [title] = /^(?:Chromium|Google Chrome) \d+/m.exec(version) ?? [];
      if (title !== undefined) return { path, title };
    } catch {
      // It is not there, or does not start: the next.
    }
  }
  return undefined;
}

/** Installs it where that can be done without asking: as root, with apt. */
async function install(): Promise<Chromium | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  console.log(`There is no Chromium: ${REMEDY}`);
  try {
    await succeed('apt-get', ['update'], { cwd: tmpdir(), seconds: 120 });
    await succeed('apt-get', REMEDY.split(' ').slice(1), { cwd: tmpdir(), seconds: 400 });
  } catch (error) {
    console.log(String(error));
  }
  return find();
}

function missing(): never {
  throw new Error(`Expected one of ${NAMES.join(', ')} on the path, got none: ${REMEDY}`);
}
