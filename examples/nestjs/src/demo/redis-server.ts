import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A Redis on loopback and a free port, with nothing on disk that outlives it. */
export class RedisServer {
  private constructor(
    readonly url: string,
    private readonly child: ChildProcess,
    private readonly folder: string,
  ) {}

  /** If it is `detached`, Ctrl-C does not reach it: whoever uses it ends first. */
  static async start({ detached = false } = {}): Promise<RedisServer> {
    const folder = await mkdtemp(join(tmpdir(), 'redis-'));
    // Somebody else may take the port before Redis does.
    for (let tries = 1; ; tries++) {
      const port = await freePort();
      const options = {
        bind: '127.0.0.1',
        port: String(port),
        save: '',
        appendonly: 'no',
        dir: folder,
      };
      const args = Object.entries(options).flatMap(([name, value]) => [
        `--${name}`,
        value,
      ]);
      const child = spawn('redis-server', args, {
        stdio: ['ignore', 'pipe', 'inherit'],
        detached,
      });
      try {
        await ready(child);
        return new RedisServer(`redis://127.0.0.1:${port}`, child, folder);
      } catch (error) {
        child.kill('SIGKILL');
        if (tries === 5) {
          await rm(folder, { recursive: true });
          throw error;
        }
      }
    }
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const exited = once(this.child, 'exit');
      this.child.kill();
      await exited;
    }
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Waits until it accepts connections. */
function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = '';
    child.on('error', (error: NodeJS.ErrnoException) => {
      reject(
        error.code === 'ENOENT'
          ? new Error('there is no redis-server: run "npm run setup" first')
          : error,
      );
    });
    child.on('exit', (code) =>
      reject(new Error(`redis-server ended with ${code}:\n${output}`)),
    );
    child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (output.includes('Ready to accept connections')) resolve();
    });
    // However this process ends, except by SIGKILL.
    const kill = () => child.kill('SIGKILL');
    process.on('exit', kill);
    child.on('exit', () => process.off('exit', kill));
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
