import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, connect, type AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const running = new Set<ChildProcess>();

// However this process ends, except by SIGKILL, nothing that it started outlives
// it.
process.once('exit', () => running.forEach((child) => child.kill('SIGKILL')));

export async function stopAll(): Promise<void> {
  await Promise.all([...running].map(kill));
}

/** A stopped process (SIGSTOP) dies of it too. */
export async function kill(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

export function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function keep<C extends ChildProcess>(child: C): C {
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

/** Starts a worker, and waits until it is ready. */
export function startWorker(
  url: string,
  queue: string,
  name: string,
  ...journal: string[]
): Promise<ChildProcess> {
  return startReady('worker.js', url, queue, name, ...journal);
}

/** Starts a consumer. It begins when it gets a message. */
export function startConsumer(
  url: string,
  stream: string,
  ...journal: string[]
): Promise<ChildProcess> {
  return startReady('consumer.js', url, stream, ...journal);
}

/** Starts a program, and waits until it says that it is ready. */
async function startReady(
  program: string,
  ...args: string[]
): Promise<ChildProcess> {
  const child = keep(fork(script(program), args));
  const [message] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit'),
  ])) as unknown[];
  if (message !== 'ready')
    throw new Error(`${program} ended with ${String(message)}.`);
  return child;
}

export interface Producer {
  readonly process: ChildProcess;
  /** What it said, and with which code it ended; none if it was killed. */
  readonly ended: Promise<{ code: number | null; said: string }>;
}

/** Starts a producer; `say` is told each line as it comes. */
export function startProducer(
  url: string,
  queue: string,
  input: string,
  output: string,
  say?: (line: string) => void,
): Producer {
  const producer = keep(
    spawn(
      process.execPath,
      [script('producer.js'), url, queue, input, output],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    ),
  );
  let said = '';
  for (const input of [producer.stdout, producer.stderr]) {
    createInterface({ input }).on('line', (line) => {
      said += `${line}\n`;
      say?.(line);
    });
  }
  return {
    process: producer,
    ended: once(producer, 'close').then(([code]) => ({
      code: code as number | null,
      said,
    })),
  };
}

function script(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

export interface RedisServer {
  readonly url: string;
  /** As if the machine hung: connections stay, and nothing is answered. */
  pause(): void;
  goOn(): void;
  /** As if the machine lost its power. */
  kill(): Promise<void>;
  /** After `kill`: with what it has on disk, on the same port. */
  restart(): Promise<void>;
}

/** Starts a Redis, on loopback and a free port, with its data in `folder`. */
export async function startRedis(folder: string): Promise<RedisServer> {
  const launch = async (port: number) => {
    const server = keep(
      spawn(
        'redis-server',
        // Every write is on the disk before it is confirmed: what Redis said is
        // so is still so after a crash.
        [
          ...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder],
          ...['--appendonly', 'yes', '--appendfsync', 'always', '--save', ''],
          ...['--maxmemory-policy', 'noeviction'],
        ],
        { stdio: 'ignore' },
      ),
    );
    const failed = once(server, 'error').then(([error]) =>
      Promise.reject(error as Error),
    );
    const exited = once(server, 'exit').then(([code]) =>
      Promise.reject(new Error(`redis-server ended with ${String(code)}.`)),
    );
    for (const promise of [failed, exited]) promise.catch(() => {});
    await Promise.race([failed, exited, answers(port, server)]);
    return server;
  };
  // Somebody else may take the port before Redis does.
  const launchAnywhere = async () => {
    for (let tries = 1; ; tries++) {
      const port = await freePort();
      try {
        return { port, server: await launch(port) };
      } catch (error) {
        if (tries === 5) throw error;
      }
    }
  };
  const { port, server: first } = await launchAnywhere();
  let server = first;
  return {
    url: `redis://127.0.0.1:${port}`,
    pause: () => void server.kill('SIGSTOP'),
    goOn: () => void server.kill('SIGCONT'),
    kill: () => kill(server),
    restart: async () => void (server = await launch(port)),
  };
}

async function answers(port: number, server: ChildProcess): Promise<void> {
  while (!hasEnded(server)) {
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      socket.write('PING\r\n');
      const [answer] = (await once(socket, 'data')) as [Buffer];
      // While it loads its data it says so instead.
      if (String(answer).startsWith('+PONG')) return;
    } catch {
      // It does not listen yet.
    } finally {
      socket.destroy();
    }
    await sleep(20);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
