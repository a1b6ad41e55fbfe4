import { copyFileSync, existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import type { Claim, Page, Storage } from '@connect-integration/server/storage'
import { type SqliteDatabase, sqliteStorage } from '@connect-integration/storage-sql'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { newAccount, record } from './fixtures/examples.ts'
import { faulty, PREFIX, type SqlEdit } from './fixtures/sql-faults.ts'
import { temporaryFile } from './fixtures/temporary-file.ts'

// What a process that is killed leaves behind is its file and the log beside it, as they are at that moment. So before and after each statement
// of a call both are copied, and another storage opens the copy: every moment of every call at which a process can die, each looked at once.
const CLOCK = { ahead: 0, now: () => 1_782_907_200_000 + CLOCK.ahead }
const MODEL = 'hris.Employee'

let file: ReturnType<typeof temporaryFile>
const handles: DatabaseSync[] = []
beforeEach(() => {
  file = temporaryFile()
})
afterEach(() => {
  for (const handle of handles.splice(0)) handle.close()
  file.remove()
})

interface World {
  storage: Storage
  claimed: Claim
  page: Page
}

const CALLS: Record<string, (world: World) => Promise<unknown>> = {
  reserve: ({ storage }) => storage.reserve(newAccount('new')),
  update: ({ storage, claimed }) => storage.update(claimed.account.id, 1, { slot: null, token: 'sealed', status: 'active', wake: 0 }),
  schedule: ({ storage, claimed }) => storage.schedule(claimed.account.id, 5),
  claim: ({ storage }) => storage.claim({ owner: 'next', leaseMs: 1000, limit: 10 }),
  renew: ({ storage, claimed }) => storage.renew(claimed.account.id, claimed.fence, 99_000),
  'commit of a page': ({ storage, page }) => storage.commit(page),
  'commit of a sweep’s last page, with the release': ({ storage, page }) =>
    storage.commit({ ...page, sweep: { number: 3, retire: { olderThan: 9e15 } }, release: { delayMs: 7, dirtySeen: 0 } }),
  purge: ({ storage, claimed }) => storage.purge(claimed.account.id),
}

describe('a process that dies before or after any statement leaves all of a call or nothing:', () => {
  test.each(Object.keys(CALLS))('%s', async (call) => {
    const { moments, different } = await dieEverywhere(call)
    expect(moments, 'moments that were looked at').toBeGreaterThan(1)
    expect(different).toEqual({ before: true, after: true, between: 0 })
  })

  test.each(['commit of a page', 'purge'])('and a store whose statements commit one by one is found out: %s', async (call) => {
    const edits: SqlEdit[] = [
      ['BEGIN IMMEDIATE', 'SELECT 1'],
      [/^(COMMIT|ROLLBACK)$/, 'SELECT 1'],
    ]
    expect((await dieEverywhere(call, edits)).different.between).toBeGreaterThan(0)
  })
})

/** `different`: whether some moments showed what was before, some what is after, and how many something between the two. */
async function dieEverywhere(call: string, edits: readonly SqlEdit[] = []) {
  const world = await prepare(edits)
  const before = await seenBy(world.storage)
  const moments: string[] = []
  world.watch(() => moments.push(copy(moments.length)))
  await CALLS[call]!(world)
  world.watch(() => undefined)
  const after = await seenBy(world.storage)
  expect(after, 'the call does nothing').not.toBe(before)
  const found: string[] = []
  for (const path of moments) found.push(await seenBy(open(path)))
  return {
    moments: moments.length,
    different: {
      before: found[0] === before,
      after: found.at(-1) === after,
      between: found.filter((state) => state !== before && state !== after).length,
    },
  }
}

/** An account with records, marks of two sweeps and a lease, and another one that is due. */
async function prepare(edits: readonly SqlEdit[]): Promise<World & { watch(pass: () => void): void }> {
  let pass = () => {}
  const database = watched(faulty(handle(file.path), edits), () => pass())
  const storage = sqliteStorage(database, { clock: CLOCK, tablePrefix: PREFIX })
  await storage.migrate()
  await storage.reserve(newAccount('a'))
  const other = await storage.reserve(newAccount('due'))
  await storage.schedule(other.account.id, 0)
  const [claimed] = await storage.claim({ owner: 'first', leaseMs: 60_000, limit: 1, accountId: 'id-a' })
  const page: Page = { accountId: 'id-a', fence: claimed!.fence, model: MODEL, records: records(6), checkpoint: 'one' }
  await storage.commit({ ...page, sweep: { number: 1 } })
  await storage.commit({ ...page, records: records(3), sweep: { number: 2, retire: { olderThan: 9e15 } } })
  const changed = [...records(2).map((each) => ({ ...each, page: 9, hash: `${each.hash} changed` })), ...records(9).slice(7)]
  const watch = (to: () => void) => {
    pass = to
  }
  return { storage, claimed: claimed!, page: { ...page, records: changed, checkpoint: 'two' }, watch }
}

/** All that the port shows. */
async function seenBy(storage: Storage): Promise<string> {
  const { accounts } = await storage.list({ limit: 100, status: ['pending', 'active', 'deleted'] })
  const feeds = await Promise.all(accounts.map(({ id }) => storage.changes({ accountId: id, model: MODEL, after: 0, limit: 1000 })))
  const leases: unknown[] = []
  for (CLOCK.ahead of [5_000, 90_000, 0]) leases.push(await storage.stats())
  return JSON.stringify({ accounts, feeds, leases })
}

function open(path: string): Storage {
  return sqliteStorage(handle(path), { clock: CLOCK, tablePrefix: PREFIX })
}

function copy(moment: number): string {
  const path = `${file.path}.${moment}`
  for (const suffix of ['', '-wal']) if (existsSync(file.path + suffix)) copyFileSync(file.path + suffix, path + suffix)
  return path
}

function watched(database: SqliteDatabase, pass: () => void): SqliteDatabase {
  const around =
    <Given extends unknown[], Result>(work: (...given: Given) => Result) =>
    (...given: Given) => {
      pass()
      const result = work(...given)
      pass()
      return result
    }
  return {
    exec: around((sql: string) => database.exec(sql)),
    location: () => file.path,
    prepare(sql) {
      const statement = database.prepare(sql)
      return {
        all: around((...values) => statement.all(...values)),
        get: around((...values) => statement.get(...values)),
        run: around((...values) => statement.run(...values)),
      }
    },
  }
}

function handle(path: string): DatabaseSync {
  const database = new DatabaseSync(path)
  handles.push(database)
  return database
}

function records(count: number) {
  return Array.from({ length: count }, (_, index) => record(`record-${index}`))
}
