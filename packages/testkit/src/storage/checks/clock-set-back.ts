import type { Storage } from '@connect-integration/server/storage'
import { assert } from '../assert.ts'
import { checksThatSetTheClock, type StorageMethod } from '../check.ts'
import {
  assertFromNow,
  claim,
  claimDue,
  commit,
  DECADES,
  HOUR,
  LONG_LEASE,
  pageOf,
  race,
  read,
  records,
  release,
  reserve,
  reserveAndClaim,
  setClock,
} from '../examples.ts'

const { checks, check } = checksThatSetTheClock()
export const clockSetBackChecks = checks

const NOT_STUCK = 'a clock that was wrong and is set right stops no sync until the wrong time comes round'
const EXCLUSIVE = 'a clock that is corrected by a second or two gives no account to two workers'
const SLACK = 10_000

const WAKE_UPS: readonly [StorageMethod, string, (storage: Storage, id: string) => Promise<unknown>][] = [
  ['schedule', 'a call', (storage, id) => storage.schedule(id, HOUR)],
  ['update', 'a wake', (storage, id) => storage.update(id, 1, { wake: HOUR })],
]

for (const [what, step] of [
  ['six hours', 6 * HOUR],
  ['a year', 365 * 24 * HOUR],
] as const) {
  const after = `after the clock was set back by ${what}`

  check('claim', `${after}, what has a due is claimed at once, and each once`, NOT_STUCK, async ({ storage, clock }) => {
    for (const [name, delayMs] of Object.entries({ now: 0, soon: HOUR, late: DECADES })) {
      await storage.schedule((await reserve(storage, name)).id, delayMs)
    }
    await release(storage, await reserveAndClaim(storage, 'released'), HOUR)
    await reserve(storage, 'never')
    await reserveAndClaim(storage, 'never-but-leased')
    await release(storage, await reserveAndClaim(storage, 'released-for-good'))
    const gone = await reserve(storage, 'gone')
    await storage.schedule(gone.id, 0)
    await storage.purge(gone.id)
    await setClock(clock, -step)
    assert.deepEqual((await claimDue(storage)).sort(), ['id-late', 'id-now', 'id-released', 'id-soon'])
    assert.deepEqual(await claimDue(storage), [])
  })

  check('claim', `${after}, a lease of before has ended, for claims by due and by accountId`, NOT_STUCK, async ({ storage, clock }) => {
    const one = await reserve(storage, 'a')
    await storage.schedule(one.id, 0)
    const [first, other] = [await claim(storage, one), await reserveAndClaim(storage, 'b')]
    await setClock(clock, -step)
    assert.deepEqual(await claimDue(storage), [one.id], 'claimed by due')
    const second = await claim(storage, other.account)
    assert.equal(second.fence, other.fence + 1)
    assert.equal(second.account.due, null, 'the due of an account that had none')
    for (const late of [first, other]) {
      assert.equal(await storage.commit(pageOf(late, records(1))), 'fenced')
      assert.equal(await storage.renew(late.account.id, late.fence, LONG_LEASE), false)
    }
    assert.deepEqual(await claimAny(storage, [one.id, other.account.id]), [], 'the new lease is exclusive')
  })

  check('claim', `${after}, an account whose next worker dies is claimed when that lease ends`, NOT_STUCK, async ({ storage, clock }) => {
    for (const name of ['by-due', 'by-id']) await storage.schedule((await reserve(storage, name)).id, 0)
    await setClock(clock, -step)
    await claim(storage, { id: 'id-by-id' }, 1000)
    assert.deepEqual(await claimDue(storage, 10, 1000), ['id-by-due'])
    await clock.advance(999)
    assert.deepEqual(await claimDue(storage), [])
    await clock.advance(1)
    assert.deepEqual((await claimDue(storage)).sort(), ['id-by-due', 'id-by-id'])
  })

  check('renew', `${after}, it makes the lease exclusive, and leaves the account due when that ends`, NOT_STUCK, async (context) => {
    const { storage, clock } = context
    const account = await reserve(storage, 'a')
    await storage.schedule(account.id, 0)
    const { fence } = await claim(storage, account)
    await setClock(clock, -step)
    assert.equal(await storage.renew(account.id, fence, 1000), true)
    await clock.advance(999)
    assert.deepEqual(await claimAny(storage, [account.id]), [], 'claimed while the renewed lease lasts')
    await clock.advance(1)
    assert.deepEqual(await claimDue(storage), [account.id])
  })

  for (const [method, how, wake] of WAKE_UPS) {
    check(method, `${after}, ${how} leaves the account due at once, and its lease ended`, NOT_STUCK, async ({ storage, clock }) => {
      const account = await reserve(storage, 'a')
      await storage.schedule(account.id, 0)
      await claim(storage, account)
      await setClock(clock, -step)
      await wake(storage, account.id)
      assertFromNow((await read(storage, account)).due, 0, clock, 'due')
      assert.deepEqual(await claimDue(storage), [account.id])
    })
  }

  check('commit', `${after}, a release sets due by the clock as it is now`, NOT_STUCK, async ({ storage, clock }) => {
    const [soon, never] = [await reserveAndClaim(storage, 'a'), await reserveAndClaim(storage, 'b')]
    await setClock(clock, -step)
    await release(storage, soon, HOUR)
    await release(storage, never)
    assertFromNow((await read(storage, soon.account)).due, HOUR, clock, 'due')
    assert.equal((await read(storage, never.account)).due, null)
    assert.deepEqual(await claimDue(storage), [], 'claimed though released by the clock as it is now')
    await clock.advance(HOUR)
    assert.deepEqual(await claimDue(storage), [soon.account.id])
  })

  check('stats', `${after}, due counts what a claim takes, and leased no lease of before`, NOT_STUCK, async ({ storage, clock }) => {
    for (const name of ['leased', 'waiting']) await storage.schedule((await reserve(storage, name)).id, HOUR)
    await claim(storage, { id: 'id-leased' })
    await reserve(storage, 'never')
    await setClock(clock, -step)
    await storage.schedule((await reserve(storage, 'fresh')).id, 0)
    await clock.advance(500)
    const { due, leased, lateMs } = await storage.stats()
    assert.deepEqual({ due, leased, lateMs }, { due: 3, leased: 0, lateMs: 500 })
    assert.equal((await claimDue(storage)).length, 3, 'accounts that a claim takes')
    const after = await storage.stats()
    assert.deepEqual([after.due, after.leased, after.lateMs], [0, 3, 0], 'due, leased and lateMs after the claim')
  })
}

