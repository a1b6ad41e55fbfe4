import { inspect } from 'node:util'
import { type Claim, ErrorCode, IntegrationError, type Page, type Storage, type VersionedRecord } from '@connect-integration/server/storage'
import { Redis } from 'ioredis'
import { afterEach, expect, test } from 'vitest'
import { redisStorage } from '../../storage.ts'

const MODEL = 'hris.Employee'
const SIX_HOURS = 6 * 3_600_000
const WRITES = ['putRecord', 'missRecord', 'writeCheckpoint']

/** What is of this adapter and not of the contract. */
export function ownTests(redis: Redis) {
  const prefix = `own_tests_${process.pid}:`
  const clock = { now: () => 1_782_907_200_000 }
  const open = (client: Redis = redis) => redisStorage(client, { prefix, clock })
  const keys = () => redis.keys(`${prefix}*`)

  afterEach(async () => {
    const left = await keys()
    if (left.length > 0) await redis.unlink(left)
  })

  test('a page that is cut off after any of its writes leaves no checkpoint, and the next worker completes it', async () => {
    const storage = open()
    const first = await claimed(storage, 'acme')
    await storage.commit(pageOf(first, ['stays', 'goes'].map(record), { checkpoint: 'start', sweep: lastOf(1) }))
    await storage.commit(pageOf(first, [record('stays')], { checkpoint: 'start', sweep: lastOf(2) }))
    const page = (claim: Claim) => pageOf(claim, ['stays', 'a', 'b', 'c'].map(record), { checkpoint: 'end', sweep: lastOf(3) })
    // Four records, one that is missing, and the checkpoint.
    for (let allowed = 0; allowed < 6; allowed++) {
      const victim = await claimAgain(storage, 'acme')
      await expect(open(dyingAfter(redis, allowed)).commit(page(victim))).rejects.toThrow('died')
      const models = (await storage.get({ id: 'acme', organizationId: 'org' }))?.models
      expect(models?.[MODEL]?.checkpoint, `after ${allowed} writes`).toBe('start')
      expect(models?.[MODEL]?.seq, `after ${allowed} writes`).toBeGreaterThanOrEqual(2)
    }
    await storage.commit(page(await claimAgain(storage, 'acme')))
    const { changes } = await storage.changes({ accountId: 'acme', model: MODEL, after: 0, limit: 10 })
    expect(changes.map(({ id, op }) => `${id} ${op}`).toSorted()).toEqual([
      'a upsert',
      'b upsert',
      'c upsert',
      'goes delete',
      'stays upsert',
    ])
    const state = (await storage.get({ id: 'acme', organizationId: 'org' }))?.models[MODEL]
    expect(state).toEqual({ checkpoint: 'end', seq: 6, records: 4 })
  })

  test.each([
    ['in the middle of a page', 2, ['a', 'b']],
    ['before its checkpoint', 4, ['a', 'b', 'c', 'd']],
  ])('a worker that is taken over %s writes nothing more, and no checkpoint', async (_, writes, written) => {
    const storage = open()
    const first = await claimed(storage, 'acme')
    const takenOver = between(redis, writes, () => redis.hincrby(`${prefix}account:["acme"]`, 'fence', 1))
    const page = pageOf(first, ['a', 'b', 'c', 'd'].map(record), { checkpoint: 'late' })
    expect(await open(takenOver).commit(page)).toBe('fenced')
    const { changes } = await storage.changes({ accountId: 'acme', model: MODEL, after: 0, limit: 10 })
    expect(changes.map(({ id }) => id)).toEqual(written)
    expect((await storage.get({ id: 'acme', organizationId: 'org' }))?.models[MODEL]?.checkpoint).toBe(null)
  })

  test('a purge that was cut off shows nothing any more, and the next start completes it', async () => {
    const storage = open()
    const claim = await claimed(storage, 'acme')
    await storage.commit(pageOf(claim, ['a', 'b'].map(record), { checkpoint: 'kept' }))
    const cut = Object.create(redis, { unlink: { value: async () => Promise.reject(new Error('died')) } }) as Redis
    await expect(open(cut).purge('acme')).rejects.toThrow('died')
    expect((await keys()).filter((key) => key.includes('record:'))).toHaveLength(2)
    expect((await storage.get({ id: 'acme', organizationId: 'org' }))?.models).toEqual({})
    expect(await storage.changes({ accountId: 'acme', model: MODEL, after: 0, limit: 10 })).toEqual({ changes: [], next: null })
    await storage.migrate()
    expect((await keys()).filter((key) => /record|feed|purging/.test(key))).toEqual([])
    expect(Object.keys(await redis.hgetall(`${prefix}account:["acme"]`)).filter((field) => field.includes(':'))).toEqual([])
  })

  test('what was written while the server’s own clock was six hours ahead is claimed at once, and leaves nothing behind', async () => {
    const storage = redisStorage(redis, { prefix })
    const [claim] = await Promise.all(['held', 'waiting', 'unasked'].map((id) => claimed(storage, id)))
    for (const id of ['held', 'waiting']) await storage.schedule(id, 3_600_000)
    await storage.renew('held', claim!.fence, 600_000)
    for (const id of ['held', 'waiting', 'unasked']) {
      for (const field of ['due', 'lease', 'recordedAt']) {
        if (field !== 'due' || id !== 'unasked') await redis.hincrby(`${prefix}account:["${id}"]`, field, SIX_HOURS)
      }
      await redis.zincrby(`${prefix}recorded`, SIX_HOURS, id)
      if (id !== 'unasked') await redis.zincrby(`${prefix}queue`, SIX_HOURS, id)
    }
    expect(await storage.stats()).toMatchObject({ due: 2, leased: 0 })
    // What has a due now comes before these in the queue, and ends the look through it.
    await storage.schedule((await claimed(storage, 'later')).account.id, 3_600_000)
    const claims = await storage.claim({ owner: 'test', leaseMs: 600_000, limit: 1 })
    expect(claims).toHaveLength(1)
    claims.push(...(await storage.claim({ owner: 'test', leaseMs: 600_000, limit: 10 })))
    expect(claims.map(({ account }) => account.id).toSorted()).toEqual(['held', 'waiting'])
    for (const { account, now } of claims) expect(account.due).toBe(now)
    for (const id of ['held', 'waiting', 'unasked', 'later']) await storage.purge(id)
    expect((await keys()).filter((key) => /queue|recorded/.test(key))).toEqual([])
  })

  test('a reader whose rows are written again while it reads misses none of them', async () => {
    const storage = open()
    const claim = await claimed(storage, 'acme')
    await storage.commit(pageOf(claim, ['a', 'b', 'c'].map(record)))
    const again = () => storage.commit(pageOf(claim, [{ ...record('a'), hash: 'new', data: '"new"' }]))
    const reading = Object.create(redis, {
      hmget: {
        value: async (...args: [string, string]) => {
          if (args[0].includes('"a"')) await again()
          return redis.hmget(...args)
        },
      },
    }) as Redis
    const page = await open(reading).changes({ accountId: 'acme', model: MODEL, after: 0, limit: 10 })
    expect(page.changes.map(({ seq, id }) => `${seq} ${id}`)).toEqual(['2 b', '3 c'])
    expect(page.next).toBe(3)
    const rest = await storage.changes({ accountId: 'acme', model: MODEL, after: 3, limit: 10 })
    expect(rest.changes.map(({ seq, id }) => `${seq} ${id}`)).toEqual(['4 a'])
  })

  test.each([
    ['refuses a server that deletes keys when its memory is full', 'maxmemory:1000\r\nmaxmemory_policy:allkeys-lru\r\n', false],
    ['takes one that refuses to write then', 'maxmemory:1000\r\nmaxmemory_policy:noeviction\r\n', true],
    ['takes one without a limit', 'maxmemory:0\r\nmaxmemory_policy:allkeys-lru\r\n', true],
    ['takes one that does not tell', '# Memory\r\n', true],
  ])('migrate %s', async (_, info, taken) => {
    const told = Object.create(redis, { info: { value: async () => info } }) as Redis
    const outcome = await open(told)
      .migrate()
      .then(
        () => null,
        (error: IntegrationError) => error,
      )
    expect(outcome?.code ?? null).toBe(taken ? null : ErrorCode.STORE_UNAVAILABLE)
    if (!taken) expect(outcome?.message).toContain('maxmemory-policy allkeys-lru')
  })

  test('migrate refuses what a newer version of this code has written', async () => {
    await redis.set(`${prefix}version`, 2)
    await expect(open().migrate()).rejects.toMatchObject({ code: ErrorCode.STORE_CONTRACT })
    expect(await redis.get(`${prefix}version`)).toBe('2')
  })

  test('a failure says what to do, and shows nothing of what was to be stored', async () => {
    const storage = open()
    const claim = await claimed(storage, 'acme')
    await redis.set(`${prefix}record:["acme","${MODEL}","a"]`, 'no hash')
    const canary = { ...record('a'), data: '"CANARY"' }
    const refused: unknown = await storage.commit(pageOf(claim, [canary])).catch((error) => error)
    expect(refused).toMatchObject({ code: ErrorCode.STORE_UNAVAILABLE, retryable: false })
    const outcomes = [refused]
    for (const enableOfflineQueue of [true, false]) {
      const gone = new Redis(1, '127.0.0.1', { retryStrategy: () => null, maxRetriesPerRequest: 0, enableOfflineQueue })
      // Without a listener ioredis prints what went wrong.
      gone.on('error', () => undefined)
      outcomes.push(
        await open(gone)
          .get({ id: 'CANARY', organizationId: 'org' })
          .catch((error) => error),
      )
      expect(outcomes.at(-1)).toMatchObject({ code: ErrorCode.STORE_UNAVAILABLE, retryable: true })
    }
    for (const error of outcomes) {
      expect(IntegrationError.isInstance(error)).toBe(true)
      expect(inspect(error, { depth: null, showHidden: true })).not.toContain('CANARY')
    }
  })
}

