import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CRASHED } from './faults.js';
import type { ServiceSettings } from './service.js';

export interface Service {
  readonly url: string;
  /** Aborts when the service ends without having been told to; its reason says so. */
  readonly gone: AbortSignal;
  stop(): Promise<void>;
}

const START_LIMIT = 15_000; // ms
const STOP_LIMIT = 2_000; // ms

/** Starts the service in a process of its own, and waits until it listens. If it crashes as asked to, it comes back. */
export async function startService(settings: Omit<ServiceSettings, 'port' | 'journal'>): Promise<Service> {
  const gone = new AbortController();
  let isStopping = false;
  let child: ChildProcess;
  let comingBack: Promise<unknown> = Promise.resolve();
  const folder = settings.faults.crashAfter && (await mkdtemp(join(tmpdir(), 'order-desk-')));

  const start = async (port: number): Promise<number> => {
    const next = await launch({
      ...settings,
      port,
      ...(folder && { journal: join(folder, 'journal.ndjson') }),
      ...(port !== 0 && { faults: { ...settings.faults, crashAfter: 0 } }),
    });
    child = next.child;
    child.once('exit', (code, signal) => {
      if (isStopping) return;
      const fail = (reason: unknown) => gone.abort(new Error(`the validation service ended: ${String(reason)}`));
      if (code === CRASHED) comingBack = start(next.port).catch(fail);
      else fail(signal ?? code);
    });
    return next.port;
  };

  const port = await start(0);
  return {
    url: `http://127.0.0.1:${port}`,
    gone: gone.signal,
    async stop() {
      isStopping = true;
      // It may be about to come back: then it is stopped as soon as it is there.
      await comingBack;
      if (folder) await rm(folder, { recursive: true });
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      if (child.connected) child.disconnect();
      const killer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT);
      await exited;
      clearTimeout(killer);
    },
  };
}

async function launch(settings: ServiceSettings): Promise<{ child: ChildProcess; port: number }> {
  // The flags with which this process reads TypeScript are handed down by fork.
  const child = fork(fileURLToPath(new URL('service.ts', import.meta.url)), [JSON.stringify(settings)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  try {
    const port = await new Promise<number>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`it does not listen after ${START_LIMIT} ms`)), START_LIMIT);
      const settle = (act: () => void) => {
        clearTimeout(timer);
        act();
      };
      child.once('message', (message) => settle(() => resolve((message as { port: number }).port)));
      child.once('error', (error) => settle(() => reject(error)));
      child.once('exit', (code, signal) => settle(() => reject(new Error(`it ended with ${signal ?? code}`))));
    });
    child.on('error', () => {}); // 'exit' follows
    return { child, port };
  } catch (error) {
    child.kill('SIGKILL');
    throw new Error(`the validation service did not start: ${(error as Error).message}`, { cause: error });
  }
}
