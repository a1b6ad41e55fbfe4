import { assert } from '../assert.ts'
import { checksOf } from '../check.ts'
import {
  bystander,
  COMPANY,
  claim,
  claimDue,
  commit,
  HOUR,
  LONG_LEASE,
  mirror,
  newAccount,
  pageOf,
  race,
  read,
  records,
  release,
  reserve,
  reserveAndClaim,
  snapshot,
} from '../examples.ts'

const contract = checksOf('storage')
const migrate = checksOf('migrate')
const close = checksOf('close')

const DURABLE = 'what was reported as done is there after a crash'
const SHARED = 'several processes on one store work like one'

contract.check('names contract 1 and a profile', 'the core refuses an adapter of another contract', async ({ storage }) => {
  assert.equal(storage.contract, 1)
  assert.ok(['atomic', 'ordered'].includes(storage.profile), `profile "${storage.profile}"`)
})

migrate.check('does nothing where it has been done', 'a deploy keeps the data', async ({ storage }) => {
  const untouched = await bystander(storage)
  await storage.migrate()
  await race(5, () => storage.migrate())
  await untouched()
})

close.check('is safe to call twice', 'a shutdown ends cleanly', async ({ storage }) => {
  await reserve(storage, 'a')
  await storage.close()
  await storage.close()
})

migrate.check(
  'of a second process on the same store keeps what is there',
  'a deploy keeps the data',
  async ({ storage, reopen }) => {
    const untouched = await bystander(storage)
    const second = await reopen!()
    await second.migrate()
    await untouched()
  },
  'reopen',
)

contract.check(
  'what one process has written, another one sees at once',
  DURABLE,
  async ({ storage, reopen }) => {
    const claimed = await reserveAndClaim(storage, 'a')
    await commit(storage, claimed, records(5), { checkpoint: 'kept' })
    await storage.update(claimed.account.id, 1, { token: 'sealed', linkedAccountId: 'merge-a', slot: null })
    await storage.schedule(claimed.account.id, HOUR)
    const second = await reopen!()
    assert.deepEqual(await snapshot(second, claimed.account), await snapshot(storage, claimed.account))
    assert.equal((await read(second, claimed.account)).token, 'sealed')
    await commit(second, claimed, records(8), { checkpoint: 'from the second' })
    await second.update(claimed.account.id, 2, { details: 'from the second' })
    assert.deepEqual(await snapshot(storage, claimed.account), await snapshot(second, claimed.account))
    assert.equal(Object.keys(await mirror(storage, claimed.account)).length, 8)
    await second.purge(claimed.account.id)
    assert.equal((await read(storage, claimed.account)).status, 'deleted')
  },
  'reopen',
)

contract.check(
  'what one process has written is there after it has closed',
  DURABLE,
  async ({ storage, reopen }) => {
    const claimed = await reserveAndClaim(storage, 'a')
    await commit(storage, claimed, records(5), { checkpoint: 'kept' })
    const before = await snapshot(storage, claimed.account)
    await storage.close()
    const second = await reopen!()
    await second.migrate()
    assert.deepEqual(await snapshot(second, claimed.account), before)
    assert.equal(await second.renew(claimed.account.id, claimed.fence, LONG_LEASE), true)
  },
  'reopen',
)

contract.check(
  'two processes share one account: reserve, claim, update and commit each have one winner',
  SHARED,
  async ({ storage, reopen }) => {
    const second = await reopen!()
    const both = [storage, second] as const
    const reserved = await race(20, (caller) => both[caller % 2]!.reserve(newAccount(`${caller}`, { slot: 'the-slot' })))
    assert.equal(reserved.filter(({ created }) => created).length, 1, 'callers that created')
    const { account } = reserved[0]!
    const updates = await race(20, (caller) => both[caller % 2]!.update(account.id, 1, { details: `${caller}` }))
    assert.equal(updates.filter((answer) => answer !== 'conflict').length, 1, 'callers that updated')
    await storage.schedule(account.id, 0)
    const claims = await race(20, (caller) => both[caller % 2]!.claim({ owner: `${caller}`, leaseMs: LONG_LEASE, limit: 2 }))
    assert.deepEqual(
      claims.flat().map(({ fence }) => fence),
      [1],
    )
    await race(10, (caller) => both[caller % 2]!.schedule(account.id, HOUR - caller))
    assert.equal((await read(second, account)).dirty, 11)
    await race(10, (caller) => commit(both[caller % 2]!, claims.flat()[0]!, records(3, `${caller}`)))
    assert.equal((await read(second, account)).models['hris.Employee']?.seq, 30)
  },
  'reopen',
)

contract.check(
  'a claim or purge in one process fences the other',
  'a worker that was presumed dead cannot write over its successor',
  async ({ storage, reopen }) => {
    const second = await reopen!()
    const account = await reserve(storage, 'a')
    const first = await claim(storage, account)
    await release(storage, first, 0)
    assert.deepEqual(await claimDue(second), [account.id])
    assert.equal(await storage.commit(pageOf(first, records(2))), 'fenced')
    assert.equal(await storage.renew(account.id, first.fence, LONG_LEASE), false)
    const { fence } = await read(storage, account)
    await commit(second, { ...first, fence }, records(2), { model: COMPANY })
    await second.purge(account.id)
    assert.equal(await storage.commit(pageOf({ ...first, fence }, records(2))), 'fenced')
    assert.deepEqual(await mirror(storage, account, COMPANY), {})
  },
  'reopen',
)

contract.check(
  'the settings that make a commit outlive a power cut are on',
  'a token that was just exchanged is not lost with the power',
  async ({ durability }) => {
    const settings = await durability!()
    assert.ok(settings.length > 0, 'the fixture’s "durability" names no setting')
    for (const { name, value, needed } of settings) assert.deepEqual(value, needed, `${name} is not what durable commits need`)
  },
  'durability',
)

export const lifecycleChecks = [...contract.checks, ...migrate.checks, ...close.checks]
