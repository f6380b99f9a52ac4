/** Redis runs a script as a transaction. */

/**
 * Remembers what became of a message, if it is still to be acknowledged.
 *
 * KEYS: the stream, and the hash with what is remembered.
 * ARGV: the group, the message, and what to remember.
 */
export const REMEMBER = `
  local pending =
    redis.call('XPENDING', KEYS[1], ARGV[1], ARGV[2], ARGV[2], 1)
  if #pending > 0 then redis.call('HSET', KEYS[2], ARGV[2], ARGV[3]) end
`;

/**
 * Acknowledges a message, forgets what was remembered of it, and writes down
 * what became of it. What has been acknowledged before has been written down
 * before.
 *
 * KEYS: the stream; the hash with what is remembered; where to write, if
 * anywhere.
 * ARGV: the group, the message, how many entries to keep, and what to write.
 */
export const SETTLE = `
  redis.call('HDEL', KEYS[2], ARGV[2])
  if redis.call('XACK', KEYS[1], ARGV[1], ARGV[2]) == 0 then return 0 end
  if KEYS[3] then
    redis.call('XADD', KEYS[3], 'MAXLEN', '~', ARGV[3], '*', unpack(ARGV, 4))
  end
  return 1
`;

/**
 * Says for how long messages have been idle, if they are still this consumer's.
 * (A claim would take a deleted one off the list of what is pending.)
 *
 * KEYS: the stream. ARGV: the group, the consumer, the ms, and the messages.
 */
export const SET_IDLE = `
  for at = 4, #ARGV do
    local id = ARGV[at]
    local owned = redis.call('XPENDING', KEYS[1], ARGV[1], id, id, 1, ARGV[2])
    if #owned > 0 and #redis.call('XRANGE', KEYS[1], id, id) > 0 then
      redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, id,
        'IDLE', ARGV[3], 'JUSTID')
    end
  end
`;

/**
 * Deletes the oldest entries of a stream, down to about so many; but nothing
 * that one of its groups has not acknowledged.
 *
 * KEYS: the stream. ARGV: how many to keep.
 */
export const TRIM = `
  local function before(a, b)
    local ms, number = a:match('(%d+)-(%d+)')
    local otherMs, otherNumber = b:match('(%d+)-(%d+)')
    if ms ~= otherMs then return tonumber(ms) < tonumber(otherMs) end
    return tonumber(number) < tonumber(otherNumber)
  end

  local excess = redis.call('XLEN', KEYS[1]) - tonumber(ARGV[1])
  if excess <= 0 then return 0 end
  local oldest
  for _, fields in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
    local group = {}
    for at = 1, #fields, 2 do group[fields[at]] = fields[at + 1] end
    local pending = redis.call('XPENDING', KEYS[1], group['name'])
    local first = pending[1] > 0 and pending[2] or group['last-delivered-id']
    if not oldest or before(first, oldest) then oldest = first end
  end
  if not oldest then return 0 end
  return redis.call('XTRIM', KEYS[1], 'MINID', '~', oldest, 'LIMIT', excess)
`;
