import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './run.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CONSUMER = fileURLToPath(new URL('consumer', import.meta.url));

/** The npm that runs this script, or else the one on the path. */
const NPM = process.env.npm_execpath?.endsWith('.js') ? [process.execPath, process.env.npm_execpath] : ['npm'];

export interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly overrides?: Readonly<Record<string, string>>;
}

/** Temporary folders in which users of the package live. Each is installed when it is first asked for, and once. */
export class Workspace {
  private readonly root = mkdtempSync(join(tmpdir(), 'matrix-'));
  private readonly installed = new Map<string, Promise<string>>();
  private packed: Promise<string> | undefined;

  /** A folder with the package, an rxjs and the consumer's files, and perhaps with the types of a Node.js. */
  user(rxjs: string, nodeTypes?: string): Promise<string> {
    const more = nodeTypes === undefined ? {} : { '@types/node': nodeTypes };
    return this.folder(`rxjs-${rxjs}${nodeTypes === undefined ? '' : `-node-${nodeTypes}`}`, async () => ({
      dependencies: { ...(await this.dependencies(rxjs)), ...more },
    }));
  }

  /** What a user of the package depends on. */
  async dependencies(rxjs: string): Promise<Record<string, string>> {
    this.packed ??= this.pack();
    return { rxjs, 'rxjs-concat-map-eager': `file:${await this.packed}` };
  }

  /** A folder with the consumer's files and what a manifest says. */
  folder(name: string, manifest: () => Promise<Manifest>): Promise<string> {
    const known = this.installed.get(name);
    if (known) return known;
    const made = this.install(join(this.root, name), manifest);
    this.installed.set(name, made);
    return made;
  }

  /** Runs a program that npm has, by its name and version. */
  execute(program: string, args: readonly string[]): Promise<string> {
    return this.npm(['exec', '--yes', '--', program, ...args], this.root);
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true, maxRetries: 3 });
  }

  private async pack(): Promise<string> {
    await this.npm(['pack', '--ignore-scripts', '--pack-destination', this.root], ROOT);
    const tarball = readdirSync(this.root).find((name) => name.endsWith('.tgz'));
    if (tarball === undefined) throw new Error('Expected npm pack to write a tarball, got none');
    return join(this.root, tarball);
  }

  private async install(folder: string, manifest: () => Promise<Manifest>): Promise<string> {
    mkdirSync(folder);
    cpSync(CONSUMER, folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, ...(await manifest()) }));
    await this.npm(['install', '--ignore-scripts', '--no-audit', '--no-fund'], folder);
    return folder;
  }

  private async npm(args: readonly string[], cwd: string): Promise<string> {
    const [file = '', ...first] = NPM;
    const { code, output } = await run(file, [...first, ...args], { cwd, seconds: 300 });
    if (code !== 0) throw new Error(`\`npm ${args.join(' ').replaceAll(this.root, '.')}\` failed`, { cause: output });
    return output;
  }
}
