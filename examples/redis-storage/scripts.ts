import { CLOCK_SLACK_MS } from '@connect-integration/server/storage'
import type { Redis } from 'ioredis'

/**
 * Each script is one conditional write of one item: of an account with the indexes over it, or of a record with its place in the feed, under
 * the account's fence. None writes two records, or a record and a checkpoint. In DynamoDB the first kind is an UpdateItem with a
 * ConditionExpression, and the second a TransactWriteItems of two: the account (condition: the fence; `seq` + 1) and the record
 * (condition: the version). Values are compared as text or as whole numbers up to 2^53, and never printed by Lua, which rounds them to 14 digits.
 */
const LIBRARY = `
local function now(given)
  if given ~= '' then return given end
  local time = redis.call('TIME')
  return string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
end

local function holds(account, fence)
  local row = redis.call('HMGET', account, 'status', 'fence')
  return row[1] and row[1] ~= 'deleted' and row[2] == fence
end

local function later(time, milliseconds)
  return string.format('%.0f', time + milliseconds)
end

-- The clock was set back since the account was last recorded: its lease has ended, and if it is due at any time it is due now.
local function isSetBack(recordedAt, time)
  return recordedAt and recordedAt - time > ${CLOCK_SLACK_MS}
end

-- Writes down what follows from a clock that was set back, before recordedAt is overwritten, which alone shows it.
local function record(account, queue, recorded, id, time)
  local row = redis.call('HMGET', account, 'recordedAt', 'due')
  if isSetBack(row[1], time) then
    redis.call('HDEL', account, 'lease')
    if row[2] and tonumber(row[2]) > tonumber(time) then
      redis.call('HSET', account, 'due', time)
      redis.call('ZADD', queue, time, id)
    end
  end
  redis.call('HSET', account, 'recordedAt', time)
  redis.call('ZADD', recorded, time, id)
end

local function wake(account, queue, recorded, id, time, delay)
  record(account, queue, recorded, id, time)
  local due, at = redis.call('HGET', account, 'due'), later(time, delay)
  if not due or tonumber(at) < tonumber(due) then
    redis.call('HSET', account, 'due', at)
    redis.call('ZADD', queue, at, id)
  end
  redis.call('HINCRBY', account, 'dirty', 1)
end

-- What a patch says of a field: '' clears it, and '=…' is its new value.
local function set(key, field, value)
  if value == '' then redis.call('HDEL', key, field) else redis.call('HSET', key, field, string.sub(value, 2)) end
end
`

