import { expect, test } from 'vitest'
import { IntegrationError } from '../../src/index.ts'
import type { Storage } from '../../src/storage/port.ts'
import { ACME, ORGANIZATION, setup, type World } from '../support/setup.ts'
import { opens } from '../support/tokens.ts'

/**
 * Every call to the store and to Merge takes a random while on the virtual clock, before and after it takes effect:
 * another seed, another order. What is checked is what must hold in all of them.
 */
function raced(seed: number, originIds: 'one-per-category' | 'many-per-category'): { world: World; pause: () => Promise<void> } {
  let state = seed * 2654435761
  const random = () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0
    return ((state ^ (state >>> 13)) >>> 0) / 4294967296
  }
  const pause = () => world.time.sleep(Math.floor(random() * 400))
  const slow = async <T>(work: () => Promise<T>): Promise<T> => {
    await pause()
    const result = await work()
    await pause()
    return result
  }
  const world: World = setup(
    { originIds },
    {
      sandbox: { employees: 1 },
      network: (_, next) => slow(next),
      wrap: (storage) =>
        new Proxy(storage, {
          get: (target, name: keyof Storage) => {
            const method = target[name]
            if (typeof method !== 'function' || name === 'migrate') return method
            return (...args: unknown[]) => slow(() => (method as (...all: unknown[]) => Promise<unknown>).apply(target, args))
          },
        }),
    },
  )
  return { world, pause }
}

async function settle(world: World): Promise<void> {
  for (let round = 0; round < 4; round++) await world.work(8 * 3_600_000)
}

/** Invariants of reliability: no live row with a dead token, no account at Merge without a live row, nothing revived. */
async function check(world: World): Promise<void> {
  const rows = (
    await world.run(world.storage.list({ limit: 100, status: ['pending', 'active', 'relink_needed', 'deleting', 'error', 'deleted'] }))
  ).accounts
  const atMerge = world.sandbox.accounts().filter(({ status }) => status === 'COMPLETE')
  for (const row of rows) {
    expect(['pending', 'active', 'deleted']).toContain(row.status)
    if (row.status === 'active') expect(await opens(world, row)).toBe(row.linkedAccountId)
    else expect(row.token).toBeNull()
  }
  const live = rows.filter(({ status }) => status === 'active').map(({ originId }) => originId)
  expect(atMerge.map(({ endUserOriginId }) => endUserOriginId).sort()).toEqual(live.sort())
  expect(new Set(rows.map(({ originId }) => originId)).size).toBe(rows.length)
}

const expected = (error: unknown) => {
  if (!IntegrationError.isInstance(error) || !/^(LINK_|BUSY|ALREADY_)/.test(error.code)) throw error
}

for (const strategy of ['one-per-category', 'many-per-category'] as const) {
  test(`${strategy}: two tabs, a deletion and a new click in any order leave nothing behind and nothing broken`, async () => {
    for (let seed = 1; seed <= 60; seed++) {
      const { world, pause } = raced(seed, strategy)
      const tab = async () => {
        await pause()
        const { linkToken } = await world.acme.createLinkToken({ category: 'hris', ...ACME })
        await pause()
        const publicToken = world.complete(linkToken)
        await pause()
        await world.acme.exchangePublicToken(publicToken)
      }
      const remove = async () => {
        for (let wait = 0; wait < seed % 9; wait++) await pause()
        for (const account of await world.acme.list()) await (await world.acme.account(account.id))?.delete()
      }
      await world.run(Promise.all([tab().catch(expected), tab().catch(expected), remove(), tab().catch(expected)]))
      await settle(world)
      await check(world)
    }
  })
}

test('a relink and a deletion in any order end in a deletion', async () => {
  for (let seed = 1; seed <= 60; seed++) {
    const { world, pause } = raced(seed, 'one-per-category')
    const id = await world.connect(ORGANIZATION)
    const account = await world.run(world.acme.account(id))
    const relink = async () => {
      const { linkToken } = (await account?.relink(ACME)) ?? { linkToken: '' }
      await pause()
      await world.acme.exchangePublicToken(world.complete(linkToken))
    }
    const remove = async () => {
      for (let wait = 0; wait < seed % 12; wait++) await pause()
      await account?.delete()
    }
    await world.run(Promise.all([relink().catch(expected), remove()]))
    await settle(world)
    await check(world)
    expect(world.sandbox.accounts()).toEqual([])
    expect(await world.run(world.acme.list())).toEqual([])
  }
})
