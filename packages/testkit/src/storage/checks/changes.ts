import type { Change, Storage } from '@connect-integration/server/storage'
import { assert } from '../assert.ts'
import { checksOf } from '../check.ts'
import { COMPANY, commit, EMPLOYEE, feed, record, records, reserveAndClaim, STAMP, version } from '../examples.ts'

const { checks, check } = checksOf('changes')
export const changesChecks = checks

const COMPLETE = 'the product’s own tables follow every change, and none twice'
const TENANTS = 'one customer never sees the records of another'

for (const [count, limit] of [
  [10, 3],
  [9, 3],
  [3, 3],
  [1, 3],
  [5, 1],
  [4, 1000],
] as const) {
  check(`${count} rows by ${limit}: in order of seq, each once, next null when nothing is left`, COMPLETE, async ({ storage }) => {
    const { account, ...claimed } = await reserveAndClaim(storage, 'a')
    await commit(storage, { account, ...claimed }, records(count))
    const { changes, pages } = await walk(storage, account.id, limit)
    assert.deepEqual(
      changes.map(({ seq }) => seq),
      Array.from({ length: count }, (_, index) => index + 1),
    )
    assert.equal(new Set(changes.map(({ id }) => id)).size, count)
    assert.equal(pages, Math.ceil(count / limit), 'number of pages')
  })
}

check('a change says what it is: seq, id, op, modifiedAt and data', COMPLETE, async ({ storage }) => {
  const claimed = await reserveAndClaim(storage, 'a')
  const kept = record('kept', { modifiedAt: STAMP + 123_457 })
  const gone = record('gone', { deleted: true, modifiedAt: 0 })
  await commit(storage, claimed, [kept])
  await commit(storage, claimed, [gone])
  assert.deepEqual(await feed(storage, claimed.account), [
    { seq: 1, id: 'kept', op: 'upsert', modifiedAt: STAMP + 123_457, data: kept.data },
    { seq: 2, id: 'gone', op: 'delete', modifiedAt: 0, data: gone.data },
  ])
})

check('after is exclusive', COMPLETE, async ({ storage }) => {
  const { account, ...claimed } = await reserveAndClaim(storage, 'a')
  await commit(storage, { account, ...claimed }, records(5))
  for (const [after, expected] of [
    [0, [1, 2]],
    [1, [2, 3]],
    [4, [5]],
    [5, []],
    [500, []],
  ] as const) {
    const { changes, next } = await storage.changes({ accountId: account.id, model: EMPLOYEE, after, limit: 2 })
    assert.deepEqual([changes.map(({ seq }) => seq), next], [[...expected], expected.length === 2 ? after + 2 : null], `after ${after}`)
  }
})

for (const [what, accountId, model] of [
  ['an unknown account', 'id-nobody', EMPLOYEE],
  ['an unknown model', 'id-a', COMPANY],
  ['an account in other letters', 'ID-A', EMPLOYEE],
  ['a model in other letters', 'id-a', 'hris.employee'],
  ['a pattern', 'id-%', '%'],
] as const) {
  check(`${what}: empty, and next null`, TENANTS, async ({ storage }) => {
    const claimed = await reserveAndClaim(storage, 'a')
    await commit(storage, claimed, records(2))
    assert.deepEqual(await storage.changes({ accountId, model, after: 0, limit: 10 }), { changes: [], next: null })
  })
}

check('shows rows of this account and model only', TENANTS, async ({ storage }) => {
  const one = await reserveAndClaim(storage, 'one')
  const other = await reserveAndClaim(storage, 'other')
  await commit(storage, one, records(2, 'one'))
  await commit(storage, other, records(2, 'other'))
  await commit(storage, one, records(2, 'company'), { model: COMPANY })
  assert.deepEqual((await feed(storage, one.account)).map(({ id }) => id).sort(), ['one-0', 'one-1'])
  assert.deepEqual((await feed(storage, other.account)).map(({ id }) => id).sort(), ['other-0', 'other-1'])
  assert.deepEqual((await feed(storage, one.account, COMPANY)).map(({ id }) => id).sort(), ['company-0', 'company-1'])
})

check('a reader that pages while rows change ends with what is stored', COMPLETE, async ({ storage }) => {
  const claimed = await reserveAndClaim(storage, 'a')
  await commit(storage, claimed, records(12))
  const mine = new Map<string, string>()
  let after: number | null = 0
  for (let step = 0; after !== null; step++) {
    const page: { changes: Change[]; next: number | null } = await storage.changes({
      accountId: claimed.account.id,
      model: EMPLOYEE,
      after,
      limit: 3,
    })
    for (const { id, op, data } of page.changes) op === 'upsert' ? mine.set(id, data) : mine.delete(id)
    after = page.next
    if (step > 3) continue
    const changed = [1, 5, 9].map((index) => version(`record-${(index + step) % 12}`, `step ${step}`, { modifiedAt: STAMP + step + 1 }))
    await commit(storage, claimed, [
      ...changed,
      record(`new-${step}`),
      version(`record-${11 - step}`, 'gone', { deleted: true, modifiedAt: STAMP + 99 }),
    ])
  }
  const stored = (await feed(storage, claimed.account)).filter(({ op }) => op === 'upsert').map(({ id, data }) => [id, data])
  assert.deepEqual([...mine].sort(), stored.sort())
})

check('what it returns is the caller’s to change', 'no change reaches the store except through it', async ({ storage }) => {
  const claimed = await reserveAndClaim(storage, 'a')
  await commit(storage, claimed, records(2))
  const before = await feed(storage, claimed.account)
  const { changes } = await storage.changes({ accountId: claimed.account.id, model: EMPLOYEE, after: 0, limit: 10 })
  for (const change of changes) Object.assign(change, { data: 'mine', seq: 99, op: 'delete' })
  assert.deepEqual(await feed(storage, claimed.account), before)
})

async function walk(storage: Storage, accountId: string, limit: number) {
  const all: Change[] = []
  let after = 0
  for (let pages = 1; pages <= 50; pages++) {
    const { changes, next } = await storage.changes({ accountId, model: EMPLOYEE, after, limit })
    assert.ok(changes.length <= limit, `a page of ${changes.length} with limit ${limit}`)
    all.push(...changes)
    if (next === null) return { changes: all, pages }
    after = next
  }
  return assert.fail('changes did not end after 50 pages')
}
