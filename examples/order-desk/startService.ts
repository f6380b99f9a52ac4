import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ServiceSettings } from './service.js';

export interface Service {
  readonly url: string;
  /** Aborts when the service ends without having been told to; its reason says so. */
  readonly gone: AbortSignal;
  stop(): Promise<void>;
}

const START_LIMIT = 15_000; // ms
const STOP_LIMIT = 2_000; // ms

/** Starts the service in a process of its own, and waits until it listens. */
export async function startService(settings: ServiceSettings): Promise<Service> {
  // The flags with which this process reads TypeScript are handed down by fork.
  const child = fork(fileURLToPath(new URL('service.ts', import.meta.url)), [JSON.stringify(settings)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const gone = new AbortController();
  const exited = once(child, 'exit').catch(() => []); // 'error' (it could not be started) rejects it
  let isStopping = false;
  const stop = async () => {
    isStopping = true;
    if (child.connected) child.disconnect();
    const killer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT);
    await exited;
    clearTimeout(killer);
  };

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
    child.once('exit', (code, signal) => {
      if (!isStopping) gone.abort(new Error(`the validation service ended by itself with ${signal ?? code}`));
    });
    child.on('error', () => {}); // 'exit' follows
    return { url: `http://127.0.0.1:${port}`, gone: gone.signal, stop };
  } catch (error) {
    child.kill('SIGKILL');
    throw new Error(`the validation service did not start: ${(error as Error).message}`, { cause: error });
  }
}
