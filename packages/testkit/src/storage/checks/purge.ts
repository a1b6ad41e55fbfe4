import { assert } from '../assert.ts'
import { checksOf } from '../check.ts'
import {
  bystander,
  COMPANY,
  claim,
  claimDue,
  commit,
  EMPLOYEE,
  feed,
  LONG_LEASE,
  newAccount,
  pageOf,
  race,
  read,
  record,
  records,
  rejectsWithConflict,
  release,
  reserve,
  reserveAndClaim,
  snapshot,
  sweep,
} from '../examples.ts'

const { checks, check } = checksOf('purge')
export const purgeChecks = checks

const FORGOTTEN = 'when a customer deletes the connection, their people’s data is gone'
const DEAD = 'a deleted connection stays deleted'
const NEIGHBOURS = 'nobody else’s data is deleted'

check('leaves a tombstone of exactly this shape', DEAD, async ({ storage }) => {
  const untouched = await bystander(storage)
  const account = await reserve(storage, 'a', { userId: 'user-1', details: 'x' })
  await storage.update(account.id, 1, { linkedAccountId: 'merge-a', token: 'sealed', status: 'active', wake: 0 })
  await claim(storage, account)
  const before = await read(storage, account)
  await storage.purge(account.id)
  assert.deepEqual(await read(storage, account), {
    ...before,
    status: 'deleted',
    slot: null,
    token: null,
    details: null,
    due: null,
    fence: before.fence + 1,
    revision: before.revision + 1,
    models: {},
  })
  await untouched()
})

check('deletes records and checkpoints of every model', FORGOTTEN, async ({ storage }) => {
  const { account, ...claimed } = await reserveAndClaim(storage, 'a')
  const models = [EMPLOYEE, COMPANY, 'hris.TimeOff']
  for (const model of models) {
    await commit(storage, { account, ...claimed }, [...records(3), record('gone', { deleted: true })], {
      model,
      checkpoint: 'x',
      sweep: { number: 1 },
    })
    assert.equal((await feed(storage, account, model)).length, 4)
  }
  assert.equal(Object.keys((await read(storage, account)).models).length, 3)
  await storage.purge(account.id)
  for (const model of models) assert.deepEqual(await feed(storage, account, model), [], model)
  assert.deepEqual((await read(storage, account)).models, {})
})

check('fences whoever held the lease', DEAD, async ({ storage }) => {
  const claimed = await reserveAndClaim(storage, 'a')
  await commit(storage, claimed, records(1))
  await storage.purge(claimed.account.id)
  assert.equal(await storage.commit(pageOf(claimed, records(2))), 'fenced')
  assert.equal(await storage.renew(claimed.account.id, claimed.fence, LONG_LEASE), false)
  assert.equal((await storage.stats()).leased, 0)
})

check('an unknown account: nothing happens', NEIGHBOURS, async ({ storage }) => {
  const untouched = await bystander(storage)
  await storage.purge('id-nobody')
  await untouched()
  assert.equal((await storage.list({ limit: 10 })).accounts.length, 1)
})

check('a second purge does nothing', DEAD, async ({ storage }) => {
  const account = await reserve(storage, 'a')
  await storage.purge(account.id)
  const before = await read(storage, account)
  assert.equal(before.status, 'deleted')
  await storage.purge(account.id)
  assert.deepEqual(await read(storage, account), before)
})

check('ten purges at the same time are one', DEAD, async ({ storage }) => {
  const claimed = await reserveAndClaim(storage, 'a')
  await commit(storage, claimed, records(5))
  await race(10, () => storage.purge(claimed.account.id))
  const { fence, revision } = await read(storage, claimed.account)
  assert.deepEqual([fence, revision], [claimed.fence + 1, claimed.account.revision + 1])
})