check('update', 'after the clock was set back, an update without wake leaves the account due', NOT_STUCK, async ({ storage, clock }) => {
  const account = await reserve(storage, 'a')
  await storage.schedule(account.id, 0)
  await claim(storage, account)
  await setClock(clock, -6 * HOUR)
  await storage.update(account.id, 1, { details: 'seen' })
  assert.deepEqual(await claimDue(storage), [account.id])
})

check('commit', 'after the clock was set back, a page without release leaves the account due', NOT_STUCK, async ({ storage, clock }) => {
  const account = await reserve(storage, 'a')
  await storage.schedule(account.id, 0)
  const claimed = await claim(storage, account)
  await setClock(clock, -6 * HOUR)
  await commit(storage, claimed, records(2))
  assert.deepEqual(await claimDue(storage), [account.id])
})

check('claim', 'after the clock was set back, whose due has come goes first, and the limit counts all', NOT_STUCK, async (context) => {
  const { storage, clock } = context
  const before = ['a', 'b', 'c', 'd'].map((name) => `id-${name}`)
  for (const name of ['a', 'b', 'c', 'd']) await storage.schedule((await reserve(storage, name)).id, 0)
  await setClock(clock, -6 * HOUR)
  for (const name of ['x', 'y']) {
    await storage.schedule((await reserve(storage, name)).id, 0)
    await clock.advance(1)
  }
  assert.deepEqual(await claimDue(storage, 1), ['id-x'])
  const [first, ...more] = await claimDue(storage, 3)
  assert.deepEqual([first, more.length], ['id-y', 2], 'who is first, and how many come after it within a limit of 3')
  assert.deepEqual([...more, ...(await claimDue(storage))].sort(), before)
})

check('claim', 'after the clock was set back, what waits behind an account that is not due is found', NOT_STUCK, async (context) => {
  const { storage, clock } = context
  for (const name of ['a', 'b']) await storage.schedule((await reserve(storage, name)).id, 0)
  await setClock(clock, -6 * HOUR)
  for (const name of ['x', 'y']) await storage.schedule((await reserve(storage, name)).id, HOUR)
  const claimed = [...(await claimDue(storage, 1)), ...(await claimDue(storage, 1)), ...(await claimDue(storage, 1))]
  assert.deepEqual(claimed.sort(), ['id-a', 'id-b'])
})

