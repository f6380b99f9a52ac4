import { Redis } from 'ioredis';

/** A connection that waits for Redis as long as it takes, and sends again what was on its way. */
export function connect(url: string): Redis {
  const redis = new Redis(url, {
    maxRetriesPerRequest: null,
    retryStrategy: (times) => Math.min(100 * times, 1_000), // ms; BullMQ's own goes up to 20 s
  });
  // ioredis connects again by itself; without a listener it would complain on the console meanwhile.
  redis.on('error', () => {});
  return redis;
}
