import { setImmediate } from 'node:timers/promises'
import type { Claim, Status } from '@connect-integration/server/storage'
import { assert } from '../assert.ts'
import { checksOf } from '../check.ts'
import {
  bystander,
  claim,
  claimDue,
  commit,
  DECADES,
  EMPLOYEE,
  HOUR,
  LONG_LEASE,
  race,
  read,
  records,
  release,
  reserve,
  reserveDue,
  setClock,
} from '../examples.ts'

const { checks, check } = checksOf('claim')
export const claimChecks = checks

const EXCLUSIVE = 'one worker per account: two would walk the same pages and undo each other'
const FENCE = 'a worker that was presumed dead cannot write over its successor'
const SERVED = 'every account is looked at when its time has come, and not before'
const DELETED = 'a deleted connection is never worked on again'

check('a due account: leased, fence raised by one, the row as it is after that', EXCLUSIVE, async ({ storage }) => {
  const untouched = await bystander(storage)
  const account = await reserve(storage, 'a')
  await storage.schedule(account.id, 0)
  await storage.schedule(account.id, HOUR)
  const { due } = await read(storage, account)
  const claims = await storage.claim({ owner: 'worker', leaseMs: LONG_LEASE, limit: 10 })
  const row = { ...structuredClone(account), due, dirty: 2, fence: 1 }
  assert.deepEqual(claims, [{ account: row, fence: 1, dirty: 2, now: claims[0]?.now }])
  assert.deepEqual(await read(storage, account), row)
  await untouched()
})

check('nothing is due: an empty array', SERVED, async ({ storage }) => {
  assert.deepEqual(await claimDue(storage), [])
  await reserve(storage, 'a')
  assert.deepEqual(await claimDue(storage), [], 'an account that has no due was claimed')
})

check('an account is not claimed before its due, and is from then on', SERVED, async ({ storage, clock }) => {
  const account = await reserve(storage, 'a')
  const wait = clock.exact ? 5000 : 1000
  await storage.schedule(account.id, wait)
  assert.deepEqual(await claimDue(storage), [])
  if (clock.exact) {
    await clock.advance(wait - 1)
    assert.deepEqual(await claimDue(storage), [], 'a millisecond too early')
    await clock.advance(1)
  } else await clock.advance(wait + 500)
  assert.deepEqual(await claimDue(storage), [account.id])
})

check('a leased account is given to nobody, not even to the same owner or by accountId', EXCLUSIVE, async ({ storage }) => {
  const account = await reserve(storage, 'a')
  await storage.schedule(account.id, 0)
  const query = { owner: 'worker', leaseMs: LONG_LEASE, limit: 10 }
  assert.equal((await storage.claim(query)).length, 1)
  assert.deepEqual(await storage.claim(query), [])
  assert.deepEqual(await storage.claim({ ...query, owner: 'another' }), [])
  assert.deepEqual(await storage.claim({ ...query, accountId: account.id }), [])
  assert.equal((await read(storage, account)).fence, 1, 'a claim in vain raised the fence')
})

check('an expired lease may be claimed by anybody, with a higher fence', FENCE, async ({ storage, clock }) => {
  const account = await reserve(storage, 'a')
  await storage.schedule(account.id, 0)
  const first = await claim(storage, account, 300)
  if (clock.exact) {
    await clock.advance(299)
    assert.deepEqual(await claimDue(storage), [], 'claimed a millisecond before the lease ended')
    await clock.advance(2)
  } else await clock.advance(800)
  const second = await claim(storage, account)
  assert.deepEqual([first.fence, second.fence], [1, 2])
})

check('an account whose lease has run out waits for its due like any other', SERVED, async ({ storage, clock }) => {
  const never = await reserve(storage, 'never')
  const later = await reserve(storage, 'later')
  await storage.schedule(later.id, DECADES)
  for (const account of [never, later]) await claim(storage, account, 100)
  await clock.advance(600)
  assert.deepEqual(await claimDue(storage), [], 'claimed because a lease had run out, and not because the account was due')
  await storage.schedule(later.id, 0)
  assert.deepEqual(await claimDue(storage), [later.id])
})