check('claim', 'after the clock was set back, 20 callers share 30 accounts: each goes to one of them', EXCLUSIVE, async (context) => {
  const { storage, clock } = context
  for (let index = 0; index < 30; index++) await storage.schedule((await reserve(storage, `${index}`)).id, HOUR)
  await setClock(clock, -6 * HOUR)
  const answers = await race(20, (caller) => storage.claim({ owner: `worker-${caller}`, leaseMs: LONG_LEASE, limit: 3 }))
  const ids = answers.flat().map(({ account }) => account.id)
  assert.equal(new Set(ids).size, ids.length, 'an account was given twice')
  for (const claims of answers) assert.ok(claims.length <= 3, `${claims.length} accounts with limit 3`)
  assert.equal(new Set([...ids, ...(await claimDue(storage))]).size, 30, 'accounts that were claimed in the end')
})

for (const [what, step] of [
  ['2 seconds', 2000],
  ['exactly 10 seconds', SLACK],
] as const) {
  check('claim', `a clock that was set back by ${what} ends no lease and makes nothing due`, EXCLUSIVE, async ({ storage, clock }) => {
    const waiting = await reserve(storage, 'waiting')
    await storage.schedule(waiting.id, HOUR)
    const account = await reserve(storage, 'a')
    await storage.schedule(account.id, 0)
    await claim(storage, account, LONG_LEASE)
    await setClock(clock, -step)
    assert.deepEqual(await claimAny(storage, [account.id]), [], 'a lease that had not ended was given away')
    const { due, leased } = await storage.stats()
    assert.deepEqual({ due, leased }, { due: 0, leased: 1 })
    await clock.advance(LONG_LEASE + step - 1)
    assert.deepEqual(await claimDue(storage), [])
    await clock.advance(1)
    assert.deepEqual(await claimDue(storage), [account.id])
  })
}

check('claim', 'a clock that was set back by a millisecond more than 10 seconds was set back', NOT_STUCK, async ({ storage, clock }) => {
  const account = await reserve(storage, 'a')
  await storage.schedule(account.id, 0)
  await claim(storage, account)
  await setClock(clock, -(SLACK + 1))
  assert.deepEqual(await claimDue(storage), [account.id])
})

check(
  'claim',
  'a clock that is set forward brings what is due by then, and ends the leases that end by then',
  EXCLUSIVE,
  async (context) => {
    const { storage, clock } = context
    for (const [name, delayMs] of Object.entries({ 'in-5': 5 * HOUR, 'in-7': 7 * HOUR, 'short-lease': 0, 'long-lease': 0 })) {
      await storage.schedule((await reserve(storage, name)).id, delayMs)
    }
    await claim(storage, { id: 'id-short-lease' }, HOUR)
    await claim(storage, { id: 'id-long-lease' }, 7 * HOUR)
    await setClock(clock, 6 * HOUR)
    const { due, leased } = await storage.stats()
    assert.deepEqual({ due, leased }, { due: 2, leased: 1 })
    assert.deepEqual(await claimDue(storage), ['id-short-lease', 'id-in-5'])
    assert.deepEqual(await claimAny(storage, ['id-short-lease', 'id-long-lease']), [])
  },
)

check(
  'claim',
  'of a clock that was ahead and is set right, only what was written meanwhile is due',
  NOT_STUCK,
  async ({ storage, clock }) => {
    for (const name of ['before', 'woken']) await storage.schedule((await reserve(storage, name)).id, HOUR)
    await setClock(clock, 365 * 24 * HOUR)
    await storage.schedule('id-woken', HOUR)
    await storage.schedule((await reserve(storage, 'meanwhile')).id, HOUR)
    await setClock(clock, -365 * 24 * HOUR)
    assert.deepEqual((await claimDue(storage, 100, 2 * HOUR)).sort(), ['id-meanwhile', 'id-woken'])
    await clock.advance(HOUR)
    assert.deepEqual(await claimDue(storage), ['id-before'])
  },
)

/** What is claimed by due, or of these by their ids. */
async function claimAny(storage: Storage, ids: readonly string[]): Promise<string[]> {
  const claimed = await claimDue(storage)
  for (const accountId of ids) {
    const claims = await storage.claim({ owner: 'another', leaseMs: LONG_LEASE, limit: 1, accountId })
    claimed.push(...claims.map(({ account }) => account.id))
  }
  return claimed
}
