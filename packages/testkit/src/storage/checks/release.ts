import { assert } from '../assert.ts'
import { checksOf } from '../check.ts'
import {
  assertFromNow,
  bystander,
  claim,
  claimDue,
  commit,
  DECADES,
  HOUR,
  pageOf,
  read,
  records,
  reserve,
  reserveAndClaim,
} from '../examples.ts'

const { checks, check } = checksOf('commit')
export const releaseChecks = checks

const WAKE_UP = 'a webhook that arrives while a run is finishing is not forgotten'
const NEXT_LOOK = 'an account is looked at again when the plan says so'

check('release ends the lease and keeps the fence', NEXT_LOOK, async ({ storage, clock }) => {
  const untouched = await bystander(storage)
  const claimed = await reserveAndClaim(storage, 'a')
  await commit(storage, claimed, records(2), { checkpoint: 'done', release: { delayMs: 0, dirtySeen: claimed.dirty } })
  const { due, fence, dirty, models } = await read(storage, claimed.account)
  assertFromNow(due, 0, clock, 'due')
  assert.deepEqual([fence, dirty, models['hris.Employee']?.checkpoint], [1, 0, 'done'])
  assert.equal((await storage.stats()).leased, 0)
  assert.deepEqual(await claimDue(storage), [claimed.account.id])
  await untouched()
})

for (const [what, before, delayMs] of [
  ['a later due replaces the one that was met', 0, DECADES],
  ['a sooner due replaces the one that was met', DECADES, 0],
  ['null: not due at all', 0, null],
] as const) {
  check(`release with nothing new: ${what}`, NEXT_LOOK, async ({ storage, clock }) => {
    const account = await reserve(storage, 'a')
    await storage.schedule(account.id, before)
    const claimed = await claim(storage, account)
    await commit(storage, claimed, [], { release: { delayMs, dirtySeen: claimed.dirty } })
    const row = await read(storage, account)
    if (delayMs === null) assert.equal(row.due, null)
    else assertFromNow(row.due, delayMs, clock, 'due')
    assert.equal(row.dirty, 1)
    assert.deepEqual(await claimDue(storage), delayMs === 0 ? [account.id] : [])
  })
}

for (const delayMs of [DECADES, null]) {
  const named = delayMs === null ? 'null' : 'in some decades'
  check(`release after a wake-up during the run: due is the store’s now, not ${named}`, WAKE_UP, async ({ storage, clock }) => {
    const claimed = await reserveAndClaim(storage, 'a')
    await storage.schedule(claimed.account.id, HOUR)
    await commit(storage, claimed, [], { release: { delayMs, dirtySeen: claimed.dirty } })
    const row = await read(storage, claimed.account)
    assertFromNow(row.due, 0, clock, 'due')
    assert.equal(row.dirty, 1, 'dirty is a count; a release does not take it back')
    assert.deepEqual(await claimDue(storage), [claimed.account.id])
  })
}

check('release after a wake in an update during the run: due now', WAKE_UP, async ({ storage }) => {
  const claimed = await reserveAndClaim(storage, 'a')
  await storage.update(claimed.account.id, claimed.account.revision, { wake: HOUR })
  await commit(storage, claimed, [], { release: { delayMs: null, dirtySeen: claimed.dirty } })
  assert.deepEqual(await claimDue(storage), [claimed.account.id])
})

check('release that has seen the wake-up goes by its own delay', NEXT_LOOK, async ({ storage }) => {
  const claimed = await reserveAndClaim(storage, 'a')
  await storage.schedule(claimed.account.id, 0)
  await commit(storage, claimed, [], { release: { delayMs: null, dirtySeen: claimed.dirty + 1 } })
  assert.equal((await read(storage, claimed.account)).due, null)
  assert.deepEqual(await claimDue(storage), [])
})

check('a wake-up at the same moment as the release is not lost, whichever is first', WAKE_UP, async ({ storage }) => {
  for (let round = 0; round < 10; round++) {
    const claimed = await reserveAndClaim(storage, `${round}`)
    const finish = () => commit(storage, claimed, [], { release: { delayMs: DECADES, dirtySeen: claimed.dirty } })
    const wake = () => storage.schedule(claimed.account.id, 0)
    await Promise.all(round % 2 ? [finish(), wake()] : [wake(), finish()])
    assert.deepEqual(await claimDue(storage), [claimed.account.id], `round ${round}`)
  }
})

check('a fenced release ends nobody’s lease', 'one worker per account', async ({ storage, clock }) => {
  const account = await reserve(storage, 'a')
  await storage.schedule(account.id, 0)
  const first = await claim(storage, account, 100)
  await clock.advance(600)
  const second = await claim(storage, account)
  assert.equal(await storage.commit(pageOf(first, [], { release: { delayMs: HOUR, dirtySeen: first.dirty } })), 'fenced')
  assert.deepEqual(await claimDue(storage), [])
  assert.equal((await read(storage, account)).due, second.account.due)
})
