import type { AccountKey } from '@connect-integration/server/storage'
import { assert } from '../assert.ts'
import { checksOf } from '../check.ts'
import { COMPANY, commit, EMPLOYEE, read, records, reserve, reserveAndClaim } from '../examples.ts'

const { checks, check } = checksOf('get')
export const getChecks = checks

const TENANTS = 'one customer never sees the account of another'
const DELETION = 'a webhook for a deleted account is recognised, and does not bring it back'

check('finds by id, by originId and by linkedAccountId', 'webhooks and requests find their account', async ({ storage }) => {
  await reserve(storage, 'other')
  const account = await reserve(storage, 'a')
  const updated = await storage.update(account.id, account.revision, { linkedAccountId: 'merge-a', token: 'sealed' })
  assert.deepEqual(await storage.get({ id: account.id, organizationId: 'org-1' }), updated)
  assert.deepEqual(await storage.get({ originId: account.originId, category: 'hris' }), updated)
  assert.deepEqual(await storage.get({ linkedAccountId: 'merge-a' }), updated)
})

const MISSES: readonly [string, AccountKey][] = [
  ['an unknown id', { id: 'id-b', organizationId: 'org-1' }],
  ['an id of another organization', { id: 'id-a', organizationId: 'org-2' }],
  ['an id with the organization in other letters', { id: 'id-a', organizationId: 'ORG-1' }],
  ['an id in other letters', { id: 'ID-A', organizationId: 'org-1' }],
  ['an id with a space', { id: 'id-a ', organizationId: 'org-1' }],
  ['a prefix of the id', { id: 'id-', organizationId: 'org-1' }],
  ['a pattern', { id: 'id-%', organizationId: 'org-1' }],
  ['an unknown originId', { originId: 'origin-b', category: 'hris' }],
  ['an originId in another category', { originId: 'origin-a', category: 'ats' }],
  ['an originId in other letters', { originId: 'Origin-A', category: 'hris' }],
  ['an unknown linkedAccountId', { linkedAccountId: 'merge-b' }],
  ['a linkedAccountId in other letters', { linkedAccountId: 'MERGE-A' }],
]
for (const [what, key] of MISSES) {
  check(`${what} is a miss: null`, TENANTS, async ({ storage }) => {
    const account = await reserve(storage, 'a')
    await storage.update(account.id, account.revision, { linkedAccountId: 'merge-a' })
    await read(storage, account)
    assert.equal(await storage.get(key), null)
  })
}

for (const linkedAccountId of ['', 'null', 'undefined']) {
  check(`an account without linkedAccountId is not found by "${linkedAccountId}"`, TENANTS, async ({ storage }) => {
    await reserve(storage, 'a')
    assert.equal(await storage.get({ linkedAccountId }), null)
  })
}

check('a cleared linkedAccountId is a miss, a changed one is found', 'webhooks reach the account they are for', async ({ storage }) => {
  const { id } = await reserve(storage, 'a')
  await storage.update(id, 1, { linkedAccountId: 'merge-1' })
  await storage.update(id, 2, { linkedAccountId: 'merge-2' })
  assert.equal(await storage.get({ linkedAccountId: 'merge-1' }), null)
  assert.equal((await storage.get({ linkedAccountId: 'merge-2' }))?.id, id)
  await storage.update(id, 3, { linkedAccountId: null })
  assert.equal(await storage.get({ linkedAccountId: 'merge-2' }), null)
})

check('finds a tombstone by each key, and says that it is one', DELETION, async ({ storage }) => {
  const account = await reserve(storage, 'a')
  await storage.update(account.id, account.revision, { linkedAccountId: 'merge-a' })
  await storage.purge(account.id)
  const { organizationId, originId, category } = account
  for (const key of [{ id: account.id, organizationId }, { originId, category }, { linkedAccountId: 'merge-a' }]) {
    assert.equal((await storage.get(key))?.status, 'deleted', JSON.stringify(key))
  }
})

check('of a tombstone and a living account with one linkedAccountId it is the living one', DELETION, async ({ storage }) => {
  for (const [gone, back] of [
    ['a', 'b'],
    ['d', 'c'],
  ] as const) {
    const linkedAccountId = `merge-${gone}`
    const first = await reserve(storage, gone)
    await storage.update(first.id, first.revision, { linkedAccountId })
    await storage.purge(first.id)
    const second = await reserve(storage, back)
    await storage.update(second.id, second.revision, { linkedAccountId })
    assert.equal((await storage.get({ linkedAccountId }))?.id, second.id)
  }
})

check('reads its own writes', 'a customer never sees a state from before the last click', async ({ storage }) => {
  const account = await reserve(storage, 'a')
  for (let revision = 1; revision <= 20; revision++) {
    await storage.update(account.id, revision, { details: `after ${revision}` })
    const now = await read(storage, account)
    assert.deepEqual([now.details, now.revision], [`after ${revision}`, revision + 1])
  }
})

check('brings all models with checkpoint, newest seq and live records', 'a run goes on where the last one stopped', async ({ storage }) => {
  const claimed = await reserveAndClaim(storage, 'a')
  await commit(storage, claimed, records(3), { checkpoint: 'employees' })
  await commit(storage, claimed, records(2), { model: COMPANY, checkpoint: 'companies' })
  assert.deepEqual((await read(storage, claimed.account)).models, {
    [EMPLOYEE]: { checkpoint: 'employees', seq: 3, records: 3 },
    [COMPANY]: { checkpoint: 'companies', seq: 2, records: 2 },
  })
})

check('what it returns is the caller’s to change', 'no change reaches the store except through it', async ({ storage }) => {
  const claimed = await reserveAndClaim(storage, 'a')
  await commit(storage, claimed, records(1), { checkpoint: 'kept' })
  const before = await read(storage, claimed.account)
  const mine = await storage.get({ id: before.id, organizationId: before.organizationId })
  assert.ok(mine?.models[EMPLOYEE])
  Object.assign(mine, { status: 'error', token: 'mine', due: 7 })
  Object.assign(mine.models[EMPLOYEE], { checkpoint: 'mine', seq: 99 })
  assert.deepEqual(await read(storage, before), before)
})
