import { Redis } from 'ioredis';

/** How long an answer may take, in ms, before there is taken to be no Redis. */
const LIMIT = 1_500;

/**
 * Rejects if Redis does not answer, and says what to do. A connection that
 * `connect` has made would wait for it as long as it takes.
 */
export async function expectRedis(url: string): Promise<void> {
  if (!/^rediss?:\/\//.test(url) || !URL.canParse(url)) {
    throw new Error(
      'Expected the address of Redis to be redis://HOST:PORT, ' +
        'redis://:PASSWORD@HOST:PORT, or rediss://... for TLS',
    );
  }
  const { host } = new URL(url);
  const redis = new Redis(url, {
    lazyConnect: true,
    retryStrategy: null,
    maxRetriesPerRequest: 0,
    disconnectTimeout: 100,
  });
  // What it rejects with is only that the connection was closed.
  let reason: Error | undefined;
  redis.on('error', (error: Error) => (reason ??= error));
  const late = setTimeout(() => {
    reason ??= new Error(`no answer in ${LIMIT} ms`);
    redis.disconnect();
  }, LIMIT);
  try {
    await redis.connect();
    await redis.ping();
  } catch (error) {
    const { message, code } = (reason ?? error) as NodeJS.ErrnoException;
    throw new Error(
      /WRONGPASS|NOAUTH|invalid password/i.test(message)
        ? `Redis at ${host} refuses the password. ` +
            'Give the right one in its address: redis://:PASSWORD@HOST:PORT'
        : `There is no Redis at ${host}: ${message || code}. ` +
            'Start it, or give its address: redis://HOST:PORT',
    );
  } finally {
    clearTimeout(late);
    redis.disconnect();
  }
}

/** A connection that waits for Redis, and sends again what was on its way. */
export function connect(url: string, say?: (text: string) => void): Redis {
  const redis = new Redis(url, {
    maxRetriesPerRequest: null,
    // ms; BullMQ's own goes up to 20 s
    retryStrategy: (times) => Math.min(100 * times, 1_000),
    // ms; a connection may break without a word, and would then be waited for
    // for ever. More than the 10 s that BullMQ lets a read wait.
    socketTimeout: 15_000,
  });
  let isAway = false;
  let reason: string | undefined;
  // ioredis connects again by itself, and fails for the same reason each time.
  redis.on('error', ({ message, code }: NodeJS.ErrnoException) => {
    const text = message || code;
    if (text !== reason) say?.(`Redis: ${text}`);
    reason = text;
  });
  redis.on('reconnecting', () => {
    if (!isAway) say?.('Redis is away: waits for it');
    isAway = true;
  });
  redis.on('ready', () => {
    if (isAway) say?.('Redis is back');
    isAway = false;
    reason = undefined;
  });
  return redis;
}
