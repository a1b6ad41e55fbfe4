import type { Storage } from '@connect-integration/server/storage'
import { mysqlStorage } from '@connect-integration/storage-sql'
import { createConnection, createPool } from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newAccount, pageNumber, RECORDS_PER_PAGE, record } from '../fixtures/examples.ts'
import { migrateInProcesses, startMysqlProcess } from '../support/mysql-process.ts'
import { onMysql } from '../support/mysql-server.ts'

await onMysql('mysqlStorage with many at work', (server) => {
  const pools = [1, 2, 3, 4].map(() => createPool({ uri: server.url, connectionLimit: 5 }))
  const storages = pools.map((pool) => mysqlStorage(pool))
  const storage = storages[0] as Storage
  beforeAll(() => storage.migrate())
  afterAll(async () => void (await Promise.all(pools.map((pool) => pool.end()))))

  test('20 reserves of one slot make one account, and all get it', async () => {
    for (let round = 0; round < 10; round++) {
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, caller) =>
          storages[caller % 4]!.reserve(newAccount(`slot-${round}-${caller}`, { slot: `one-${round}` })),
        ),
      )
      expect(answers.filter(({ created }) => created)).toHaveLength(1)
      expect(new Set(answers.map(({ account }) => account.id)).size).toBe(1)
    }
  })

  test('each due account is claimed once, by whoever comes first', async () => {
    for (let index = 0; index < 60; index++) {
      const { account } = await storage.reserve(newAccount(`due-${index}`))
      await storage.schedule(account.id, 0)
    }
    const claimed = await Promise.all(
      storages.map(async (own) => {
        const mine: string[] = []
        for (let empty = 0; empty < 3; ) {
          const claims = await own.claim({ owner: 'test', leaseMs: 600_000, limit: 3 })
          mine.push(...claims.map(({ account }) => account.id))
          // Rows that another one is just looking at are passed over.
          empty = claims.length === 0 ? empty + 1 : 0
        }
        return mine
      }),
    )
    const all = claimed.flat()
    expect(new Set(all).size).toBe(all.length)
    expect(all.length).toBe(60)
  })

  test('no wake-up is lost', async () => {
    const { account } = await storage.reserve(newAccount('counted'))
    await Promise.all(Array.from({ length: 100 }, (_, caller) => storages[caller % 4]!.schedule(account.id, 0)))
    expect((await storage.get({ id: account.id, organizationId: 'org-1' }))?.dirty).toBe(100)
  })

  test('commits of several models, claims and a purge at once: whole pages, none by who was fenced, nothing left after the purge', async () => {
    for (let round = 0; round < 10; round++) {
      const { account } = await storage.reserve(newAccount(`raced-${round}`))
      const [first] = await storage.claim({ owner: 'test', leaseMs: 0, limit: 1, accountId: account.id })
      const commits = ['hris.Employee', 'hris.Company', 'hris.TimeOff'].map((model, index) =>
        storages[index]!.commit({ ...pageNumber(1, first!.fence), accountId: account.id, model }),
      )
      const claim = storages[3]!.claim({ owner: 'other', leaseMs: 0, limit: 1, accountId: account.id })
      const answers = await Promise.all([...commits, claim])
      const models = (await storage.get({ id: account.id, organizationId: 'org-1' }))!.models
      for (const answer of answers.slice(0, 3)) expect([{ changed: 200, deleted: 0, seq: 200 }, 'fenced']).toContainEqual(answer)
      expect(Object.keys(models)).toHaveLength(answers.slice(0, 3).filter((answer) => answer !== 'fenced').length)

      const [second] = await claim
      await Promise.all([
        storages[1]!.commit({ ...pageNumber(2, second!.fence + 0), accountId: account.id }),
        storages[2]!.purge(account.id),
        storages[3]!.schedule(account.id, 0),
      ])
      const after = await storage.get({ id: account.id, organizationId: 'org-1' })
      expect(after).toMatchObject({ status: 'deleted', models: {}, due: null, fence: 3 })
      expect((await storage.changes({ accountId: account.id, model: 'hris.Employee', after: 0, limit: 10 })).changes).toEqual([])
    }
    const [left] = await pools[0]!.query('SELECT count(*) AS count FROM connect_integration_records')
    expect(left).toEqual([{ count: 0 }])
  })

  test('four processes that migrate at once do it once, and none of them fails', async () => {
    await migrateInProcesses(server.url, 'raced_', 4)
    const raced = mysqlStorage(pools[0]!, { tablePrefix: 'raced_' })
    expect(await raced.pending()).toEqual([])
    expect((await raced.reserve(newAccount('raced'))).created).toBe(true)
  })

  describe('a process that is killed among its commits', () => {
    test.each([1, 2, 3, 5, 7, 11])('after %i leaves whole pages, each that it reported, and the next one can go on', async (pages) => {
      const { account } = await storage.reserve(newAccount(`victim-${pages}`))
      const child = await startMysqlProcess(server.url, account.id)
      const reported = await child.killAfter(pages)
      expect(reported).toBeGreaterThanOrEqual(pages)
      const found = await storage.get({ id: account.id, organizationId: 'org-1' })
      const state = found!.models['hris.Employee']!
      const { changes } = await storage.changes({ accountId: account.id, model: 'hris.Employee', after: 0, limit: 1_000_000 })
      expect(Number(state.checkpoint)).toBeGreaterThanOrEqual(reported)
      expect(changes.length).toBe(Number(state.checkpoint) * RECORDS_PER_PAGE)
      expect(state).toMatchObject({ seq: changes.length, records: changes.length })
      const next = { ...pageNumber(Number(state.checkpoint) + 1, found!.fence), accountId: account.id }
      expect(await storage.commit(next)).toMatchObject({ changed: RECORDS_PER_PAGE })
      await storage.purge(account.id)
    })
  })

  describe('within a transaction of yours', () => {
    test('what is written is kept with it or gone with it, and read in it', async () => {
      const connection = await createConnection(server.url)
      const inside = mysqlStorage(pools[0]!).within(connection)
      for (const end of ['rollback', 'commit'] as const) {
        await connection.beginTransaction()
        const { account } = await inside.reserve(newAccount('within'))
        const [claimed] = await inside.claim({ owner: 'test', leaseMs: 1000, limit: 1, accountId: account.id })
        await inside.commit({ ...pageNumber(1, claimed!.fence), accountId: account.id })
        expect((await inside.get({ id: 'id-within', organizationId: 'org-1' }))?.models['hris.Employee']?.records).toBe(200)
        expect(await storage.get({ id: 'id-within', organizationId: 'org-1' })).toBeNull()
        await inside.migrate()
        await inside.close()
        await connection[end]()
      }
      expect((await storage.get({ id: 'id-within', organizationId: 'org-1' }))?.models['hris.Employee']?.records).toBe(200)
      await connection.end()
    })

    test('begun long ago it still decides by what is newest: older never overwrites newer', async () => {
      const { account } = await storage.reserve(newAccount('old-view'))
      const [claimed] = await storage.claim({ owner: 'test', leaseMs: 600_000, limit: 1, accountId: account.id })
      const page = { accountId: account.id, fence: claimed!.fence, model: 'hris.Employee', checkpoint: null }
      await storage.commit({ ...page, records: [record('x', '"first"')] })
      const connection = await createConnection(server.url)
      await connection.query('SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ')
      await connection.beginTransaction()
      await connection.query('SELECT * FROM connect_integration_records')
      await storage.commit({ ...page, records: [{ ...record('x', '"newest"'), modifiedAt: 1_782_907_200_000_009 }] })
      const inside = mysqlStorage(connection).within(connection)
      const between = { ...record('x', '"between"'), modifiedAt: 1_782_907_200_000_005 }
      expect(await inside.commit({ ...page, records: [between, record('y')] })).toEqual({ changed: 1, deleted: 0, seq: 3 })
      await connection.commit()
      await connection.end()
      const { changes } = await storage.changes({ accountId: account.id, model: 'hris.Employee', after: 0, limit: 10 })
      expect(changes.map(({ seq, id, data }) => [seq, id, data])).toEqual([
        [2, 'x', '"newest"'],
        [3, 'y', '{"id":"y"}'],
      ])
    })

    test('a call that fails leaves the transaction as it was', async () => {
      const connection = await createConnection(server.url)
      const inside = mysqlStorage(connection).within(connection)
      await connection.beginTransaction()
      const { account } = await inside.reserve(newAccount('half'))
      const [claimed] = await inside.claim({ owner: 'test', leaseMs: 1000, limit: 1, accountId: account.id })
      const page = { ...pageNumber(1, claimed!.fence), accountId: account.id }
      await connection.query(`SET SESSION sql_mode = 'STRICT_ALL_TABLES'`)
      await expect(inside.commit({ ...page, release: { delayMs: 1e30, dirtySeen: 0 } })).rejects.toThrow('Roll back your transaction')
      await connection.commit()
      expect((await storage.get({ id: account.id, organizationId: 'org-1' }))?.models).toEqual({})
      await connection.end()
    })

    test('without a transaction nothing is written', async () => {
      const connection = await createConnection(server.url)
      await expect(mysqlStorage(connection).within(connection).reserve(newAccount('none'))).rejects.toThrow('has no open transaction')
      expect(await storage.get({ id: 'id-none', organizationId: 'org-1' })).toBeNull()
      await connection.end()
    })
  })
})
