import {
  type Account,
  type AccountKey,
  type AccountQuery,
  type Change,
  CLOCK_SLACK_MS,
  type Claim,
  ErrorCode,
  IntegrationError,
  type NewAccount,
  type Status,
  type Storage,
  type StorageStats,
} from '@connect-integration/server/storage'
import type { Redis } from 'ioredis'
import { commit } from './commit.ts'
import { explaining } from './errors.ts'
import { fromStored, keysUnder, toStored } from './keys.ts'
import { migrate } from './migrate.ts'
import { forget } from './purge.ts'
import { toAccount, toFields } from './rows.ts'
import { scriptsOn } from './scripts.ts'

export interface RedisStorageOptions {
  /** What every key begins with. Default `connect:`. */
  prefix?: string
  /** In tests: what to go by in place of the server's clock, in epoch milliseconds. */
  clock?: { now(): number } | undefined
}

/** How many accounts are looked at in one go. */
const BATCH = 200

/**
 * The storage port on Redis 6.2 or later, one primary without a cluster, in profile `ordered`: as a store without transactions over many
 * rows would do it. `redis` is yours to open and to close. What is reported as done is as durable as the server's configuration: see the README.
 */
export function redisStorage(redis: Redis, { prefix = 'connect:', clock }: RedisStorageOptions = {}): Storage {
  const keys = keysUnder(prefix)
  const scripts = scriptsOn(redis)
  /** Empty: the scripts ask the server for the time, so that no two workers differ about it. */
  const now = () => (clock ? String(clock.now()) : '')
  const find = async (id: string) => toAccount(await redis.hgetall(keys.account(id)))

  async function reserve(account: NewAccount): Promise<{ account: Account; created: boolean }> {
    const { id, organizationId, originId, slot } = account
    const indexes = [keys.slots, keys.origins, keys.all, keys.ofOrganization(organizationId)]
    const [outcome, holder] = await scripts.reserveAccount(
      keys.account(id),
      ...indexes,
      ...[id, slot, originId].map(toStored),
      ...fieldsOf(account),
    )
    if (outcome === 'used') throw conflict(`originId "${originId}" or id "${id}" was used before; reserve with fresh ones.`)
    const found = await find(fromStored(holder))
    // Between the two somebody gave the slot away: whoever has it now is meant.
    if (found?.slot !== slot) return reserve(account)
    return { account: found, created: outcome === 'created' }
  }

  async function get(key: AccountKey): Promise<Account | null> {
    if ('id' in key) return only(await find(key.id), (account) => account.organizationId === key.organizationId)
    if ('originId' in key) {
      const id = await redis.hget(keys.origins, toStored(key.originId))
      return id === null ? null : only(await find(fromStored(id)), (account) => account.category === key.category)
    }
    const linked = `${toStored(key.linkedAccountId)}\0`
    const members = await redis.zrangebylex(keys.linked, `[${linked}`, `(${linked.slice(0, -1)}\x01`)
    const accounts = await Promise.all(members.map((member) => find(fromStored(member.slice(linked.length)))))
    // A tombstone keeps its id at Merge; whoever lives under that id comes first.
    return accounts.find((account) => account?.status !== 'deleted') ?? accounts[0] ?? null
  }

  const update: Storage['update'] = async (id, revision, { slot, linkedAccountId, status, token, details, updatedAt, wake }) => {
    const patch = Object.entries({ slot, linkedAccountId, status, token, details, updatedAt })
    const fields = patch.flatMap(([field, value]) =>
      value === undefined ? [] : [field, value === null ? '' : `=${toStored(String(value))}`],
    )
    const at = [keys.account(id), keys.slots, keys.linked, keys.queue, keys.recorded]
    const row = await scripts.updateAccount(...at, toStored(id), revision, now(), wake ?? '', ...fields)
    if (row === 'conflict') return 'conflict'
    if (row === 'taken') throw conflict(`Slot "${slot}" is held by another account; nothing was changed in "${id}".`)
    return toAccount(toFields(row))!
  }

  /** Goes through the accounts in order of id, and looks at each: fine for an organization; a list of everything takes as long as there are accounts. */
  async function list(query: AccountQuery): Promise<{ accounts: Account[]; next: string | null }> {
    const index = query.organizationId === undefined ? keys.all : keys.ofOrganization(query.organizationId)
    const found: Account[] = []
    // One more than wanted: only then is it known whether a page comes after this one.
    for (let from = query.after === undefined ? '-' : `(${toStored(query.after)}`; found.length <= query.limit; ) {
      const ids = await redis.zrangebylex(index, from, '+', 'LIMIT', 0, BATCH)
      const accounts = await Promise.all(ids.map((id) => find(fromStored(id))))
      found.push(...accounts.filter((account) => account !== null).filter((account) => isListed(account, query)))
      if (ids.length < BATCH) break
      from = `(${ids.at(-1)}`
    }
    const page = found.slice(0, query.limit)
    return { accounts: page, next: found.length > query.limit ? (page.at(-1)?.id ?? null) : null }
  }

  /** An account with the indexes that follow the clock, and its id. */
  const timed = (id: string) => [keys.account(id), keys.queue, keys.recorded, toStored(id)]

  async function schedule(accountId: string, delayMs: number): Promise<void> {
    await scripts.scheduleAccount(...timed(accountId), now(), delayMs)
  }

  /** Looks for candidates in the queue; whether one is free is decided again, and by the script alone. */
  const claim: Storage['claim'] = async ({ leaseMs, limit, accountId }) => {
    const attempt = (id: string, by: 'due' | 'id') => scripts.claimAccount(...timed(id), now(), leaseMs, by)
    if (accountId !== undefined) return [await attempt(accountId, 'id')].flatMap(toClaim)
    const claims: Claim[] = []
    for (let start = 0; claims.length < limit; ) {
      const ids = await redis.zrange(keys.queue, start, start + limit - claims.length - 1)
      const answers = await Promise.all(ids.map((id) => attempt(fromStored(id), 'due')))
      claims.push(...answers.flatMap(toClaim))
      // From here on nothing is due.
      if (ids.length === 0 || answers.includes('early')) break
      start += ids.length
    }
    // What only counts as due, since the clock was set back. What is claimed leaves this list; what is not is skipped.
    for (let skipped = 0; claims.length < limit; ) {
      const ids = await scripts.listSetBack(keys.recorded, now(), skipped, limit - claims.length)
      const found = (await Promise.all(ids.map((id) => attempt(fromStored(id), 'due')))).flatMap(toClaim)
      claims.push(...found)
      skipped += ids.length - found.length
      if (ids.length === 0) break
    }
    return claims
  }

  async function renew(accountId: string, fence: number, leaseMs: number): Promise<boolean> {
    return (await scripts.renewAccount(...timed(accountId), now(), fence, leaseMs)) === 1
  }

  /** Tombstone and fence first: from then on nothing can be added to what is deleted next. */
  async function purge(accountId: string): Promise<void> {
    const at = [keys.account(accountId), keys.slots, keys.queue, keys.recorded, keys.purging]
    if ((await scripts.entombAccount(...at, toStored(accountId))) === 1) await forget(redis, keys, accountId)
  }

  const changes: Storage['changes'] = async ({ accountId, model, after, limit }) => {
    const status = await redis.hget(keys.account(accountId), 'status')
    if (status === null || status === 'deleted') return { changes: [], next: null }
    const newer = await redis.zrangebyscore(keys.feed(accountId, model), `(${after}`, '+inf', 'WITHSCORES', 'LIMIT', 0, limit + 1)
    const places = Array.from({ length: newer.length / 2 }, (_, index) => ({
      id: fromStored(newer[index * 2]!),
      seq: Number(newer[index * 2 + 1]),
    }))
    const page = places.slice(0, limit)
    const rows = await Promise.all(
      page.map(({ id }) => redis.hmget(keys.record(accountId, model, id), 'seq', 'deleted', 'modifiedAt', 'data')),
    )
    const found = page.flatMap(({ id, seq }, index): Change[] => {
      const [current, deleted, modifiedAt, data] = rows[index]!
      // Written again since its place was read: it comes at its new place, and here it would hide what lies between.
      if (Number(current) !== seq) return []
      return [{ seq, id, op: deleted === '1' ? 'delete' : 'upsert', modifiedAt: Number(modifiedAt), data: fromStored(data ?? '') }]
    })
    const isMore = places.length > limit || found.length < page.length
    return { changes: found, next: isMore ? page.at(-1)!.seq : null }
  }

  async function serverTime(): Promise<number> {
    const [seconds, microseconds] = await redis.time()
    return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000)
  }

  /** Reads every account: ask for it once a minute, not with every request. */
  async function stats(): Promise<StorageStats> {
    const stats: StorageStats = { accounts: {}, due: 0, leased: 0, lateMs: 0 }
    const time = clock ? clock.now() : await serverTime()
    for (let from = '-'; ; ) {
      const ids = await redis.zrangebylex(keys.all, from, '+', 'LIMIT', 0, BATCH)
      const rows = await Promise.all(ids.map((id) => redis.hmget(keys.account(fromStored(id)), 'status', 'due', 'lease', 'recordedAt')))
      for (const row of rows) count(stats, time, row)
      if (ids.length < BATCH) return stats
      from = `(${ids.at(-1)}`
    }
  }

  return explaining({
    contract: 1,
    profile: 'ordered',
    migrate: () => migrate(redis, keys),
    close: async () => undefined,
    reserve,
    get,
    update,
    list,
    schedule,
    claim,
    renew,
    commit: (page) => commit(redis, scripts, keys, page, now()),
    purge,
    changes,
    stats,
  })
}

