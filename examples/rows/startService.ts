import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ServiceSettings } from './service.js';

export interface Service {
  readonly url: string;
  /** Aborts when the service ends without having been told to. */
  readonly gone: AbortSignal;
  stop(): void;
}

/** Starts the service in a process of its own, and waits until it listens. */
export async function startService(
  settings: ServiceSettings,
): Promise<Service> {
  const child = fork(
    fileURLToPath(new URL('service.js', import.meta.url)),
    [JSON.stringify(settings)],
    { execArgv: [] },
  );
  const gone = new AbortController();
  child.on('exit', (code, signal) =>
    gone.abort(
      new Error(`the service has ended (${signal ?? `status ${code}`})`),
    ),
  );
  try {
    const [{ port }] = (await once(child, 'message', {
      signal: gone.signal,
    })) as [{ port: number }];
    return {
      url: `http://127.0.0.1:${port}`,
      gone: gone.signal,
      stop: () => {
        if (child.connected) child.disconnect();
      },
    };
  } catch (error) {
    child.kill();
    throw gone.signal.aborted ? gone.signal.reason : error;
  }
}
