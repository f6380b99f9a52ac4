import { Pool, request } from 'undici';
import type { Row, Score } from './row.js';
import type { Counts } from './service.js';

export interface Attempt {
  /** From 1. */
  readonly attempt: number;
  readonly signal?: AbortSignal;
}

export interface Client {
  score(row: Row, attempt: Attempt): Promise<Score>;
  /** What the service has counted. */
  counts(): Promise<Counts>;
  close(): Promise<void>;
}

/** A client of the service, with as many connections as rows are enriched at once. */
export function connect(url: string, connections: number): Client {
  const pool = new Pool(url, {
    connections,
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  return {
    async score({ id }, { attempt, signal }) {
      const { statusCode, body } = await pool.request({
        method: 'GET',
        path: `/scores/${encodeURIComponent(id)}`,
        headers: { 'x-attempt': String(attempt) },
        ...(signal && { signal }),
      });
      if (statusCode === 200) return (await body.json()) as Score;
      await body.dump();
      throw new Error(`the service answered ${statusCode}`);
    },
    counts: async () => {
      const { body } = await request(`${url}/counts`);
      return (await body.json()) as Counts;
    },
    close: () => pool.destroy(),
  };
}
