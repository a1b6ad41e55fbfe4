import { assert } from '../assert.ts'
import { checksOf } from '../check.ts'
import { assertFromNow, bystander, claim, claimDue, DECADES, HOUR, race, read, release, reserve, reserveAndClaim } from '../examples.ts'

const { checks, check } = checksOf('schedule')
export const scheduleChecks = checks

const WAKE_UP = 'no webhook and no click is forgotten: a lost wake-up means stale data until the next look'

/** When clocks in Europe and in New York are put forward and back in 2096: later than any run of the kit. */
const SUMMER_TIME_CHANGES = ['2096-03-11T07:00Z', '2096-03-25T01:00Z', '2096-10-28T01:00Z', '2096-11-04T06:00Z'].map((at) => Date.parse(at))

/** Delays in milliseconds, and which of them counts. */
const CASES: readonly [string, number[], number][] = [
  ['an account without due', [5 * HOUR], 5 * HOUR],
  ['a sooner time', [9 * HOUR, 5 * HOUR], 5 * HOUR],
  ['a later time (it never overwrites a sooner one)', [5 * HOUR, 9 * HOUR], 5 * HOUR],
  ['the same time', [5 * HOUR, 5 * HOUR], 5 * HOUR],
  ['a time in some decades, to the millisecond', [DECADES + 123], DECADES + 123],
  ['several', [7 * HOUR, 3 * HOUR, 5 * HOUR, 3 * HOUR + 1], 3 * HOUR],
]
for (const [what, delays, delayMs] of CASES) {
  check(`with ${what}: due is the soonest, dirty counts each call`, WAKE_UP, async ({ storage, clock }) => {
    const untouched = await bystander(storage)
    const account = await reserve(storage, 'a')
    for (const delay of delays) await storage.schedule(account.id, delay)
    const row = await read(storage, account)
    assertFromNow(row.due, delayMs, clock, 'due')
    assert.deepEqual(row, { ...account, due: row.due, dirty: delays.length })
    await untouched()
  })
}

check('keeps the time in the hours that summer time skips or repeats', WAKE_UP, async ({ storage, clock }) => {
  for (const change of SUMMER_TIME_CHANGES) {
    for (let halfHour = 4; halfHour >= -4; halfHour--) {
      const account = await reserve(storage, `${change} ${halfHour}`)
      const delayMs = change + halfHour * 1_800_000 - clock.now()
      await storage.schedule(account.id, delayMs)
      assertFromNow((await read(storage, account)).due, delayMs, clock, `due at ${new Date(change + halfHour * 1_800_000).toISOString()}`)
    }
  }
})

check('twice is one account to claim, not two', 'an account is not worked on twice for two webhooks', async ({ storage }) => {
  const account = await reserve(storage, 'a')
  for (const delayMs of [0, HOUR, 0]) await storage.schedule(account.id, delayMs)
  assert.deepEqual(await claimDue(storage), [account.id])
  assert.deepEqual(await claimDue(storage), [])
})

check('0 is the store’s now', WAKE_UP, async ({ storage, clock }) => {
  const account = await reserve(storage, 'a')
  await storage.schedule(account.id, 0)
  assertFromNow((await read(storage, account)).due, 0, clock, 'due')
  assert.deepEqual(await claimDue(storage), [account.id])
})

check('0 brings a later due forward and leaves a sooner one', WAKE_UP, async ({ storage, clock }) => {
  const later = await reserve(storage, 'later')
  await storage.schedule(later.id, HOUR)
  await storage.schedule(later.id, 0)
  assertFromNow((await read(storage, later)).due, 0, clock, 'due')
  const sooner = await reserve(storage, 'sooner')
  await storage.schedule(sooner.id, 0)
  const { due } = await read(storage, sooner)
  await clock.advance(20)
  await storage.schedule(sooner.id, 0)
  assert.equal((await read(storage, sooner)).due, due)
})

check('50 callers at the same time: the soonest wins, each counts', WAKE_UP, async ({ storage, clock }) => {
  const account = await reserve(storage, 'a')
  await race(50, (caller) => storage.schedule(account.id, HOUR * (1 + ((caller * 37) % 50))))
  const { due, dirty } = await read(storage, account)
  assertFromNow(due, HOUR, clock, 'due')
  assert.equal(dirty, 50)
})

check('an unknown account: nothing happens', 'a late webhook does no harm', async ({ storage }) => {
  const untouched = await bystander(storage)
  await storage.schedule('id-nobody', 0)
  await untouched()
  assert.equal((await storage.list({ limit: 10 })).accounts.length, 1)
})

check('a tombstone: nothing happens', 'a deleted connection is never looked at again', async ({ storage }) => {
  const account = await reserve(storage, 'a')
  await storage.purge(account.id)
  const before = await read(storage, account)
  assert.equal(before.status, 'deleted')
  await storage.schedule(account.id, 0)
  await storage.schedule(account.id, HOUR)
  assert.deepEqual(await read(storage, account), before)
})

check('during a run it counts, and gives nobody the lease', WAKE_UP, async ({ storage }) => {
  const claimed = await reserveAndClaim(storage, 'a')
  await storage.schedule(claimed.account.id, 0)
  const { dirty, fence, revision } = await read(storage, claimed.account)
  assert.deepEqual([dirty, fence, revision], [claimed.dirty + 1, claimed.fence, claimed.account.revision])
  assert.deepEqual(await claimDue(storage), [])
})

check('counts go on over claims and releases', WAKE_UP, async ({ storage }) => {
  const account = await reserve(storage, 'a')
  for (let run = 1; run <= 3; run++) {
    await storage.schedule(account.id, 0)
    const claimed = await claim(storage, account)
    assert.equal(claimed.dirty, run)
    await release(storage, claimed)
  }
})
