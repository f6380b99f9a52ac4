import { Agent, request } from 'node:http';
import type { Action } from './actions.js';

/** The service, as seen from the desk. */
export interface Client {
  /** Resolves with the action when the service has approved it. */
  validate(action: Action, signal: AbortSignal, attempt?: number): Promise<Action>;
}

/**
 * Connections are kept alive, and there is no limit to how many there are: what limits the desk is the operator alone.
 * Not `fetch`, which in Node 20 takes three times the processor time: a hundred at once would be waiting for it instead of
 * for the service, and that is what the table would compare.
 */
export function connect(url: string): Client {
  const agent = new Agent({ keepAlive: true, maxFreeSockets: Infinity });

  const post = (path: string, body: string, attempt: number, signal: AbortSignal) =>
    new Promise<string>((resolve, reject) => {
      const headers = {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'x-attempt': attempt,
      };
      request(`${url}${path}`, { method: 'POST', agent, headers, signal }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.on('error', reject);
        response.on('end', () => {
          if (response.statusCode === 200) resolve(text);
          else reject(new Error(`the service answered ${response.statusCode}`));
        });
      })
        .on('error', reject)
        .end(body);
    });

  return {
    async validate(action, signal, attempt = 1) {
      const answer = await post('/validate', JSON.stringify(action), attempt, signal);
      const { approved } = JSON.parse(answer) as { approved: boolean };
      if (!approved) throw new Error('the service did not approve it');
      return action;
    },
  };
}

/** What went wrong, in one line. */
export function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
