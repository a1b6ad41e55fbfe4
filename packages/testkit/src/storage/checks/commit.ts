import { assert } from '../assert.ts'
import { checksOf } from '../check.ts'
import {
  bystander,
  COMMON_PROTOTYPE_NAMES,
  COMPANY,
  claim,
  commit,
  EMPLOYEE,
  feed,
  HOUR,
  LONG_LEASE,
  mirror,
  pageOf,
  race,
  read,
  record,
  records,
  release,
  reserve,
  reserveAndClaim,
  STAMP,
  snapshot,
} from '../examples.ts'

const { checks, check } = checksOf('commit')
export const commitChecks = checks

const FENCED = 'a worker that was presumed dead cannot write over its successor'
const DELETED = 'nothing is stored after the customer has deleted the connection'
const KEYS = 'a record never overwrites another one, least of all another customer’s'
const CHECKPOINT = 'a walk goes on where it stopped: a wrong checkpoint skips pages'
const WHOLE = 'a page is there with its checkpoint or not at all: a checkpoint without its records is a gap for ever'

check('stores records and checkpoint, and counts', WHOLE, async ({ storage }) => {
  const untouched = await bystander(storage)
  const claimed = await reserveAndClaim(storage, 'a')
  assert.deepEqual(await commit(storage, claimed, records(3), { checkpoint: 'one' }), { changed: 3, deleted: 0, seq: 3 })
  const { row, feeds } = await snapshot(storage, claimed.account)
  assert.deepEqual(row, { ...claimed.account, models: { [EMPLOYEE]: { checkpoint: 'one', seq: 3, records: 3 } } })
  const stored = feeds[EMPLOYEE]?.map(({ seq, ...content }) => content)
  const expected = records(3).map(({ id, modifiedAt, data }) => ({ id, op: 'upsert', modifiedAt, data }))
  assert.deepEqual(stored?.sort(byId), expected.sort(byId))
  await untouched()
})

check('fences a page whose fence another claim has replaced, and writes nothing of it', FENCED, async ({ storage }) => {
  const account = await reserve(storage, 'a')
  const first = await claim(storage, account)
  await commit(storage, first, records(1), { checkpoint: 'kept', release: { delayMs: HOUR, dirtySeen: 0 } })
  const second = await claim(storage, account)
  const before = await snapshot(storage, account)
  const late = pageOf(first, records(5), { checkpoint: 'late', sweep: { number: 1, retire: { olderThan: 9e15 } } })
  assert.equal(await storage.commit({ ...late, release: { delayMs: 0, dirtySeen: 0 } }), 'fenced')
  assert.equal(await storage.commit({ ...late, model: COMPANY }), 'fenced')
  assert.deepEqual(await snapshot(storage, account), before)
  assert.equal(await storage.renew(account.id, second.fence, LONG_LEASE), true, 'the successor lost its lease')
  await commit(storage, second, records(2))
})

for (const [what, fence] of [
  ['a higher fence', 2],
  ['a much higher fence', 2 ** 40],
  ['a fence that is equal in 32 bits', 2 ** 32 + 1],
  ['a lower fence', 0],
  ['a negative fence', -1],
] as const) {
  check(`fences a page with ${what}`, FENCED, async ({ storage }) => {
    const claimed = await reserveAndClaim(storage, 'a')
    const before = await snapshot(storage, claimed.account)
    assert.equal(claimed.fence, 1)
    assert.equal(await storage.commit(pageOf(claimed, records(2), { fence })), 'fenced')
    assert.deepEqual(await snapshot(storage, claimed.account), before)
  })
}

check('fences by the fence of the account, not of another one', FENCED, async ({ storage }) => {
  const one = await reserveAndClaim(storage, 'one')
  await release(storage, one)
  const again = await claim(storage, one.account)
  const other = await reserveAndClaim(storage, 'other')
  assert.deepEqual([again.fence, other.fence], [2, 1])
  assert.equal(await storage.commit(pageOf(one, records(1), { fence: other.fence })), 'fenced')
  assert.equal(await storage.commit(pageOf(other, records(1), { fence: again.fence })), 'fenced')
  assert.deepEqual([await feed(storage, one.account), await feed(storage, other.account)], [[], []])
})

