import { assert } from '../assert.ts'
import { checksOf } from '../check.ts'
import { claim, release, reserve } from '../examples.ts'

const { checks, check } = checksOf('stats')
export const statsChecks = checks

const PROBE = 'whoever runs the product sees that accounts wait or fail before the customers do'

check('an empty store counts nothing', PROBE, async ({ storage }) => {
  assert.deepEqual(await storage.stats(1000), { accounts: {}, due: 0, oldestDue: null, leased: 0 })
})

check('counts accounts by status, tombstones there and nowhere else', PROBE, async ({ storage }) => {
  for (const [name, status] of Object.entries({ a: 'active', b: 'active', c: 'held', d: 'error', e: 'active' } as const)) {
    await storage.schedule((await reserve(storage, name, { status })).id, 1000)
  }
  await claim(storage, { id: 'id-e' })
  await storage.purge('id-d')
  await storage.purge('id-e')
  const expected = { accounts: { active: 2, held: 1, deleted: 2 }, due: 3, oldestDue: 1000, leased: 0 }
  assert.deepEqual(await storage.stats(5000), expected)
})

check('counts as due what nobody has on lease and whose time has come by the given now', PROBE, async ({ storage }) => {
  for (const [name, due] of Object.entries({ a: 3000, b: 2000, c: 9000 })) await storage.schedule((await reserve(storage, name)).id, due)
  await reserve(storage, 'never')
  const seen = []
  for (const now of [1999, 2000, 3000, 9000]) {
    const { due, oldestDue } = await storage.stats(now)
    seen.push([due, oldestDue])
  }
  assert.deepEqual(seen, [
    [0, null],
    [1, 2000],
    [2, 2000],
    [3, 2000],
  ])
})

check('counts leases that end after the given now, and their accounts not as due', PROBE, async ({ storage, clock }) => {
  for (const name of ['a', 'b']) await storage.schedule((await reserve(storage, name)).id, name === 'a' ? 1000 : 2000)
  const start = clock.now()
  const claimed = await claim(storage, { id: 'id-a' }, 100_000)
  const during = await storage.stats(start + 30_000)
  assert.deepEqual([during.leased, during.due, during.oldestDue], [1, 1, 2000])
  const expired = await storage.stats(start + 300_000)
  assert.deepEqual([expired.leased, expired.due, expired.oldestDue], [0, 2, 1000])
  await release(storage, claimed)
  const released = await storage.stats(start + 30_000)
  assert.deepEqual([released.leased, released.due, released.oldestDue], [0, 1, 2000])
})
