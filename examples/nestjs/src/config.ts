import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import type { OrdersOptions } from './orders/orders.options.js';
import type { RowsOptions } from './rows/rows.options.js';
import type { ShutdownOptions } from './shutdown/shutdown.options.js';
import type { UpstreamOptions } from './upstream/upstream.options.js';
import type { WebOptions } from './web/web.options.js';

export interface Config {
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** How long the body of a request may be, in bytes. */
  readonly maxBody: number;
  readonly upstream: UpstreamOptions;
  readonly rows: RowsOptions;
  readonly orders: OrdersOptions;
  readonly shutdown: ShutdownOptions;
  /** Nothing is served but the service itself without it. */
  readonly web: WebOptions | undefined;
}

/** Says everything that is wrong with a configuration, a line each. */
export class ConfigError extends Error {}

/** The most that a timer of Node.js takes, in ms: about 25 days. */
const MAX_MS = 2 ** 31 - 1;

/** The configuration, from the environment; README.md lists the variables. */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const problems: string[] = [];
  const refuse = (name: string, expected: string, got = show(env[name])) => {
    problems.push(`Expected ${name} to be ${expected}, got ${got}`);
  };

  const text = (name: string, fallback: string) => env[name] || fallback;
  const integer = (
    name: string,
    fallback: number,
    { min, max = Number.MAX_SAFE_INTEGER }: { min: number; max?: number },
  ) => {
    const given = env[name];
    if (given === undefined) return fallback;
    const value = /^\d+$/.test(given) ? Number(given) : NaN;
    if (value >= min && value <= max) return value;
    const range =
      max === Number.MAX_SAFE_INTEGER ? `${min} and up` : `${min} to ${max}`;
    refuse(name, `an integer from ${range}`);
    return fallback;
  };
  const ms = (name: string, fallback: number, min: number) =>
    integer(name, fallback, { min, max: MAX_MS });
  const count = (name: string, fallback: number, min = 1) =>
    integer(name, fallback, { min });
  const url = (name: string, ...protocols: string[]) => {
    const given = env[name] ?? '';
    const isRight =
      URL.canParse(given) && protocols.includes(new URL(given).protocol);
    const expected = `a URL that begins with ${protocols.join('// or ')}//`;
    // It may have a password in it.
    if (!isRight) refuse(name, expected, given === '' ? 'nothing' : 'another');
    return given.replace(/\/+$/, '');
  };
  const web = env['WEB_ROOT'] ? resolve(env['WEB_ROOT']) : undefined;
  if (web !== undefined && !existsSync(join(web, 'index.html'))) {
    refuse('WEB_ROOT', 'a folder with an index.html');
  }

  const work = {
    concurrent: count('CONCURRENT', 8),
    reorderWindow: count('REORDER_WINDOW', 64),
    timeout: ms('TIMEOUT', 1_000, 1),
    retries: count('RETRIES', 2, 0),
    retryDelay: ms('RETRY_DELAY', 100, 0),
  };
  const config: Config = {
    host: text('HOST', '127.0.0.1'),
    port: integer('PORT', 0, { min: 0, max: 65_535 }),
    maxBody: count('MAX_BODY', 256 * 1_024),
    upstream: { url: url('UPSTREAM_URL', 'http:', 'https:') },
    rows: {
      ...work,
      maxConcurrent: count('MAX_CONCURRENT', 32),
      maxIds: count('MAX_IDS', 10_000),
      writeTimeout: ms('WRITE_TIMEOUT', 30_000, 1),
    },
    orders: {
      ...work,
      redis: url('REDIS_URL', 'redis:', 'rediss:'),
      stream: text('STREAM', 'orders'),
      group: text('GROUP', 'shipping'),
      consumer: text('CONSUMER', hostname()),
      claimAfter: ms('CLAIM_AFTER', 30_000, 100),
      pause: ms('PAUSE', 1_000, 1),
      maxPause: ms('MAX_PAUSE', 30_000, 1),
      giveUpAfter: ms('GIVE_UP_AFTER', Infinity, 0),
      keepOrders: count('KEEP_ORDERS', 10_000, 0),
      keepShipped: count('KEEP_SHIPPED', 100_000, 0),
      keepDead: count('KEEP_DEAD', 10_000, 0),
    },
    shutdown: { limit: ms('SHUTDOWN_LIMIT', 10_000, 0) },
    web: web === undefined ? undefined : { root: web },
  };
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  return config;
}

function show(value: string | undefined): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}