const NEIGHBOUR_IDS: readonly [string, string, string[]][] = [
  ['a prefix', 'acme', ['acme-2', 'acme2', 'acm', 'acme:1', 'acme/1']],
  ['a suffix', 'acme', ['my-acme', '2acme']],
  ['case and spaces', 'acme', ['ACME', 'acme ', ' acme']],
  ['an underscore', 'a_b', ['aXb', 'a-b', 'a__b']],
  ['a percent sign', 'a%', ['ab', 'a', 'a%b']],
  ['only a percent sign', '%', ['a', '%%', '_']],
  ['brackets and stars', 'a*', ['a', 'ab', '[a*]', 'a?']],
]
for (const [what, id, neighbours] of NEIGHBOUR_IDS) {
  check(`leaves neighbours alone whose ids share ${what}`, NEIGHBOURS, async ({ storage }) => {
    const before = []
    for (const [index, neighbour] of neighbours.entries()) {
      const claimed = await reserveAndClaim(storage, `${index}`, { id: neighbour })
      await commit(storage, claimed, records(2), { checkpoint: 'kept' })
      before.push(await snapshot(storage, claimed.account))
    }
    const victim = await reserveAndClaim(storage, 'victim', { id })
    await commit(storage, victim, records(2), { checkpoint: 'goes' })
    assert.equal((await feed(storage, victim.account)).length, 2)
    await storage.purge(id)
    assert.deepEqual(await feed(storage, victim.account), [])
    for (const snapshotBefore of before) assert.deepEqual(await snapshot(storage, snapshotBefore.row), snapshotBefore)
  })
}

check('nothing revives a tombstone', DEAD, async ({ storage }) => {
  const claimed = await reserveAndClaim(storage, 'a')
  const { account } = claimed
  await commit(storage, claimed, records(1))
  await storage.purge(account.id)
  const before = await read(storage, account)
  await storage.schedule(account.id, 0)
  assert.equal(await storage.update(account.id, before.revision, { status: 'active', token: 'x', slot: 's', wake: 0 }), 'conflict')
  assert.deepEqual(await claimDue(storage), [])
  assert.deepEqual(await storage.claim({ owner: 'kit', leaseMs: LONG_LEASE, limit: 1, accountId: account.id }), [])
  await rejectsWithConflict(storage.reserve(newAccount('b', { originId: account.originId })), 'reserve with its originId')
  await rejectsWithConflict(storage.reserve(newAccount('c', { id: account.id })), 'reserve with its id')
  assert.deepEqual(await read(storage, account), before)
})

check('the records of an account that comes after it are new, from seq 1', FORGOTTEN, async ({ storage }) => {
  const first = await reserveAndClaim(storage, 'a')
  await commit(storage, first, records(5), { checkpoint: 'old' })
  await storage.purge(first.account.id)
  const second = await reserveAndClaim(storage, 'b', { slot: 'slot-a' })
  assert.deepEqual(second.account.models, {})
  assert.deepEqual(await commit(storage, second, records(2)), { changed: 2, deleted: 0, seq: 2 })
  assert.deepEqual(await feed(storage, first.account), [])
})

check('marks of sweeps are forgotten with the account', FORGOTTEN, async ({ storage }) => {
  const first = await reserveAndClaim(storage, 'a')
  await sweep(storage, first, 1, records(2))
  await storage.purge(first.account.id)
  const second = await reserveAndClaim(storage, 'b')
  await commit(storage, second, records(2))
  assert.equal((await sweep(storage, second, 1, [])).changed, 0)
  assert.equal((await sweep(storage, second, 2, [])).changed, 2, 'taken for seen, because the deleted account had seen them')
})

check('releases nothing that belongs to another account', NEIGHBOURS, async ({ storage }) => {
  const neighbour = await reserve(storage, 'neighbour')
  await storage.schedule(neighbour.id, 0)
  const held = await claim(storage, neighbour)
  await storage.purge((await reserve(storage, 'a')).id)
  assert.deepEqual(await claimDue(storage), [])
  await release(storage, held, 0)
  assert.deepEqual(await claimDue(storage), [neighbour.id])
})