check('a claim says the time by the store, which a worker whose clock is wrong counts from', SERVED, async ({ storage, clock }) => {
  const account = await reserve(storage, 'a')
  const { now } = await claim(storage, account)
  assert.ok(Math.abs(now - clock.now()) < (clock.exact ? 1 : 60_000), `the claim says ${now}, the store's clock ${clock.now()}`)
})

check('each claim raises the fence by one, release or not, and it never goes down', FENCE, async ({ storage }) => {
  const account = await reserve(storage, 'a')
  for (let fence = 1; fence <= 5; fence++) {
    const claimed = await claim(storage, account)
    assert.deepEqual([claimed.fence, claimed.account.fence], [fence, fence])
    await release(storage, claimed)
    assert.equal((await read(storage, account)).fence, fence, 'fence after the release')
  }
})

check('oldest due first, as many as the limit', SERVED, async ({ storage, clock }) => {
  await reserveDue(storage, clock, { a: 4, b: 0, c: 3, d: 1, e: 2 })
  assert.deepEqual(await claimDue(storage, 2), ['id-b', 'id-d'])
  assert.deepEqual(await claimDue(storage, 2), ['id-e', 'id-c'])
  assert.deepEqual(await claimDue(storage, 2), ['id-a'])
  assert.deepEqual(await claimDue(storage, 2), [])
})

check(
  'due is compared as a number',
  SERVED,
  async ({ storage, clock }) => {
    // In a night of 2001 the milliseconds since the epoch got a digit more.
    await setClock(clock, 999_999_995_000 - clock.now())
    await reserveDue(storage, clock, { a: 6, b: 3, c: 9, d: 4 })
    assert.deepEqual(await claimDue(storage), ['id-b', 'id-d', 'id-a', 'id-c'])
  },
  'clock',
)

check('whoever waits longest is served first, whatever comes after', SERVED, async ({ storage, clock }) => {
  const served = new Set<string>()
  await reserveDue(storage, clock, { a: 0, b: 1, c: 2, d: 3, e: 4, f: 5 })
  for (let turn = 0; turn < 6; turn++) {
    const [claimed] = await storage.claim({ owner: 'kit', leaseMs: LONG_LEASE, limit: 1 })
    assert.ok(claimed)
    served.add(claimed.account.id)
    await release(storage, claimed, 0)
  }
  assert.equal(served.size, 6, 'accounts that were served in six turns')
})

check('by accountId only that account, due or not', 'a click on "sync now" works at once', async ({ storage }) => {
  const untouched = await bystander(storage)
  const due = await reserve(storage, 'due')
  await storage.schedule(due.id, 0)
  const never = await reserve(storage, 'never')
  const later = await reserve(storage, 'later')
  await storage.schedule(later.id, DECADES)
  const { due: dueLater } = await read(storage, later)
  for (const account of [never, later]) {
    const claims = await storage.claim({ owner: 'kit', leaseMs: LONG_LEASE, limit: 10, accountId: account.id })
    assert.deepEqual(
      claims.map((claimed) => [claimed.account.id, claimed.fence, claimed.account.due]),
      [[account.id, 1, account === later ? dueLater : null]],
    )
  }
  assert.equal((await read(storage, due)).fence, 0)
  await untouched()
})

for (const accountId of ['id-nobody', 'ID-A', 'id-', 'id-%', '']) {
  check(`by the unknown accountId "${accountId}": an empty array`, EXCLUSIVE, async ({ storage }) => {
    await storage.schedule((await reserve(storage, 'a')).id, 0)
    assert.deepEqual(await storage.claim({ owner: 'kit', leaseMs: LONG_LEASE, limit: 10, accountId }), [])
    assert.deepEqual(await claimDue(storage), ['id-a'])
  })
}

check('a tombstone is never claimed, not even by accountId', DELETED, async ({ storage }) => {
  const account = await reserve(storage, 'a')
  await storage.schedule(account.id, 0)
  await storage.purge(account.id)
  const { fence } = await read(storage, account)
  assert.deepEqual(await claimDue(storage), [])
  assert.deepEqual(await storage.claim({ owner: 'kit', leaseMs: LONG_LEASE, limit: 1, accountId: account.id }), [])
  assert.equal((await read(storage, account)).fence, fence)
})