const SCRIPTS = {
  // account, slots, origins, all, of the organization; id, slot, originId, then the row
  reserveAccount: [
    5,
    `
    local holder = redis.call('HGET', KEYS[2], ARGV[2])
    if holder then return { 'held', holder } end
    if redis.call('HEXISTS', KEYS[3], ARGV[3]) == 1 or redis.call('EXISTS', KEYS[1]) == 1 then return { 'used' } end
    redis.call('HSET', KEYS[1], unpack(ARGV, 4))
    redis.call('HSET', KEYS[2], ARGV[2], ARGV[1])
    redis.call('HSET', KEYS[3], ARGV[3], ARGV[1])
    redis.call('ZADD', KEYS[4], 0, ARGV[1])
    redis.call('ZADD', KEYS[5], 0, ARGV[1])
    return { 'created', ARGV[1] }`,
  ],
  // account, slots, linked, queue, recorded; id, revision, now, wake or '', then fields and what to do with them
  updateAccount: [
    5,
    `
    local row = redis.call('HMGET', KEYS[1], 'status', 'revision', 'slot', 'linkedAccountId')
    if not row[1] or row[1] == 'deleted' or row[2] ~= ARGV[2] then return 'conflict' end
    local patch = {}
    for place = 5, #ARGV, 2 do patch[ARGV[place]] = ARGV[place + 1] end
    if patch.slot then
      local slot = string.sub(patch.slot, 2)
      local holder = patch.slot ~= '' and redis.call('HGET', KEYS[2], slot)
      if holder and holder ~= ARGV[1] then return 'taken' end
      if row[3] then redis.call('HDEL', KEYS[2], row[3]) end
      if patch.slot ~= '' then redis.call('HSET', KEYS[2], slot, ARGV[1]) end
    end
    if patch.linkedAccountId then
      if row[4] then redis.call('ZREM', KEYS[3], row[4] .. '\\0' .. ARGV[1]) end
      if patch.linkedAccountId ~= '' then redis.call('ZADD', KEYS[3], 0, string.sub(patch.linkedAccountId, 2) .. '\\0' .. ARGV[1]) end
    end
    for field, value in pairs(patch) do set(KEYS[1], field, value) end
    redis.call('HINCRBY', KEYS[1], 'revision', 1)
    if ARGV[4] ~= '' then wake(KEYS[1], KEYS[4], KEYS[5], ARGV[1], now(ARGV[3]), ARGV[4]) end
    return redis.call('HGETALL', KEYS[1])`,
  ],
  // account, queue, recorded; id, now, delay
  scheduleAccount: [
    3,
    `
    local status = redis.call('HGET', KEYS[1], 'status')
    if not status or status == 'deleted' then return end
    wake(KEYS[1], KEYS[2], KEYS[3], ARGV[1], now(ARGV[2]), ARGV[3])`,
  ],
  // recorded; now, how many to skip, limit. Ids of accounts that only count as due, since the clock was set back, and of others that were recorded later than now.
  listSetBack: [
    1,
    `
    local from = '(' .. later(now(ARGV[1]), ${CLOCK_SLACK_MS})
    return redis.call('ZRANGEBYSCORE', KEYS[1], from, '+inf', 'LIMIT', ARGV[2], ARGV[3])`,
  ],
  // account, queue, recorded; id, now, leaseMs, 'due' or 'id'
  claimAccount: [
    3,
    `
    local row = redis.call('HMGET', KEYS[1], 'status', 'lease', 'due', 'recordedAt')
    local time = now(ARGV[2])
    local setBack = isSetBack(row[4], time)
    if not row[1] or row[1] == 'deleted' then return 'gone' end
    if ARGV[4] == 'due' and not (row[3] and (setBack or tonumber(row[3]) <= tonumber(time))) then return 'early' end
    if row[2] and tonumber(row[2]) > tonumber(time) and not setBack then return 'leased' end
    record(KEYS[1], KEYS[2], KEYS[3], ARGV[1], time)
    redis.call('HINCRBY', KEYS[1], 'fence', 1)
    redis.call('HSET', KEYS[1], 'lease', later(time, ARGV[3]))
    return { time, redis.call('HGETALL', KEYS[1]) }`,
  ],
  // account, queue, recorded; id, now, fence, leaseMs
  renewAccount: [
    3,
    `
    if not holds(KEYS[1], ARGV[3]) then return 0 end
    local time = now(ARGV[2])
    record(KEYS[1], KEYS[2], KEYS[3], ARGV[1], time)
    redis.call('HSET', KEYS[1], 'lease', later(time, ARGV[4]))
    return 1`,
  ],
  // account, record, feed; fence, model, id, generation, modifiedAt, page, deleted, hash, data, sweep or ''
  putRecord: [
    3,
    `
    if not holds(KEYS[1], ARGV[1]) then return 'fenced' end
    local stored = redis.call('HMGET', KEYS[2], 'generation', 'modifiedAt', 'fence', 'page', 'deleted', 'hash')
    local function isAsNew()
      for place, part in ipairs({ ARGV[4], ARGV[5], ARGV[1], ARGV[6] }) do
        if tonumber(part) ~= tonumber(stored[place]) then return tonumber(part) > tonumber(stored[place]) end
      end
      return true
    end
    -- A retired row keeps its hash and differs in 'deleted' only, so that the record can come back.
    local differs = stored[5] ~= ARGV[7] or stored[6] ~= ARGV[8]
    local changed = not stored[1] or (differs and isAsNew())
    local wasLive, isLive = stored[5] == '0', ARGV[7] == '0'
    if changed then
      local seq = redis.call('HINCRBY', KEYS[1], 'seq:' .. ARGV[2], 1)
      if isLive ~= wasLive then redis.call('HINCRBY', KEYS[1], 'records:' .. ARGV[2], isLive and 1 or (wasLive and -1 or 0)) end
      redis.call('HSET', KEYS[2], 'seq', seq, 'generation', ARGV[4], 'modifiedAt', ARGV[5], 'fence', ARGV[1],
        'page', ARGV[6], 'deleted', ARGV[7], 'hash', ARGV[8], 'data', ARGV[9])
      redis.call('ZADD', KEYS[3], seq, ARGV[3])
    end
    if ARGV[10] ~= '' then redis.call('HSET', KEYS[2], 'seenIn', ARGV[10]) end
    redis.call('HDEL', KEYS[2], 'missingIn')
    return { changed and 1 or 0, changed and wasLive and not isLive and 1 or 0 }`,
  ],
  // account, record, feed; fence, model, id, sweep, sweep before, olderThan
  missRecord: [
    3,
    `
    if not holds(KEYS[1], ARGV[1]) then return 'fenced' end
    local row = redis.call('HMGET', KEYS[2], 'deleted', 'seenIn', 'missingIn', 'modifiedAt')
    if row[1] ~= '0' or row[2] == ARGV[4] then return 0 end
    if row[3] ~= ARGV[5] or tonumber(row[4]) > tonumber(ARGV[6]) then
      redis.call('HSET', KEYS[2], 'missingIn', ARGV[4])
      return 0
    end
    local seq = redis.call('HINCRBY', KEYS[1], 'seq:' .. ARGV[2], 1)
    redis.call('HINCRBY', KEYS[1], 'records:' .. ARGV[2], -1)
    redis.call('HSET', KEYS[2], 'deleted', '1', 'seq', seq)
    redis.call('ZADD', KEYS[3], seq, ARGV[3])
    return 1`,
  ],
  // account, queue, recorded; id, now, fence, model, checkpoint, then of a release: dirtySeen, delay or ''
  writeCheckpoint: [
    3,
    `
    if not holds(KEYS[1], ARGV[3]) then return 'fenced' end
    for _, count in ipairs({ 'seq:', 'records:' }) do redis.call('HSETNX', KEYS[1], count .. ARGV[4], 0) end
    set(KEYS[1], 'checkpoint:' .. ARGV[4], ARGV[5])
    if ARGV[6] then
      local time, delay = now(ARGV[2]), ARGV[7]
      if tonumber(redis.call('HGET', KEYS[1], 'dirty')) > tonumber(ARGV[6]) then delay = 0 end
      redis.call('HDEL', KEYS[1], 'lease', 'due', 'recordedAt')
      for place = 2, 3 do redis.call('ZREM', KEYS[place], ARGV[1]) end
      -- Without a due and a lease there is nothing to compare with a clock.
      if delay ~= '' then
        record(KEYS[1], KEYS[2], KEYS[3], ARGV[1], time)
        redis.call('HSET', KEYS[1], 'due', later(time, delay))
        redis.call('ZADD', KEYS[2], later(time, delay), ARGV[1])
      end
    end
    return tonumber(redis.call('HGET', KEYS[1], 'seq:' .. ARGV[4]))`,
  ],
  // account, slots, queue, recorded, purging; id. Says whether there is something to delete.
  entombAccount: [
    5,
    `
    local row = redis.call('HMGET', KEYS[1], 'status', 'slot')
    if not row[1] then return 0 end
    if row[1] == 'deleted' then return redis.call('SISMEMBER', KEYS[5], ARGV[1]) end
    if row[2] then redis.call('HDEL', KEYS[2], row[2]) end
    for place = 3, 4 do redis.call('ZREM', KEYS[place], ARGV[1]) end
    redis.call('SADD', KEYS[5], ARGV[1])
    redis.call('HSET', KEYS[1], 'status', 'deleted')
    redis.call('HDEL', KEYS[1], 'slot', 'token', 'details', 'due', 'lease', 'recordedAt')
    redis.call('HINCRBY', KEYS[1], 'fence', 1)
    redis.call('HINCRBY', KEYS[1], 'revision', 1)
    return 1`,
  ],
} as const satisfies Record<string, readonly [numberOfKeys: number, lua: string]>

