import { assert } from '../assert.ts'
import { checksOf } from '../check.ts'
import { bystander, claim, claimDue, HOUR, LONG_LEASE, read, reserve, reserveAndClaim } from '../examples.ts'

const { checks, check } = checksOf('renew')
export const renewChecks = checks

const LONG_RUN = 'a long first sync is not taken over half-way by another worker'
const STOP = 'a worker that lost its account stops, instead of working against its successor'

check('extends the lease from now', LONG_RUN, async ({ storage, clock }) => {
  const account = await reserve(storage, 'a')
  await storage.schedule(account.id, 0)
  const { fence } = await claim(storage, account, 1000)
  await clock.advance(600)
  assert.equal(await storage.renew(account.id, fence, 1000), true)
  await clock.advance(600)
  assert.deepEqual(await claimDue(storage), [], 'claimed at the end of the first lease, though it was renewed')
  await clock.advance(1000)
  assert.deepEqual(await claimDue(storage), [account.id])
})

check('counts from now, so that it can shorten a lease too', LONG_RUN, async ({ storage, clock }) => {
  const account = await reserve(storage, 'a')
  await storage.schedule(account.id, 0)
  const { fence } = await claim(storage, account, LONG_LEASE)
  assert.equal(await storage.renew(account.id, fence, 100), true)
  await clock.advance(600)
  assert.deepEqual(await claimDue(storage), [account.id])
})

check('false for a fence that somebody else’s claim has replaced, whose lease stays as it is', STOP, async ({ storage, clock }) => {
  const account = await reserve(storage, 'a')
  await storage.schedule(account.id, 0)
  const first = await claim(storage, account, 100)
  await clock.advance(600)
  const second = await claim(storage, account, 1000)
  assert.equal(await storage.renew(account.id, first.fence, LONG_LEASE), false)
  await clock.advance(1500)
  assert.deepEqual(await claimDue(storage), [account.id], 'the renewal in vain extended the lease of the successor')
  assert.equal(second.fence, first.fence + 1)
})

for (const [what, distance] of [
  ['a lower', -1],
  ['a higher', 1],
] as const) {
  check(`false for ${what} fence than the account’s`, STOP, async ({ storage }) => {
    const { account, fence } = await reserveAndClaim(storage, 'a')
    assert.equal(await storage.renew(account.id, fence + distance, LONG_LEASE), false)
    assert.equal(await storage.renew(account.id, fence, LONG_LEASE), true)
  })
}

check('an expired lease that nobody claimed can be renewed, and is exclusive again', LONG_RUN, async ({ storage, clock }) => {
  const account = await reserve(storage, 'a')
  await storage.schedule(account.id, 0)
  const { fence } = await claim(storage, account, 100)
  await clock.advance(600)
  assert.equal(await storage.renew(account.id, fence, LONG_LEASE), true)
  assert.deepEqual(await claimDue(storage), [])
})

check('false after a purge, with the fence of before and of after', STOP, async ({ storage }) => {
  const { account, fence } = await reserveAndClaim(storage, 'a')
  assert.equal(await storage.renew(account.id, fence, LONG_LEASE), true)
  await storage.purge(account.id)
  const before = await read(storage, account)
  for (const tried of [fence, before.fence]) assert.equal(await storage.renew(account.id, tried, LONG_LEASE), false)
  assert.deepEqual(await read(storage, account), before)
  assert.equal((await storage.stats()).leased, 0)
})

check('false for an unknown account', STOP, async ({ storage }) => {
  assert.equal(await storage.renew('id-nobody', 0, LONG_LEASE), false)
  assert.equal(await storage.renew('id-nobody', 1, LONG_LEASE), false)
})

check('changes nothing but the lease, and of this account only', LONG_RUN, async ({ storage, clock }) => {
  const untouched = await bystander(storage)
  const neighbour = await reserve(storage, 'neighbour')
  await storage.schedule(neighbour.id, 0)
  await claim(storage, neighbour, 100)
  const { account, fence } = await reserveAndClaim(storage, 'a')
  await storage.schedule(account.id, HOUR)
  const before = await read(storage, account)
  assert.equal(await storage.renew(account.id, fence, LONG_LEASE), true)
  assert.deepEqual(await read(storage, account), before)
  await clock.advance(600)
  assert.deepEqual(await claimDue(storage), [neighbour.id], 'the lease of another account was renewed as well')
  await untouched()
})
