import type { AccountPatch, Claim, Storage } from '@connect-integration/server/storage'
import { assert } from '../assert.ts'
import { checksOf } from '../check.ts'
import {
  assertFromNow,
  bystander,
  claimDue,
  commit,
  EMPLOYEE,
  HOUR,
  LONG_LEASE,
  newAccount,
  race,
  read,
  records,
  reserve,
  reserveAndClaim,
  snapshot,
} from '../examples.ts'

const { checks, check } = checksOf('update')
export const updateChecks = checks

const LOST_UPDATE = 'a just-exchanged token is never overwritten by somebody who read the row before'
const PATCH = 'a patch changes what it names: a status change must not wipe the token'

const FULL = {
  slot: 's',
  linkedAccountId: 'merge-a',
  status: 'active',
  token: 'sealed',
  details: 'notes',
  updatedAt: 1_783_000_000_000,
} as const

check('a hit applies the patch, raises the revision by one and returns the row', PATCH, async ({ storage }) => {
  const untouched = await bystander(storage)
  const account = await reserve(storage, 'a')
  const updated = await storage.update(account.id, 1, FULL)
  const expected = { ...structuredClone(account), ...FULL, revision: 2 }
  assert.deepEqual(updated, expected)
  assert.deepEqual(await read(storage, account), expected)
  await untouched()
})

for (const field of Object.keys(FULL) as (keyof typeof FULL)[]) {
  check(`undefined leaves ${field}, and so does a patch without it`, PATCH, async ({ storage }) => {
    const { id } = await reserve(storage, 'a')
    await storage.update(id, 1, FULL)
    const other: AccountPatch = field === 'details' ? { token: 'other' } : { details: 'other' }
    const explicit = await storage.update(id, 2, { ...other, [field]: undefined })
    const absent = await storage.update(id, 3, {})
    assert.ok(explicit !== 'conflict' && absent !== 'conflict')
    assert.deepEqual([explicit[field], absent[field]], [FULL[field], FULL[field]])
    assert.equal(absent.revision, 4, 'an empty patch raises the revision like any other')
  })
}

for (const field of ['slot', 'linkedAccountId', 'token', 'details'] as const) {
  check(`null clears ${field} and nothing else`, PATCH, async ({ storage }) => {
    const untouched = await bystander(storage)
    const account = await reserve(storage, 'a')
    await storage.update(account.id, 1, FULL)
    const before = await read(storage, account)
    await storage.update(account.id, 2, { [field]: null })
    assert.deepEqual(await read(storage, account), { ...before, [field]: null, revision: 3 })
    await untouched()
  })
}

for (const [what, revision] of [
  ['an older', 1],
  ['a later', 3],
  ['revision 0 instead of the', 0],
] as const) {
  check(`${what} revision is a conflict, and nothing is written`, LOST_UPDATE, async ({ storage }) => {
    const account = await reserve(storage, 'a')
    await storage.update(account.id, 1, { details: 'first' })
    const before = await snapshot(storage, account)
    assert.equal(await storage.update(account.id, revision, { ...FULL, wake: 0 }), 'conflict')
    assert.deepEqual(await snapshot(storage, account), before)
  })
}

check('an unknown id is a conflict, and creates nothing', LOST_UPDATE, async ({ storage }) => {
  const untouched = await bystander(storage)
  assert.equal(await storage.update('id-nobody', 1, FULL), 'conflict')
  await untouched()
  assert.equal((await storage.list({ limit: 10 })).accounts.length, 1)
})

check('a tombstone is a conflict, at its own revision too', 'a deleted connection stays deleted', async ({ storage }) => {
  const account = await reserve(storage, 'a')
  await storage.purge(account.id)
  const before = await read(storage, account)
  assert.equal(before.status, 'deleted')
  for (const revision of [before.revision - 1, before.revision]) {
    assert.equal(await storage.update(account.id, revision, { status: 'active', token: 'sealed', wake: 0 }), 'conflict')
  }
  assert.deepEqual(await read(storage, account), before)
})

check('of 20 callers with one revision one wins, and the row is the winner’s', LOST_UPDATE, async ({ storage }) => {
  const account = await reserve(storage, 'a')
  const answers = await race(20, (caller) => storage.update(account.id, 1, { details: `caller ${caller}`, token: `token ${caller}` }))
  const winners = answers.filter((answer) => answer !== 'conflict')
  assert.equal(winners.length, 1, 'callers that won')
  assert.deepEqual(await read(storage, account), winners[0])
  assert.equal(winners[0]?.revision, 2)
})

check('ten writers that read, add and retry lose no addition', LOST_UPDATE, async ({ storage }) => {
  const account = await reserve(storage, 'a', { details: '' })
  await race(10, async (writer) => {
    for (let attempt = 0; attempt < 1000; attempt++) {
      const { revision, details } = await read(storage, account)
      if ((await storage.update(account.id, revision, { details: `${details}${writer}` })) !== 'conflict') return
    }
    assert.fail(`writer ${writer} met a conflict a thousand times`)
  })
  const { details, revision } = await read(storage, account)
  assert.equal([...(details ?? '')].sort().join(''), '0123456789')
  assert.equal(revision, 11)
})