check('fences an unknown account and leaves nothing behind', FENCED, async ({ storage }) => {
  const page = { accountId: 'id-nobody', model: EMPLOYEE, records: records(2), checkpoint: 'x' }
  for (const fence of [0, 1]) assert.equal(await storage.commit({ ...page, fence }), 'fenced')
  const claimed = await reserveAndClaim(storage, 'nobody')
  assert.deepEqual(claimed.account.models, {})
  assert.deepEqual(await feed(storage, claimed.account), [])
})

check('fences a tombstone, with its own fence too', DELETED, async ({ storage }) => {
  const claimed = await reserveAndClaim(storage, 'a')
  await commit(storage, claimed, records(1))
  await storage.purge(claimed.account.id)
  const { fence } = await read(storage, claimed.account)
  for (const tried of [claimed.fence, fence, fence + 1]) {
    assert.equal(await storage.commit(pageOf(claimed, records(3), { fence: tried, checkpoint: 'x' })), 'fenced')
  }
  assert.deepEqual(await feed(storage, claimed.account), [])
  assert.deepEqual((await read(storage, claimed.account)).models, {})
})

check('an expired lease alone does not fence', 'a slow page of the only worker is not thrown away', async ({ storage, clock }) => {
  const claimed = await claim(storage, await reserve(storage, 'a'), 100)
  await clock.advance(600)
  assert.deepEqual(await commit(storage, claimed, records(2)), { changed: 2, deleted: 0, seq: 2 })
})

check('racing a purge: fenced or forgotten, never left over', DELETED, async ({ storage }) => {
  const claimed = await reserveAndClaim(storage, 'a')
  const pages = race(12, async (caller) => {
    if (caller === 6) await storage.purge(claimed.account.id)
    else await storage.commit(pageOf(claimed, records(5, `page-${caller}`), { checkpoint: `page ${caller}` }))
  })
  await pages
  const row = await read(storage, claimed.account)
  assert.deepEqual([row.status, row.models], ['deleted', {}])
  assert.deepEqual(await feed(storage, claimed.account), [])
})

check('racing a claim: what was fenced is not there, what was not is there', FENCED, async ({ storage, clock }) => {
  const account = await reserve(storage, 'a')
  const first = await claim(storage, account, 100)
  await clock.advance(600)
  const answers = await race(12, (caller) => {
    if (caller === 6) return claim(storage, account).then(() => null)
    return storage.commit(pageOf(first, [record(`record-${caller}`)], { checkpoint: `${caller}` }))
  })
  const stored = answers.flatMap((answer, caller) => (answer === null || answer === 'fenced' ? [] : [`record-${caller}`]))
  assert.deepEqual(Object.keys(await mirror(storage, account)).sort(), stored.sort())
  assert.equal(await storage.commit(pageOf(first, records(1, 'late'))), 'fenced')
})

check('the same id in another account or model is another record', KEYS, async ({ storage }) => {
  const one = await reserveAndClaim(storage, 'one')
  const other = await reserveAndClaim(storage, 'other')
  await commit(storage, one, [record('same', { data: '"employee of one"' })])
  await commit(storage, one, [record('same', { data: '"company of one"' })], { model: COMPANY })
  await commit(storage, other, [record('same', { data: '"employee of other"' })])
  const models = [EMPLOYEE, COMPANY]
  const found = await Promise.all([one, other].flatMap(({ account }) => models.map((model) => mirror(storage, account, model))))
  assert.deepEqual(found, [{ same: '"employee of one"' }, { same: '"company of one"' }, { same: '"employee of other"' }, {}])
})

