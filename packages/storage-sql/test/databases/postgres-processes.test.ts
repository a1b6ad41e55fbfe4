import { once } from 'node:events'
import type { Storage } from '@connect-integration/server/storage'
import { postgresStorage } from '@connect-integration/storage-sql'
import pg from 'pg'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { newAccount, RECORDS_PER_PAGE } from '../fixtures/examples.ts'
import { raceProcesses, startProcess } from '../support/postgres-children.ts'
import { onEveryPostgres } from '../support/postgres-suite.ts'

const NAMES = ['a', 'b', 'c', 'd']

await onEveryPostgres('processes that share a database', (server) => {
  const pool = new pg.Pool({ connectionString: server.url })
  let storage: Storage
  beforeEach(async () => {
    await pool.query('DROP SCHEMA IF EXISTS public CASCADE')
    await pool.query('CREATE SCHEMA public')
    storage = postgresStorage(pool)
  })
  afterAll(() => pool.end())

  test('migrate it once', async () => {
    await raceProcesses('migrate', server.url, NAMES)
    expect((await pool.query('SELECT version FROM connect_integration_schema')).rows).toEqual([{ version: 2 }])
    expect((await storage.reserve(newAccount('x'))).created).toBe(true)
  })

  test('create one account per slot', async () => {
    await storage.migrate()
    const created = await raceProcesses('reserve', server.url, NAMES)
    expect(created).toHaveLength(20)
    expect((await storage.list({ limit: 100 })).accounts.map(({ id }) => id)).toEqual(created.sort())
  })

  test('claim each due account once', async () => {
    await storage.migrate()
    for (let index = 0; index < 90; index++) await due(`${index}`)
    const claimed = await raceProcesses('claim', server.url, NAMES)
    expect(claimed).toHaveLength(90)
    expect(new Set(claimed).size).toBe(90)
  })

  test('lose no wake-up', async () => {
    await storage.migrate()
    await due('shared')
    await raceProcesses('count', server.url, NAMES)
    expect((await storage.get({ id: 'id-shared', organizationId: 'org-1' }))?.dirty).toBe(1 + NAMES.length * 50)
  })

  describe('killed in the middle of its commits', () => {
    test('each of six leaves whole pages, and every page that it reported', async () => {
      await storage.migrate()
      await due('shared')
      let reported = 0
      for (const [index, pages] of [1, 4, 2, 7, 3, 5].entries()) {
        const { process: child, answers } = await startProcess('commit', server.url, `victim-${index}`)
        child.stdin!.write('go\n')
        let said = 0
        for await (const answer of answers) {
          reported = Math.max(reported, Number(answer))
          said += 1
          // The next page is on its way by now.
          if (said === pages) child.kill('SIGKILL')
        }
        if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
        expect([said >= pages, child.signalCode]).toEqual([true, 'SIGKILL'])
        await expectWholePages(reported)
      }
      expect(reported).toBeGreaterThanOrEqual(22)
    })
  })

  /** Nobody waits for the killed one's last page: whoever takes the account next is behind it, or fences it. */
  async function expectWholePages(reported: number) {
    await storage.claim({ owner: 'test', leaseMs: 0, limit: 1, accountId: 'id-shared' })
    const account = await storage.get({ id: 'id-shared', organizationId: 'org-1' })
    const { checkpoint, seq, records } = account!.models['hris.Employee']!
    const pages = Number(checkpoint)
    expect(pages).toBeGreaterThanOrEqual(reported)
    expect([seq, records]).toEqual([pages * RECORDS_PER_PAGE, pages * RECORDS_PER_PAGE])
    const { rows } = await pool.query(
      'SELECT count(*)::int AS rows, count(DISTINCT seq)::int AS seqs, max(seq)::int AS newest FROM connect_integration_records',
    )
    expect(rows).toEqual([{ rows: seq, seqs: seq, newest: seq }])
  }

  async function due(name: string) {
    await storage.reserve(newAccount(name))
    await storage.schedule(`id-${name}`, 0)
  }
})
