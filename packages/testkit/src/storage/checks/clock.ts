import type { Claim, Storage } from '@connect-integration/server/storage'
import { assert } from '../assert.ts'
import { checksThatSetTheClock, type StorageMethod } from '../check.ts'
import { assertFromNow, claim, claimDue, DECADES, HOUR, read, release, reserve, reserveAndClaim, setClock } from '../examples.ts'

const { checks, check } = checksThatSetTheClock()
export const clockChecks = checks

const ONE_CLOCK = 'a worker whose own clock is wrong neither hurries nor delays a sync'
const NOT_STUCK = 'a clock that was wrong and is set right stops no sync until the wrong time comes round'

for (const [direction, years] of [
  ['ahead', 10],
  ['behind', -10],
] as const) {
  const far = years * 365 * 24 * HOUR
  const where = `${Math.abs(years)} years ${direction}`
  check('schedule', `a delay counts from the store’s now, ${where}`, ONE_CLOCK, async ({ storage, clock }) => {
    await setClock(clock, far)
    const account = await reserve(storage, 'a')
    await storage.schedule(account.id, HOUR)
    assertFromNow((await read(storage, account)).due, HOUR, clock, 'due')
    assert.deepEqual(await claimDue(storage), [], 'claimed an hour too early')
    await clock.advance(HOUR)
    assert.deepEqual(await claimDue(storage), [account.id])
  })

  check('update', `the delay of a wake counts from the store’s now, ${where}`, ONE_CLOCK, async ({ storage, clock }) => {
    await setClock(clock, far)
    const account = await reserve(storage, 'a')
    const updated = await storage.update(account.id, 1, { wake: HOUR })
    assert.ok(updated !== 'conflict')
    assertFromNow(updated.due, HOUR, clock, 'due')
  })

  check('commit', `the delay of a release counts from the store’s now, ${where}`, ONE_CLOCK, async ({ storage, clock }) => {
    await setClock(clock, far)
    const claimed = await reserveAndClaim(storage, 'a')
    await release(storage, claimed, HOUR)
    assertFromNow((await read(storage, claimed.account)).due, HOUR, clock, 'due')
  })
}

type Call = (storage: Storage, claimed: Claim) => Promise<unknown>
const isDue: Call = (storage, { account }) => storage.schedule(account.id, 0)
const hasNoDue: Call = async () => undefined

/** What an account is before, and what is written of it two hours later. */
const RECORDED: readonly [StorageMethod, string, Call, Call][] = [
  ['schedule', 'a call', hasNoDue, (storage, { account }) => storage.schedule(account.id, DECADES)],
  ['update', 'a wake', hasNoDue, (storage, { account }) => storage.update(account.id, account.revision, { wake: DECADES })],
  ['claim', 'a claim', isDue, (storage, { account }) => claim(storage, account, 2 * HOUR)],
  ['renew', 'a renewal', isDue, (storage, { account, fence }) => storage.renew(account.id, fence, 2 * HOUR)],
  ['commit', 'a release', hasNoDue, (storage, claimed) => release(storage, claimed, DECADES)],
]
for (const [method, what, prepare, record] of RECORDED) {
  check(method, `the moment of ${what} counts: a clock that is behind it was set back`, NOT_STUCK, async ({ storage, clock }) => {
    const claimed = await reserveAndClaim(storage, 'a')
    await prepare(storage, claimed)
    await clock.advance(2 * HOUR)
    await record(storage, claimed)
    await setClock(clock, -HOUR)
    assert.deepEqual(await claimDue(storage), [claimed.account.id])
  })
}