check('the same id in another account or model has a version of its own', KEYS, async ({ storage }) => {
  const one = await reserveAndClaim(storage, 'one')
  const other = await reserveAndClaim(storage, 'other')
  const places = [one, other].flatMap((claimed) => [EMPLOYEE, COMPANY].map((model) => ({ claimed, model })))
  for (const round of [1, 2, 3]) {
    for (const [index, { claimed, model }] of places.entries()) {
      // The stamps go down from place to place, so that a version taken from another place refuses the record.
      const changed = record('same', { data: `"${round} in ${index}"`, modifiedAt: STAMP + round * 10 - index })
      assert.deepEqual(await commit(storage, claimed, [changed], { model }), { changed: 1, deleted: 0, seq: round })
    }
    const found = await Promise.all(places.map(({ claimed, model }) => mirror(storage, claimed.account, model)))
    assert.deepEqual(
      found,
      places.map((_, index) => ({ same: `"${round} in ${index}"` })),
    )
  }
})

const NEAR_TWINS: readonly [string, string[]][] = [
  ['case', ['abc', 'ABC', 'Abc']],
  ['spaces', ['abc', 'abc ', ' abc', 'abc  ']],
  ['accents and their composition', ['resume', 'résumé', 'caf\u00e9', 'cafe\u0301']],
  ['leading zeros and signs', ['1', '01', '1.0', '+1', '1e0']],
  ['the last of 400 characters', [`${'x'.repeat(399)}1`, `${'x'.repeat(399)}2`]],
  ['characters beyond the basic plane', ['😀', '😁', '\ufffd']],
  ['a backslash', ['a\\b', 'a\\\\b', 'a/b']],
  ['a separator', ['a:b', 'a|b', 'a', 'b', 'a\tb', 'a\nb']],
  ['quotes', ["o'brien", 'o"brien', "o''brien"]],
  ['names of JavaScript itself', COMMON_PROTOTYPE_NAMES],
]
for (const [difference, ids] of NEAR_TWINS) {
  check(`record ids that differ in ${difference} are different records`, KEYS, async ({ storage }) => {
    const claimed = await reserveAndClaim(storage, 'a')
    const given = ids.map((id, index) => record(id, { data: `"${index}"` }))
    assert.equal((await commit(storage, claimed, given)).changed, ids.length)
    const stored = (await feed(storage, claimed.account)).map(({ id, data }) => `${data} ${id}`)
    assert.deepEqual(stored.sort(), ids.map((id, index) => `"${index}" ${id}`).sort())
    assert.equal((await commit(storage, claimed, given)).changed, 0, 'delivered again')
  })
}

check('models that differ in case, spaces or a dot are different models', KEYS, async ({ storage }) => {
  const claimed = await reserveAndClaim(storage, 'a')
  const models = ['hris.Employee', 'hris.employee', 'hris.Employee ', 'hrisEmployee', ...COMMON_PROTOTYPE_NAMES]
  for (const [index, model] of models.entries()) await commit(storage, claimed, records(index + 1), { model, checkpoint: model })
  const found = (await read(storage, claimed.account)).models
  const states = Object.entries(found).map(([model, { checkpoint, seq }]) => `${seq} ${model} ${checkpoint}`)
  assert.deepEqual(states.sort(), models.map((model, index) => `${index + 1} ${model} ${model}`).sort())
})

check('the checkpoint is replaced, and null clears it', CHECKPOINT, async ({ storage }) => {
  const claimed = await reserveAndClaim(storage, 'a')
  for (const checkpoint of ['one', 'two', null, 'three', '', 'null']) {
    await commit(storage, claimed, [], { checkpoint })
    assert.equal((await read(storage, claimed.account)).models[EMPLOYEE]?.checkpoint, checkpoint)
  }
})

check('each model has a checkpoint of its own', CHECKPOINT, async ({ storage }) => {
  const claimed = await reserveAndClaim(storage, 'a')
  await commit(storage, claimed, [], { checkpoint: 'employees' })
  await commit(storage, claimed, [], { model: COMPANY, checkpoint: 'companies' })
  await commit(storage, claimed, records(1), { checkpoint: 'employees 2' })
  const { models } = await read(storage, claimed.account)
  assert.deepEqual([models[EMPLOYEE]?.checkpoint, models[COMPANY]?.checkpoint], ['employees 2', 'companies'])
})

