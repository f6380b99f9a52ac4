import { Agent, request } from 'node:http';
import { defer, firstValueFrom, retry, timer } from 'rxjs';
import type { Action } from './actions.js';
import type { Ledger } from './orderBook.js';
import type { Service } from './startService.js';

/** The service, as seen from one run of the desk, for which it keeps a book. */
export interface Client {
  /**
   * Resolves with the action when the service has validated it and entered it in its book, or refused to. `index` is the
   * action's position in the run: by it, the service knows an action that is sent again.
   */
  validate(action: Action, index: number, attempt: Attempt): Promise<Action>;
  /** What is in the service's book. */
  ledger(): Promise<Ledger>;
}

export interface Attempt {
  readonly signal: AbortSignal;
  readonly attempt?: number;
}

/** The service answered, but not with 200. Its `status` tells `adaptiveLimit` what was refused: 429. */
export class ServiceError extends Error {
  constructor(readonly status = 0) {
    super(`the service answered ${status}`);
  }
}

/**
 * Returns a function that begins a run. The runs share their connections, which are kept alive, and there is no limit to how many
 * there are: what limits the desk is the operator alone. Not `fetch`, which in Node 20 takes three times the processor time:
 * a hundred at once would be waiting for it instead of for the service, and that is what the table would compare.
 */
export function connect({ url, gone }: Pick<Service, 'url' | 'gone'>): () => Client {
  const agent = new Agent({ keepAlive: true, maxFreeSockets: Infinity });
  let runs = 0;

  /** After a crash, the service may be on its way back. */
  const comeBack = () => {
    gone.throwIfAborted();
    return timer(100);
  };

  const send = (method: string, path: string, signal: AbortSignal, headers: Record<string, string> = {}, body = '') =>
    new Promise<string>((resolve, reject) => {
      request(`${url}${path}`, { method, agent, headers, signal }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.on('error', reject);
        response.on('end', () => {
          if (response.statusCode === 200) resolve(text);
          else reject(new ServiceError(response.statusCode));
        });
      })
        .on('error', reject)
        .end(body);
    });

  return () => {
    const book = `/books/${++runs}`;
    return {
      async validate(action, index, { signal, attempt = 1 }) {
        const body = JSON.stringify(action);
        const headers = {
          'content-type': 'application/json',
          'content-length': `${Buffer.byteLength(body)}`,
          'idempotency-key': `${index}`,
          'x-attempt': `${attempt}`,
        };
        await send('POST', book, signal, headers, body);
        return action;
      },

      async ledger() {
        const asked = defer(() => send('GET', book, gone)).pipe(retry({ delay: comeBack }));
        return JSON.parse(await firstValueFrom(asked)) as Ledger;
      },
    };
  };
}

/** What went wrong, in one line. */
export function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