/** The item of a new account, as fields and values; what is `null` has no field. */
function fieldsOf({ id, organizationId, userId, category, originId, slot, status, details, createdAt }: NewAccount): string[] {
  const texts = { id, organizationId, userId, category, originId, slot, status, details }
  const numbers = { createdAt, updatedAt: createdAt, revision: 1, dirty: 0, fence: 0 }
  return Object.entries({ ...texts, ...numbers }).flatMap(([field, value]) => (value === null ? [] : [field, toStored(String(value))]))
}

function only(account: Account | null, matches: (account: Account) => boolean): Account | null {
  return account && matches(account) ? account : null
}

function isListed(account: Account, { userId = account.userId, category = account.category, status }: AccountQuery): boolean {
  const wanted = status ? status.includes(account.status) : account.status !== 'deleted'
  return wanted && account.userId === userId && account.category === category
}

function toClaim(answer: [now: string, row: string[]] | string): Claim[] {
  if (typeof answer === 'string') return []
  const [now, row] = answer
  const account = toAccount(toFields(row))!
  return [{ account, fence: account.fence, dirty: account.dirty, now: Number(now) }]
}

function count(stats: StorageStats, now: number, [status, due, lease, recordedAt]: (string | null)[]) {
  stats.accounts[status as Status] = (stats.accounts[status as Status] ?? 0) + 1
  const isSetBack = Number(recordedAt ?? 0) > now + CLOCK_SLACK_MS
  if (Number(lease ?? 0) > now && !isSetBack) stats.leased += 1
  else if (due != null && (Number(due) <= now || isSetBack)) {
    stats.due += 1
    stats.lateMs = Math.max(stats.lateMs, now - Number(due))
  }
}

/** Not retryable: the same call would fail again until somebody passes something else. */
function conflict(message: string) {
  return new IntegrationError(ErrorCode.STORE_CONFLICT, message, { retryable: false })
}