check('a checkpoint of a million characters comes back as it was', CHECKPOINT, async ({ storage }) => {
  const claimed = await reserveAndClaim(storage, 'a')
  const checkpoint = `{"cursor":"${'aé😀\\u0000 '.repeat(140_000)}"} `
  await commit(storage, claimed, [], { checkpoint })
  assert.ok((await read(storage, claimed.account)).models[EMPLOYEE]?.checkpoint === checkpoint, 'the checkpoint was changed')
})

check('a page without records stores its checkpoint', CHECKPOINT, async ({ storage }) => {
  const claimed = await reserveAndClaim(storage, 'a')
  assert.deepEqual(await commit(storage, claimed, [], { checkpoint: 'empty' }), { changed: 0, deleted: 0, seq: 0 })
  assert.deepEqual((await read(storage, claimed.account)).models, { [EMPLOYEE]: { checkpoint: 'empty', seq: 0, records: 0 } })
})

check('a page of 5,000 records is one page', WHOLE, async ({ storage }) => {
  const claimed = await reserveAndClaim(storage, 'a')
  assert.deepEqual(await commit(storage, claimed, records(5000), { checkpoint: 'all' }), { changed: 5000, deleted: 0, seq: 5000 })
  assert.deepEqual(await commit(storage, claimed, records(5000), { checkpoint: 'all' }), { changed: 0, deleted: 0, seq: 5000 })
  assert.equal((await feed(storage, claimed.account)).length, 5000)
})

check(
  'a page that cannot be stored whole is not stored in part',
  WHOLE,
  async ({ storage }) => {
    const claimed = await reserveAndClaim(storage, 'a')
    await commit(storage, claimed, records(2), { checkpoint: 'kept' })
    const before = await snapshot(storage, claimed.account)
    const broken = record('broken')
    Object.defineProperty(broken, 'data', {
      enumerable: true,
      get: () => {
        throw new TypeError('this record cannot be read')
      },
    })
    const page = pageOf(claimed, [record('first'), record('second'), broken, record('last')], { checkpoint: 'late' })
    await assert.rejects(
      storage.commit({ ...page, release: { delayMs: null, dirtySeen: 0 } }),
      'a page with a record that cannot be read was taken',
    )
    assert.deepEqual(await snapshot(storage, claimed.account), before)
    assert.deepEqual(
      await commit(storage, claimed, [record('first')], { checkpoint: 'next' }),
      { changed: 1, deleted: 0, seq: 3 },
      'the next page',
    )
  },
  'atomic',
)

check('does not change its argument, nor keep it', 'no change reaches the store except through it', async ({ storage }) => {
  const claimed = await reserveAndClaim(storage, 'a')
  const page = pageOf(claimed, records(3), { checkpoint: 'kept' })
  const copy = structuredClone(page)
  await storage.commit(page)
  assert.deepEqual(page, copy)
  const before = await snapshot(storage, claimed.account)
  for (const each of page.records) Object.assign(each, { id: 'mine', data: '"mine"', deleted: true })
  assert.deepEqual(await snapshot(storage, claimed.account), before)
})

check('does not touch the revision, nor lease and due without a release', WHOLE, async ({ storage, clock }) => {
  const account = await reserve(storage, 'a')
  await storage.schedule(account.id, 0)
  await clock.advance(20)
  const claimed = await claim(storage, account)
  await commit(storage, claimed, records(1))
  const { models: _, ...row } = await read(storage, account)
  const { models: __, ...before } = structuredClone(claimed.account)
  assert.deepEqual(row, before)
  assert.deepEqual(await storage.claim({ owner: 'kit', leaseMs: LONG_LEASE, limit: 1 }), [], 'the lease was lost')
})

function byId(one: { id: string }, other: { id: string }) {
  return one.id < other.id ? -1 : 1
}