type Argument = string | number

/** What each script answers; `HGETALL` as a list of fields and values. */
export interface Scripts {
  reserveAccount(...args: Argument[]): Promise<['held' | 'created', string] | ['used']>
  updateAccount(...args: Argument[]): Promise<string[] | 'conflict' | 'taken'>
  scheduleAccount(...args: Argument[]): Promise<null>
  listSetBack(...args: Argument[]): Promise<string[]>
  claimAccount(...args: Argument[]): Promise<[now: string, row: string[]] | 'gone' | 'early' | 'leased'>
  renewAccount(...args: Argument[]): Promise<0 | 1>
  putRecord(...args: Argument[]): Promise<[changed: 0 | 1, deleted: 0 | 1] | 'fenced'>
  missRecord(...args: Argument[]): Promise<0 | 1 | 'fenced'>
  writeCheckpoint(...args: Argument[]): Promise<number | 'fenced'>
  entombAccount(...args: Argument[]): Promise<0 | 1>
}

/** Makes the scripts commands of this client; ioredis sends a script's text once and its hash from then on. */
export function scriptsOn(redis: Redis): Scripts {
  for (const [name, [numberOfKeys, lua]] of Object.entries(SCRIPTS)) redis.defineCommand(name, { numberOfKeys, lua: LIBRARY + lua })
  return redis as unknown as Scripts
}
