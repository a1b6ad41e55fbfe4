import { once } from 'node:events'
import type { Storage } from '@connect-integration/server/storage'
import { sqliteStorage } from '@connect-integration/storage-sql'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { raceChildren, startChildren } from './fixtures/children.ts'
import { newAccount, pageNumber, RECORDS_PER_PAGE } from './fixtures/examples.ts'
import { temporaryFile } from './fixtures/temporary-file.ts'

const NAMES = ['a', 'b', 'c', 'd']

let file: ReturnType<typeof temporaryFile>
let storage: Storage
beforeEach(() => {
  file = temporaryFile()
  storage = sqliteStorage(file.path)
})
afterEach(async () => {
  await storage.close()
  file.remove()
})

describe('processes that share a file', () => {
  test('migrate it once', async () => {
    expect(await raceChildren('migrate', file.path, NAMES)).toEqual(NAMES.map(() => 'migrated'))
    await storage.migrate()
    expect((await storage.reserve(newAccount('x'))).created).toBe(true)
  })

  test('create one account per slot', async () => {
    await storage.migrate()
    const created = (await raceChildren('reserve', file.path, NAMES)).flat()
    expect(created).toHaveLength(20)
    expect((await storage.list({ limit: 100 })).accounts.map(({ id }) => id)).toEqual(created.sort())
  })

  test('claim each due account once', async () => {
    await storage.migrate()
    for (let index = 0; index < 60; index++) await due(`${index}`)
    const claimed = (await raceChildren('claim', file.path, NAMES)).flat()
    expect(new Set(claimed).size).toBe(60)
    expect(claimed).toHaveLength(60)
  })

  test('lose no wake-up', async () => {
    await storage.migrate()
    const account = await due('shared')
    await raceChildren('count', file.path, NAMES)
    expect((await storage.get({ id: account.id, organizationId: 'org-1' }))?.dirty).toBe(1 + NAMES.length * 50)
  })
})

describe('a process that is killed', () => {
  test('between two commits or in one leaves whole pages, and each that it reported', async () => {
    await storage.migrate()
    await due('shared')
    const [child] = await startChildren('commit', file.path, ['victim'])
    child!.go()
    let reported = 0
    for await (const answer of child!.answers) {
      reported = Number(answer)
      if (reported === 7) child!.process.kill('SIGKILL')
    }
    const { pages, rows, state } = await found()
    expect(pages).toBeGreaterThanOrEqual(reported)
    expect(pages).toBeGreaterThanOrEqual(7)
    expect(rows).toBe(pages * RECORDS_PER_PAGE)
    expect(state).toEqual({ checkpoint: `${pages}`, seq: rows, records: rows })
  })

  test('in the middle of a page leaves nothing of it, and the page can be sent again', async () => {
    await storage.migrate()
    await due('shared')
    const [claimed] = await storage.claim({ owner: 'parent', leaseMs: 0, limit: 1 })
    await storage.commit(pageNumber(1, claimed!.fence))
    const before = await found()
    const [child] = await startChildren('die', file.path, ['victim'])
    child!.go()
    const [code, signal] = await once(child!.process, 'exit')
    expect([code, signal]).toEqual([null, 'SIGKILL'])
    expect(await found()).toEqual(before)
    const fence = claimed!.fence + 1
    expect(await storage.commit(pageNumber(2, fence))).toEqual({ changed: RECORDS_PER_PAGE, deleted: 0, seq: 2 * RECORDS_PER_PAGE })
  })
})

async function due(name: string) {
  const { account } = await storage.reserve(newAccount(name))
  await storage.schedule(account.id, 0)
  return account
}

async function found() {
  const account = await storage.get({ id: 'id-shared', organizationId: 'org-1' })
  const { changes } = await storage.changes({ accountId: 'id-shared', model: 'hris.Employee', after: 0, limit: 1_000_000 })
  const state = account?.models['hris.Employee']
  return { pages: Number(state?.checkpoint), rows: changes.length, state }
}