check('any status but a tombstone’s is claimed', SERVED, async ({ storage }) => {
  const statuses: Status[] = ['pending', 'active', 'held', 'relink_needed', 'deleting', 'error']
  for (const status of statuses) await storage.schedule((await reserve(storage, status, { status })).id, 0)
  assert.deepEqual((await claimDue(storage)).sort(), statuses.map((status) => `id-${status}`).sort())
})

for (const [what, query] of [
  ['by due', {}],
  ['by accountId', { accountId: 'id-a' }],
] as const) {
  check(`of 30 callers ${what} exactly one gets the account`, EXCLUSIVE, async ({ storage }) => {
    const account = await reserve(storage, 'a')
    await storage.schedule(account.id, 0)
    const answers = await race(30, (caller) => storage.claim({ owner: `worker-${caller}`, leaseMs: LONG_LEASE, limit: 5, ...query }))
    const winners = answers.flat()
    assert.deepEqual(
      winners.map(({ account: { id }, fence }) => [id, fence]),
      [['id-a', 1]],
    )
    assert.equal((await read(storage, account)).fence, 1)
  })
}

check(
  'of 30 callers that come one after the other, while others are at it, exactly one gets the account',
  EXCLUSIVE,
  async ({ storage }) => {
    const account = await reserve(storage, 'a')
    await storage.schedule(account.id, 0)
    const answers: Promise<Claim[]>[] = []
    for (let caller = 0; caller < 30; caller++) {
      const answer = storage.claim({ owner: `worker-${caller}`, leaseMs: LONG_LEASE, limit: 5 })
      // A failure is told below; until then nobody waits for it, and Node would end the process.
      answer.catch(() => undefined)
      answers.push(answer)
      await setImmediate()
    }
    const winners = (await Promise.all(answers)).flat()
    assert.deepEqual(
      winners.map(({ fence }) => fence),
      [1],
    )
  },
)

check('20 callers share 30 accounts: each goes to one of them', EXCLUSIVE, async ({ storage, clock }) => {
  for (let index = 0; index < 30; index++) await storage.schedule((await reserve(storage, `${index}`)).id, index % 3)
  await clock.advance(20)
  const answers = await race(20, (caller) => storage.claim({ owner: `worker-${caller}`, leaseMs: LONG_LEASE, limit: 3 }))
  const ids = answers.flat().map(({ account }) => account.id)
  assert.equal(new Set(ids).size, ids.length, 'an account was given twice')
  for (const claims of answers) assert.ok(claims.length <= 3, `${claims.length} accounts with limit 3`)
  // Racing callers may skip what another is about to take, so that the rest is left for the next round.
  assert.equal(new Set([...ids, ...(await claimDue(storage))]).size, 30, 'accounts that were claimed in the end')
})

check('brings the newest checkpoint of every model', 'a run goes on where the last one stopped', async ({ storage }) => {
  const account = await reserve(storage, 'a')
  for (let run = 1; run <= 3; run++) {
    const claimed = await claim(storage, account)
    const before = claimed.account.models[EMPLOYEE]
    assert.deepEqual(before && { ...before }, run === 1 ? undefined : { checkpoint: `run ${run - 1}`, seq: 2, records: 2 })
    await commit(storage, claimed, records(2), { checkpoint: `run ${run}` })
    await release(storage, claimed)
  }
})

check('leaves due, dirty and revision alone, so that a crash is made good', SERVED, async ({ storage, clock }) => {
  const account = await reserve(storage, 'a')
  await storage.schedule(account.id, 0)
  const { fence: _, ...before } = await read(storage, account)
  await claim(storage, account, 200)
  const { fence: __, ...after } = await read(storage, account)
  assert.deepEqual(after, before)
  await clock.advance(700)
  assert.deepEqual(await claimDue(storage), [account.id], 'the account of a worker that died was never looked at again')
})
