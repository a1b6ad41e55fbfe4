import { assert } from '../assert.ts'
import { checksOf } from '../check.ts'
import { assertNow, bystander, claim, claimDue, race, read, release, reserve, reserveAndClaim } from '../examples.ts'

const { checks, check } = checksOf('schedule')
export const scheduleChecks = checks

const WAKE_UP = 'no webhook and no click is forgotten: a lost wake-up means stale data until the next look'

/** When clocks in Europe and in New York are put forward and back in 2026. */
const SUMMER_TIME_CHANGES = ['2026-03-08T07:00Z', '2026-03-29T01:00Z', '2026-10-25T01:00Z', '2026-11-01T06:00Z'].map((at) => Date.parse(at))

const CASES: readonly [string, (number | null)[], number][] = [
  ['an account without due', [5000], 5000],
  ['a sooner time', [9000, 5000], 5000],
  ['a later time (it never overwrites a sooner one)', [5000, 9000], 5000],
  ['the same time', [5000, 5000], 5000],
  ['a time of 1970', [5000, 0], 0],
  ['a time of 2100, to the millisecond', [4_102_444_800_123], 4_102_444_800_123],
  ['several', [7000, 3000, 5000, 3001], 3000],
]
for (const [what, times, due] of CASES) {
  check(`with ${what}: due is the soonest, dirty counts each call`, WAKE_UP, async ({ storage }) => {
    const untouched = await bystander(storage)
    const account = await reserve(storage, 'a')
    for (const at of times) await storage.schedule(account.id, at ?? 0)
    assert.deepEqual(await read(storage, account), { ...account, due, dirty: times.length })
    await untouched()
  })
}

check('keeps the time in the hours that summer time skips or repeats', WAKE_UP, async ({ storage }) => {
  for (const change of SUMMER_TIME_CHANGES) {
    for (let halfHour = 4; halfHour >= -4; halfHour--) {
      const account = await reserve(storage, `${change} ${halfHour}`)
      const at = change + halfHour * 1_800_000
      await storage.schedule(account.id, at)
      assert.equal((await read(storage, account)).due, at, `scheduled for ${new Date(at).toISOString()}`)
    }
  }
})

check('twice is one account to claim, not two', 'an account is not worked on twice for two webhooks', async ({ storage }) => {
  const account = await reserve(storage, 'a')
  for (const at of [1000, 2000, 1000]) await storage.schedule(account.id, at)
  assert.deepEqual(await claimDue(storage), [account.id])
  assert.deepEqual(await claimDue(storage), [])
})

check('"now" is the store’s now', WAKE_UP, async ({ storage, clock }) => {
  const account = await reserve(storage, 'a')
  await storage.schedule(account.id, 'now')
  assertNow((await read(storage, account)).due, clock, 'due')
  assert.deepEqual(await claimDue(storage), [account.id])
})

check('"now" brings a later due forward and leaves a sooner one', WAKE_UP, async ({ storage, clock }) => {
  const later = await reserve(storage, 'later')
  await storage.schedule(later.id, clock.now() + 3_600_000)
  await storage.schedule(later.id, 'now')
  assertNow((await read(storage, later)).due, clock, 'due')
  const sooner = await reserve(storage, 'sooner')
  await storage.schedule(sooner.id, 1000)
  await storage.schedule(sooner.id, 'now')
  assert.equal((await read(storage, sooner)).due, 1000)
})

check('50 callers at the same time: the soonest wins, each counts', WAKE_UP, async ({ storage }) => {
  const account = await reserve(storage, 'a')
  await race(50, (caller) => storage.schedule(account.id, 10_000 + ((caller * 37) % 50)))
  const { due, dirty } = await read(storage, account)
  assert.deepEqual({ due, dirty }, { due: 10_000, dirty: 50 })
})

check('an unknown account: nothing happens', 'a late webhook does no harm', async ({ storage }) => {
  const untouched = await bystander(storage)
  await storage.schedule('id-nobody', 'now')
  await untouched()
  assert.equal((await storage.list({ limit: 10 })).accounts.length, 1)
})

check('a tombstone: nothing happens', 'a deleted connection is never looked at again', async ({ storage }) => {
  const account = await reserve(storage, 'a')
  await storage.purge(account.id)
  const before = await read(storage, account)
  assert.equal(before.status, 'deleted')
  await storage.schedule(account.id, 'now')
  await storage.schedule(account.id, 1000)
  assert.deepEqual(await read(storage, account), before)
})

check('during a run it counts, and gives nobody the lease', WAKE_UP, async ({ storage }) => {
  const claimed = await reserveAndClaim(storage, 'a')
  await storage.schedule(claimed.account.id, 'now')
  const { dirty, fence, revision } = await read(storage, claimed.account)
  assert.deepEqual([dirty, fence, revision], [claimed.dirty + 1, claimed.fence, claimed.account.revision])
  assert.deepEqual(await claimDue(storage), [])
})

check('counts go on over claims and releases', WAKE_UP, async ({ storage }) => {
  const account = await reserve(storage, 'a')
  for (let run = 1; run <= 3; run++) {
    await storage.schedule(account.id, 1000)
    const claimed = await claim(storage, account)
    assert.equal(claimed.dirty, run)
    await release(storage, claimed)
  }
})
