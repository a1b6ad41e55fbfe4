import type { Storage } from '@connect-integration/server/storage'
import { runStorageCheck, type StorageFixture, storageChecks } from '@connect-integration/testkit'
import { describe, expect, test } from 'vitest'
import { newAccount } from '../fixtures/examples.ts'

const HOUR = 3_600_000

export interface OwnClock {
  /** A store that is empty, and goes by its database's clock. */
  open(): Promise<Storage>
  /** Runs a statement on the table of accounts, which it calls `accounts`. */
  change(statement: string): Promise<unknown>
}

/** As in production: no clock is passed, and the database's own counts. */
export function describeOwnClock(name: string, { open, change }: OwnClock) {
  describe(`${name}, by the database’s own clock`, () => {
    const fixture = async (): Promise<StorageFixture> => ({ storage: await open(), close: async () => undefined })
    const timed = storageChecks.filter(({ id, method }) => ['schedule', 'claim', 'renew', 'stats'].includes(method) || /release/.test(id))
    test.each(timed.filter(({ needs }) => needs === undefined).map((check) => [check.id, check] as const))('%s', async (_, check) => {
      expect(await runStorageCheck(check, fixture)).toEqual({ skipped: null })
    })

    test('what was written while the clock was six hours ahead is claimed at once', async () => {
      const storage = await open()
      for (const id of ['waiting', 'leased', 'by-id', 'woken', 'renewed', 'never']) {
        await storage.reserve(newAccount(id))
        if (id !== 'never') await storage.schedule(`id-${id}`, HOUR)
      }
      const claimById = async (id: string) => (await storage.claim({ owner: 'test', leaseMs: HOUR, limit: 1, accountId: id }))[0]
      for (const id of ['leased', 'by-id', 'woken']) await claimById(`id-${id}`)
      const held = (await claimById('id-renewed'))!
      expect(await storage.stats()).toMatchObject({ due: 0, leased: 4, lateMs: 0 })
      await change(`UPDATE accounts SET due = due + ${6 * HOUR}, lease = lease + ${6 * HOUR}, recorded_at = recorded_at + ${6 * HOUR}`)

      expect(await storage.stats()).toMatchObject({ due: 5, leased: 0, lateMs: 0 })
      await storage.schedule('id-woken', HOUR)
      expect(await storage.renew('id-renewed', held.fence, HOUR)).toBe(true)
      expect((await claimById('id-by-id'))?.fence).toBe(2)
      const claims = await storage.claim({ owner: 'test', leaseMs: HOUR, limit: 10 })
      expect(claims.map(({ account }) => account.id).toSorted()).toEqual(['id-leased', 'id-waiting', 'id-woken'])
      for (const { account, now } of claims) expect(account.due).toBeLessThanOrEqual(now)
      expect(await storage.stats()).toMatchObject({ due: 0, leased: 5 })
    })

    test('what was written while it was 2 seconds ahead is not', async () => {
      const storage = await open()
      await storage.reserve(newAccount('a'))
      await storage.schedule('id-a', HOUR)
      await storage.claim({ owner: 'test', leaseMs: HOUR, limit: 1, accountId: 'id-a' })
      await change('UPDATE accounts SET due = due + 2000, lease = lease + 2000, recorded_at = recorded_at + 2000')
      expect(await storage.claim({ owner: 'test', leaseMs: HOUR, limit: 10 })).toEqual([])
      expect(await storage.claim({ owner: 'test', leaseMs: HOUR, limit: 1, accountId: 'id-a' })).toEqual([])
      expect(await storage.stats()).toMatchObject({ due: 0, leased: 1 })
    })
  })
}
