import { assert } from '../assert.ts'
import { checksOf } from '../check.ts'
import { bystander, newAccount, race, read, rejectsWithConflict, reserve } from '../examples.ts'

const { checks, check } = checksOf('reserve')
export const reserveChecks = checks

const DOUBLE_CLICK = 'one click, one connection: a double click would leave a second, dead one that the customer sees'
const ORIGIN_ID = 'an origin id names one linked account for ever: used twice, Merge hands one customer the connection of another'
const OWN_DATA = 'the row that the caller asked for, and no other'

check('a miss inserts the row as given, with revision 1, fence 0, dirty 0 and no due', OWN_DATA, async ({ storage }) => {
  const given = newAccount('a', { userId: 'user-1', status: 'held', details: '{"note":"ü"}' })
  const { account, created } = await storage.reserve(given)
  assert.equal(created, true)
  const expected = {
    ...given,
    linkedAccountId: null,
    token: null,
    revision: 1,
    updatedAt: given.createdAt,
    due: null,
    dirty: 0,
    fence: 0,
    models: {},
  }
  assert.deepEqual(account, expected)
  assert.deepEqual(await read(storage, given), expected)
})

check('a hit returns the row of the slot, whatever else the argument says', DOUBLE_CLICK, async ({ storage }) => {
  const first = await reserve(storage, 'a')
  const other = newAccount('b', {
    slot: first.slot!,
    organizationId: 'org-2',
    userId: 'user-9',
    category: 'ats',
    status: 'active',
    details: 'x',
  })
  const { account, created } = await storage.reserve(other)
  assert.equal(created, false, 'created')
  assert.deepEqual(account, first)
  assert.equal(await storage.get({ id: other.id, organizationId: 'org-2' }), null, 'the refused row was stored as well')
})

check('a hit leaves the row untouched', 'a second click must not undo what the first has reached', async ({ storage }) => {
  const first = await reserve(storage, 'a')
  const patch = { status: 'active', token: 'sealed', linkedAccountId: 'merge-1', details: 'kept' } as const
  const updated = await storage.update(first.id, first.revision, patch)
  const { account, created } = await storage.reserve(newAccount('a', { originId: 'origin-of-the-second-click' }))
  assert.equal(created, false)
  assert.deepEqual(account, updated)
  assert.deepEqual(await read(storage, first), updated)
})

check('of 40 callers with one slot exactly one creates, and all get the same row', DOUBLE_CLICK, async ({ storage }) => {
  const answers = await race(40, (caller) => storage.reserve(newAccount(`caller-${caller}`, { slot: 'the-slot' })))
  assert.equal(answers.filter(({ created }) => created).length, 1, 'number of callers that created')
  assert.equal(new Set(answers.map(({ account }) => account.id)).size, 1, 'number of different rows that callers got')
  assert.equal((await storage.list({ limit: 100 })).accounts.length, 1, 'rows in the store')
})

check('whoever loses the race leaves nothing behind', ORIGIN_ID, async ({ storage }) => {
  const answers = await race(20, (caller) => storage.reserve(newAccount(`caller-${caller}`, { slot: 'the-slot' })))
  const winner = answers[0]?.account.originId
  for (let caller = 0; caller < 20; caller++) {
    const originId = `origin-caller-${caller}`
    const found = await storage.get({ originId, category: 'hris' })
    assert.equal(found !== null, originId === winner, `origin id of caller ${caller}`)
  }
})

check('a new slot with a used originId throws STORE_CONFLICT and writes nothing', ORIGIN_ID, async ({ storage }) => {
  const untouched = await bystander(storage)
  const first = await reserve(storage, 'a')
  const again = newAccount('b', { originId: first.originId })
  await rejectsWithConflict(storage.reserve(again), 'a second account with the same originId')
  assert.equal(await storage.get({ id: again.id, organizationId: again.organizationId }), null, 'the refused row was stored')
  assert.deepEqual(await read(storage, first), first)
  await reserve(storage, 'b')
  await untouched()
})

check('originId is unique across organizations and categories', ORIGIN_ID, async ({ storage }) => {
  const { originId } = await reserve(storage, 'a')
  await rejectsWithConflict(storage.reserve(newAccount('b', { originId, category: 'ats' })), 'the same originId in another category')
  await rejectsWithConflict(storage.reserve(newAccount('c', { originId, organizationId: 'org-2' })), 'the same originId elsewhere')
})

check('the originId of a tombstone stays used', ORIGIN_ID, async ({ storage }) => {
  const first = await reserve(storage, 'a')
  await storage.purge(first.id)
  await rejectsWithConflict(storage.reserve(newAccount('b', { originId: first.originId })), 'the originId of a deleted account')
})