/** Stops for good before write number `allowed` + 1, as a process does that is killed there. */
function dyingAfter(redis: Redis, allowed: number): Redis {
  return between(redis, allowed, () => Promise.reject(new Error('died')))
}

/** `event` comes before write number `writes` + 1; writes go one by one. */
function between(redis: Redis, writes: number, event: () => Promise<unknown>): Redis {
  let done = 0
  let before: Promise<unknown> = Promise.resolve()
  return new Proxy(redis, {
    get(client, name) {
      const value: unknown = Reflect.get(client, name)
      if (typeof value !== 'function') return value
      const call = (...args: unknown[]) => value.apply(client, args)
      if (!WRITES.includes(String(name))) return call
      return (...args: unknown[]) => {
        before = before.then(async () => {
          if (done++ === writes) await event()
          return call(...args)
        })
        return before
      }
    },
  })
}

async function claimed(storage: Storage, id: string): Promise<Claim> {
  const owner = { organizationId: 'org', userId: null, category: 'hris', status: 'active' as const, details: null, createdAt: 1 }
  await storage.reserve({ id, originId: id, slot: id, ...owner })
  return claimAgain(storage, id)
}

/** With a lease that ends at once. */
async function claimAgain(storage: Storage, accountId: string): Promise<Claim> {
  const [claim] = await storage.claim({ owner: 'test', leaseMs: 0, limit: 1, accountId })
  return claim!
}

function record(id: string): VersionedRecord {
  return { id, generation: 0, modifiedAt: 1, page: 1, deleted: false, hash: id, data: `"${id}"` }
}

function pageOf({ account, fence }: Claim, records: VersionedRecord[], rest: Partial<Page> = {}): Page {
  return { accountId: account.id, fence, model: MODEL, records, checkpoint: null, ...rest }
}

/** The last page of sweep `number`. */
function lastOf(number: number) {
  return { number, retire: { olderThan: 10 } }
}