/** In hours from the store's now. */
const WAKES: readonly [string, number | null, number, number][] = [
  ['sets the due of an account that has none', null, 5, 5],
  ['brings a later due forward', 9, 5, 5],
  ['leaves a sooner due', 3, 5, 3],
]
for (const [what, due, wake, expected] of WAKES) {
  check(`wake ${what} and counts, in the same write`, 'a relinked account is looked at at once', async ({ storage, clock }) => {
    const account = await reserve(storage, 'a')
    if (due !== null) await storage.schedule(account.id, due * HOUR)
    const { dirty } = await read(storage, account)
    const updated = await storage.update(account.id, 1, { details: 'woken', wake: wake * HOUR })
    assert.ok(updated !== 'conflict')
    assertFromNow(updated.due, expected * HOUR, clock, 'due')
    assert.deepEqual([updated.dirty, updated.details, updated.revision], [dirty + 1, 'woken', 2])
    assert.deepEqual(await read(storage, account), updated)
  })
}

check('wake 0 is the store’s now', 'a relinked account is looked at at once', async ({ storage, clock }) => {
  const { id } = await reserve(storage, 'a')
  const updated = await storage.update(id, 1, { wake: 0 })
  assert.ok(updated !== 'conflict')
  assertFromNow(updated.due, 0, clock, 'due')
  assert.deepEqual(await claimDue(storage), [id])
})

check('leaves fence, due, dirty, lease and models alone', 'an update during a run does not disturb the run', async ({ storage, clock }) => {
  const claimed = await reserveAndClaim(storage, 'a')
  await commit(storage, claimed, records(2), { checkpoint: 'kept' })
  await storage.schedule(claimed.account.id, 0)
  await clock.advance(20)
  const before = await read(storage, claimed.account)
  await storage.update(before.id, before.revision, { status: 'active' })
  assert.deepEqual(await read(storage, before), { ...before, status: 'active', revision: before.revision + 1 })
  assert.deepEqual(await claimDue(storage), [], 'the lease was lost')
  await commit(storage, claimed, records(3))
})

check(
  'racing with schedule, claim and commit it loses nothing of theirs',
  'a wake-up is not lost to a status change',
  async ({ storage }) => {
    const account = await reserve(storage, 'a')
    let { revision } = account
    for (let turn = 1; turn <= 10; turn++) {
      const [updated, , claimed] = await Promise.all([
        storage.update(account.id, revision, { details: `turn ${turn}` }),
        storage.schedule(account.id, 0),
        claimSoon(storage, account).then(async (claimed) => {
          await commit(storage, claimed, records(1, `record-${turn}`), { release: { delayMs: null, dirtySeen: claimed.dirty } })
          return claimed
        }),
      ])
      assert.ok(updated !== 'conflict', 'schedule, claim or commit raised the revision')
      revision = updated.revision
      const { details, dirty, fence, models } = await read(storage, account)
      const found = { details, dirty, fence, records: models[EMPLOYEE]?.records }
      assert.deepEqual(found, { details: `turn ${turn}`, dirty: turn, fence: claimed.fence, records: turn })
    }
  },
)

check('changes only what a patch may change', 'an account never moves to another customer', async ({ storage }) => {
  const account = await reserve(storage, 'a')
  const before = await read(storage, account)
  const stray = {
    id: 'id-b',
    organizationId: 'org-2',
    userId: 'user-2',
    category: 'ats',
    originId: 'o',
    createdAt: 1,
    fence: 9,
    due: 9,
    dirty: 9,
  }
  await storage.update(account.id, 1, { ...stray, models: { [EMPLOYEE]: {} }, revision: 40, details: 'new' } as AccountPatch)
  assert.deepEqual(await read(storage, account), { ...before, details: 'new', revision: 2 })
})

check(
  'a slot that another account holds is refused, and nothing is written',
  'of two attempts only one continues a click',
  async ({ storage }) => {
    const holder = await reserve(storage, 'holder')
    const account = await reserve(storage, 'a')
    const before = await read(storage, account)
    const answer = await storage.update(account.id, 1, { slot: holder.slot, details: 'x' }).catch(() => 'refused')
    assert.ok(answer === 'refused' || answer === 'conflict', 'two accounts hold one slot')
    assert.deepEqual(await read(storage, account), before)
    assert.equal((await storage.reserve(newAccount('c', { slot: holder.slot! }))).account.id, holder.id)
  },
)

check('keeps token and details of any length, as given', 'a token that is cut or changed cannot be opened again', async ({ storage }) => {
  const { id } = await reserve(storage, 'a')
  const text = { token: `${'Aa+/='.repeat(2000)} `, details: `{"a":"${'é😀\\u0000\u2028 '.repeat(20_000)}"}\n` }
  const updated = await storage.update(id, 1, text)
  assert.ok(updated !== 'conflict' && updated.token === text.token && updated.details === text.details, 'the text was changed')
  const stored = await storage.get({ id, organizationId: 'org-1' })
  assert.ok(stored?.token === text.token && stored.details === text.details, 'the stored text was changed')
})

/** A claim may pass over a row that somebody else is writing at the moment. */
async function claimSoon(storage: Storage, { id }: { id: string }): Promise<Claim> {
  for (let attempt = 0; attempt < 1000; attempt++) {
    const [claimed] = await storage.claim({ owner: 'kit', leaseMs: LONG_LEASE, limit: 1, accountId: id })
    if (claimed) return claimed
  }
  return assert.fail(`a thousand claims by accountId did not give the free account "${id}"`)
}
