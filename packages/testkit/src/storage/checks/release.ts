import { assert } from '../assert.ts'
import { checksOf } from '../check.ts'
import { assertNow, bystander, claim, claimDue, commit, pageOf, read, records, reserve, reserveAndClaim } from '../examples.ts'

const { checks, check } = checksOf('commit')
export const releaseChecks = checks

const WAKE_UP = 'a webhook that arrives while a run is finishing is not forgotten'
const NEXT_LOOK = 'an account is looked at again when the plan says so'

check('release ends the lease and keeps the fence', NEXT_LOOK, async ({ storage }) => {
  const untouched = await bystander(storage)
  const claimed = await reserveAndClaim(storage, 'a')
  await commit(storage, claimed, records(2), { checkpoint: 'done', release: { due: 1000, dirtySeen: claimed.dirty } })
  const { due, fence, dirty, models } = await read(storage, claimed.account)
  assert.deepEqual([due, fence, dirty, models['hris.Employee']?.checkpoint], [1000, 1, 0, 'done'])
  assert.equal((await storage.stats(0)).leased, 0)
  assert.deepEqual(await claimDue(storage), [claimed.account.id])
  await untouched()
})

for (const [what, before, due] of [
  ['a later due replaces the one that was met', 1000, 4_102_444_800_000],
  ['a sooner due replaces the one that was met', 4_102_444_800_000, 1000],
  ['null: not due at all', 1000, null],
] as const) {
  check(`release with nothing new: ${what}`, NEXT_LOOK, async ({ storage }) => {
    const account = await reserve(storage, 'a')
    await storage.schedule(account.id, before)
    const claimed = await claim(storage, account)
    await commit(storage, claimed, [], { release: { due, dirtySeen: claimed.dirty } })
    const row = await read(storage, account)
    assert.deepEqual([row.due, row.dirty], [due, 1])
    assert.deepEqual(await claimDue(storage), due === 1000 ? [account.id] : [])
  })
}

for (const due of [4_102_444_800_000, null]) {
  check(`release after a wake-up during the run: due is the store’s now, not ${due}`, WAKE_UP, async ({ storage, clock }) => {
    const claimed = await reserveAndClaim(storage, 'a')
    await storage.schedule(claimed.account.id, clock.now())
    await commit(storage, claimed, [], { release: { due, dirtySeen: claimed.dirty } })
    const row = await read(storage, claimed.account)
    assertNow(row.due, clock, 'due')
    assert.equal(row.dirty, 1, 'dirty is a count; a release does not take it back')
    assert.deepEqual(await claimDue(storage), [claimed.account.id])
  })
}

check('release after a wake in an update during the run: due now', WAKE_UP, async ({ storage }) => {
  const claimed = await reserveAndClaim(storage, 'a')
  await storage.update(claimed.account.id, claimed.account.revision, { wake: 'now' })
  await commit(storage, claimed, [], { release: { due: null, dirtySeen: claimed.dirty } })
  assert.deepEqual(await claimDue(storage), [claimed.account.id])
})

check('release that has seen the wake-up goes by its own due', NEXT_LOOK, async ({ storage }) => {
  const claimed = await reserveAndClaim(storage, 'a')
  await storage.schedule(claimed.account.id, 1000)
  await commit(storage, claimed, [], { release: { due: null, dirtySeen: claimed.dirty + 1 } })
  assert.equal((await read(storage, claimed.account)).due, null)
  assert.deepEqual(await claimDue(storage), [])
})

check('a wake-up at the same moment as the release is not lost, whichever is first', WAKE_UP, async ({ storage }) => {
  for (let round = 0; round < 10; round++) {
    const claimed = await reserveAndClaim(storage, `${round}`)
    const finish = () => commit(storage, claimed, [], { release: { due: 4_102_444_800_000, dirtySeen: claimed.dirty } })
    const wake = () => storage.schedule(claimed.account.id, 'now')
    await Promise.all(round % 2 ? [finish(), wake()] : [wake(), finish()])
    assert.deepEqual(await claimDue(storage), [claimed.account.id], `round ${round}`)
  }
})

check('a fenced release ends nobody’s lease', 'one worker per account', async ({ storage, clock }) => {
  const account = await reserve(storage, 'a')
  await storage.schedule(account.id, 1000)
  const first = await claim(storage, account, 100)
  await clock.advance(600)
  await claim(storage, account)
  assert.equal(await storage.commit(pageOf(first, [], { release: { due: 0, dirtySeen: 0 } })), 'fenced')
  assert.deepEqual(await claimDue(storage), [])
  assert.equal((await read(storage, account)).due, 1000)
})
