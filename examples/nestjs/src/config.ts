import { hostname } from 'node:os';
import { resolve } from 'node:path';
import type { OrdersOptions } from './orders/orders.options.js';
import type { RowsOptions } from './rows/rows.options.js';
import type { ShutdownOptions } from './shutdown/shutdown.options.js';
import type { UpstreamOptions } from './upstream/upstream.options.js';
import type { WebOptions } from './web/web.options.js';

export interface Config {
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  readonly upstream: UpstreamOptions;
  readonly rows: RowsOptions;
  readonly orders: OrdersOptions;
  readonly shutdown: ShutdownOptions;
  /** Nothing is served but the service itself without it. */
  readonly web: WebOptions | undefined;
}

/** The configuration, from the environment; README.md lists the variables. */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const number = (name: string, fallback: number) => {
    const value = Number(env[name] ?? fallback);
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new Error(`Expected ${name} to be an integer from 0 and up, got ${JSON.stringify(env[name])}`);
    }
    return value;
  };
  const text = (name: string) => {
    const value = env[name];
    if (value === undefined || value === '') throw new Error(`Expected ${name} to be set, got nothing`);
    return value;
  };
  const work = {
    concurrent: number('CONCURRENT', 8),
    reorderWindow: number('REORDER_WINDOW', 64),
    timeout: number('TIMEOUT', 1_000),
    retries: number('RETRIES', 2),
    retryDelay: number('RETRY_DELAY', 100),
  };
  return {
    host: env['HOST'] ?? '127.0.0.1',
    port: number('PORT', 0),
    upstream: { url: text('UPSTREAM_URL') },
    rows: work,
    orders: {
      ...work,
      redis: text('REDIS_URL'),
      stream: env['STREAM'] ?? 'orders',
      group: env['GROUP'] ?? 'shipping',
      consumer: env['CONSUMER'] ?? hostname(),
    },
    shutdown: { limit: number('SHUTDOWN_LIMIT', 10_000) },
    web: env['WEB_ROOT'] ? { root: resolve(env['WEB_ROOT']) } : undefined,
  };
}