check('of 20 callers with one originId and 20 slots exactly one creates', ORIGIN_ID, async ({ storage }) => {
  const results = await race(20, (caller) =>
    storage.reserve(newAccount(`caller-${caller}`, { originId: 'the-origin' })).then(
      () => null,
      (error: unknown) => error,
    ),
  )
  const refused = results.filter((error) => error !== null)
  assert.equal(refused.length, 19, 'callers that were refused')
  for (const error of refused) await rejectsWithConflict(Promise.reject(error), 'the loser')
  assert.equal((await storage.list({ limit: 100 })).accounts.length, 1, 'rows in the store')
})

const NEAR_TWINS: readonly [string, string, string][] = [
  ['case', 'org_Acme', 'org_acme'],
  ['a trailing space', 'acme', 'acme '],
  ['a leading space', 'acme', ' acme'],
  ['an accent', 'resume', 'résumé'],
  ['the composition of an accent', 'caf\u00e9', 'cafe\u0301'],
  ['full width', 'acme', '\uff41cme'],
  ['a sharp s', 'strasse', 'straße'],
  ['a wildcard', 'a_b', 'aXb'],
  ['the last of 200 characters', `${'x'.repeat(199)}1`, `${'x'.repeat(199)}2`],
]
for (const [difference, one, other] of NEAR_TWINS) {
  check(`ids that differ in ${difference} are different`, 'no account answers to the name of another', async ({ storage }) => {
    const first = await reserve(storage, 'a', { id: one, originId: one, slot: one, organizationId: one })
    const second = await reserve(storage, 'b', { id: other, originId: other, slot: other, organizationId: other })
    assert.deepEqual([first.slot, second.slot, first.originId, second.originId, first.id, second.id], [one, other, one, other, one, other])
    assert.equal((await storage.get({ originId: one, category: 'hris' }))?.id, one)
    assert.equal((await storage.get({ id: other, organizationId: other }))?.originId, other)
    assert.equal(await storage.get({ id: one, organizationId: other }), null)
    assert.equal((await storage.list({ organizationId: one, limit: 10 })).accounts.length, 1)
  })
}

const SLOTS: readonly [string, string, string][] = [
  ['owner', '1:org-1:hris', '1:org-2:hris'],
  ['category', '1:org-1:hris', '1:org-1:ats'],
  ['environment', '2:org-1:hris:*:pending', '2:org-1:hris:*:pending:test'],
]
for (const [part, one, other] of SLOTS) {
  check(
    `slots that differ in their ${part} are different slots`,
    'no click continues the attempt of somebody else',
    async ({ storage }) => {
      const first = await reserve(storage, 'a', { slot: one })
      const second = await reserve(storage, 'b', { slot: other })
      assert.deepEqual([first.id, first.slot, second.id, second.slot], ['id-a', one, 'id-b', other])
    },
  )
}

check(
  'reads its own writes: right after a miss comes a hit',
  'a double click continues what the first click began',
  async ({ storage }) => {
    for (let turn = 0; turn < 5; turn++) {
      const slot = `the-slot-${turn}`
      const first = await reserve(storage, `first-${turn}`, { slot })
      const { account, created } = await storage.reserve(newAccount(`second-${turn}`, { slot }))
      assert.deepEqual([account.id, created], [first.id, false])
    }
  },
)

check('a slot that update cleared can be reserved again', 'a customer can connect a second system', async ({ storage }) => {
  const first = await reserve(storage, 'a')
  await storage.update(first.id, first.revision, { slot: null })
  const second = await reserve(storage, 'b', { slot: first.slot! })
  assert.notEqual(second.id, first.id)
})

check('a slot that purge freed can be reserved again', 'a customer can connect again after deleting', async ({ storage }) => {
  const first = await reserve(storage, 'a')
  await storage.purge(first.id)
  const second = await reserve(storage, 'b', { slot: first.slot! })
  assert.notEqual(second.id, first.id)
})

check('any number of accounts may have no slot', 'a customer can keep several connections', async ({ storage }) => {
  for (const name of ['a', 'b', 'c']) {
    const account = await reserve(storage, name)
    assert.notEqual(await storage.update(account.id, account.revision, { slot: null }), 'conflict')
  }
  assert.equal((await storage.list({ limit: 10 })).accounts.length, 3)
})

check('shares nothing with its argument or its answer', 'no change reaches the store except through it', async ({ storage }) => {
  const given = newAccount('a')
  const { account } = await storage.reserve(given)
  const expected = await read(storage, account)
  Object.assign(given, { status: 'error', slot: 'changed' })
  Object.assign(account, { status: 'error', slot: 'changed', due: 1 })
  account.models.changed = { checkpoint: 'changed', seq: 1, records: 1 }
  assert.deepEqual(await read(storage, expected), expected)
})
