import { assert } from '../assert.ts'
import { type CheckContext, checksOf } from '../check.ts'
import { claim, DECADES, HOUR, LONG_LEASE, release, reserve, reserveDue } from '../examples.ts'

const { checks, check } = checksOf('stats')
export const statsChecks = checks

const PROBE = 'whoever runs the product sees that accounts wait or fail before the customers do'

check('an empty store counts nothing', PROBE, async ({ storage }) => {
  assert.deepEqual(await storage.stats(), { accounts: {}, due: 0, leased: 0, lateMs: 0 })
})

check('counts accounts by status, tombstones there and nowhere else', PROBE, async ({ storage }) => {
  for (const [name, status] of Object.entries({ a: 'active', b: 'active', c: 'held', d: 'error', e: 'active' } as const)) {
    await storage.schedule((await reserve(storage, name, { status })).id, 0)
  }
  await claim(storage, { id: 'id-e' })
  await storage.purge('id-d')
  await storage.purge('id-e')
  const { lateMs: _, ...counts } = await storage.stats()
  assert.deepEqual(counts, { accounts: { active: 2, held: 1, deleted: 2 }, due: 3, leased: 0 })
})

check('counts as due what is on no lease and whose time has come', PROBE, async (context) => {
  const { storage, clock } = context
  const waits = clock.exact ? [1999, 1, 1000, 6000] : [20, 300, 300, 300]
  const [first, second, third] = clock.exact ? [2000, 3000, 9000] : [150, 450, 750]
  for (const [name, delayMs] of Object.entries({ a: second, b: first, c: third })) {
    await storage.schedule((await reserve(storage, name)).id, delayMs!)
  }
  await reserve(storage, 'never')
  await storage.schedule((await reserve(storage, 'later')).id, DECADES)
  for (const [index, wait] of waits.entries()) {
    await clock.advance(wait)
    // In real time the clock goes on, so that how many are due by now is not known; the last of them is.
    if (clock.exact) assert.equal((await storage.stats()).due, index, `due after ${index} of them have come`)
  }
  assert.equal((await storage.stats()).due, 3)
  await expectLate(context, clock.exact ? 7000 : 900 - 150)
})

check('counts leases that have not ended, and their accounts not as due', PROBE, async (context) => {
  const { storage, clock } = context
  await reserveDue(storage, clock, { a: 0, b: 1 })
  const claimed = await claim(storage, { id: 'id-a' }, clock.exact ? LONG_LEASE : 1000)
  const during = await storage.stats()
  assert.deepEqual([during.leased, during.due], [1, 1], 'leased and due while one is on lease')
  await expectLate(context, clock.exact ? 1000 : 0)
  await clock.advance(clock.exact ? LONG_LEASE : 1100)
  const expired = await storage.stats()
  assert.deepEqual([expired.leased, expired.due], [0, 2], 'leased and due after the lease has ended')
  await expectLate(context, clock.exact ? LONG_LEASE + 2000 : 1100)
  await release(storage, claimed, HOUR)
  const released = await storage.stats()
  assert.deepEqual([released.leased, released.due], [0, 1], 'leased and due after the release')
  await expectLate(context, clock.exact ? LONG_LEASE + 1000 : 1100)
})

check('due is what a claim takes, and nothing is due once it has been taken', PROBE, async ({ storage, clock }) => {
  await reserveDue(storage, clock, { a: 0, b: 2, c: 1 })
  for (const [name, delayMs] of Object.entries({ later: HOUR, muchLater: DECADES })) {
    await storage.schedule((await reserve(storage, name)).id, delayMs)
  }
  await claim(storage, await reserve(storage, 'never'))
  const before = await storage.stats()
  const claims = await storage.claim({ owner: 'kit', leaseMs: LONG_LEASE, limit: 100 })
  assert.deepEqual([before.due, before.leased, claims.length], [3, 1, 3], 'due, leased, and accounts that were claimed')
  const { due, leased, lateMs } = await storage.stats()
  assert.deepEqual({ due, leased, lateMs }, { due: 0, leased: 4, lateMs: 0 })
})

/** Exactly; within a minute where the store goes by a clock of its own. */
async function expectLate({ storage, clock }: CheckContext, milliseconds: number) {
  const { lateMs } = await storage.stats()
  const holds = clock.exact ? lateMs === milliseconds : lateMs >= milliseconds && lateMs < milliseconds + 60_000
  assert.ok(holds, `lateMs is ${lateMs}, and the oldest has waited for ${milliseconds} ms`)
}
