import type { AccountQuery, Storage } from '@connect-integration/server/storage'
import { assert } from '../assert.ts'
import { checksOf } from '../check.ts'
import { commit, EMPLOYEE, newAccount, read, records, reserve, reserveAndClaim } from '../examples.ts'

const { checks, check } = checksOf('list')
export const listChecks = checks

const ONCE = 'an audit or a list on the page shows every connection, and none twice'
const TENANTS = 'one customer never sees the account of another'

for (const [count, limit] of [
  [10, 3],
  [9, 3],
  [3, 3],
  [1, 3],
  [5, 1],
  [4, 100],
] as const) {
  check(`${count} accounts by ${limit}: in order of id, each once, the last page with next null`, ONCE, async ({ storage }) => {
    for (const index of shuffled(count)) await reserve(storage, `${index}`)
    const { ids, pages } = await walk(storage, { limit })
    assert.deepEqual(
      ids,
      Array.from({ length: count }, (_, index) => `id-${index}`),
    )
    assert.equal(pages, Math.ceil(count / limit), 'number of pages')
  })
}

check('an empty store gives an empty page and no next', ONCE, async ({ storage }) => {
  assert.deepEqual(await storage.list({ limit: 10 }), { accounts: [], next: null })
})

check('orders ids by bytes', ONCE, async ({ storage }) => {
  for (const id of ['b', 'B', 'a', 'A', '_', '1', '10', '2', 'aa', 'é']) await reserve(storage, id, { id })
  assert.deepEqual((await walk(storage, { limit: 3 })).ids, ['1', '10', '2', 'A', 'B', '_', 'a', 'aa', 'b', 'é'])
})

const FILTERS: readonly [string, Partial<AccountQuery>, string[]][] = [
  ['an organization', { organizationId: 'org-1' }, ['id-1', 'id-2', 'id-3', 'id-4']],
  ['an unknown organization', { organizationId: 'org-9' }, []],
  ['an organization in other letters', { organizationId: 'ORG-1' }, []],
  ['a user', { userId: 'user-1' }, ['id-3', 'id-6']],
  ['a user of an organization', { organizationId: 'org-1', userId: 'user-1' }, ['id-3']],
  ['the organization as such (userId null)', { organizationId: 'org-1', userId: null }, ['id-1', 'id-2', 'id-4']],
  ['no user filter (undefined)', { organizationId: 'org-1', userId: undefined }, ['id-1', 'id-2', 'id-3', 'id-4']],
  ['a category', { category: 'ats' }, ['id-2', 'id-5']],
  ['a category of an organization', { organizationId: 'org-2', category: 'ats' }, ['id-5']],
  ['one status', { status: ['active'] }, ['id-4', 'id-5']],
  ['two statuses', { status: ['active', 'held'] }, ['id-2', 'id-4', 'id-5']],
  ['a status of an organization and category', { organizationId: 'org-1', category: 'hris', status: ['active'] }, ['id-4']],
  ['everything, without status: no tombstones', {}, ['id-1', 'id-2', 'id-3', 'id-4', 'id-5', 'id-6']],
  ['tombstones', { status: ['deleted'] }, ['id-7']],
  ['tombstones among others', { organizationId: 'org-1', status: ['deleted', 'active'] }, ['id-4', 'id-7']],
  ['after an id', { after: 'id-4' }, ['id-5', 'id-6']],
  ['after an id that does not exist', { after: 'id-45' }, ['id-5', 'id-6']],
]
for (const [what, query, expected] of FILTERS) {
  check(`filters by ${what}`, TENANTS, async ({ storage }) => {
    await sevenAccounts(storage)
    assert.deepEqual((await walk(storage, { ...query, limit: 100 })).ids, expected)
    assert.deepEqual((await walk(storage, { ...query, limit: 1 })).ids, expected, 'the same, one at a time')
  })
}

check('an account that exists throughout is listed once while others come, change and go', ONCE, async ({ storage }) => {
  for (let index = 10; index < 30; index++) await reserve(storage, `${index}`)
  const seen: string[] = []
  let after: string | undefined
  for (let step = 0; step < 30; step++) {
    const { accounts, next } = await storage.list({ limit: 3, ...(after === undefined ? {} : { after }) })
    seen.push(...accounts.map(({ id }) => id))
    if (next === null) break
    after = next
    await reserve(storage, `0${step}`)
    await reserve(storage, `${10 + step * 3}-new`)
    await storage.purge(`id-${11 + step * 3}`)
    const account = await storage.get({ id: `id-${28 - step * 2}`, organizationId: 'org-1' })
    if (account) await storage.update(account.id, account.revision, { details: `changed in step ${step}` })
  }
  assert.equal(new Set(seen).size, seen.length, `listed twice: ${seen.filter((id, index) => seen.indexOf(id) !== index)}`)
  for (let index = 10; index < 30; index++) assert.ok(seen.includes(`id-${index}`) || index % 3 === 2, `id-${index} was skipped`)
})

check('gives whole accounts, which are the caller’s to change', 'no change reaches the store except through it', async ({ storage }) => {
  const claimed = await reserveAndClaim(storage, 'a')
  await commit(storage, claimed, records(2), { checkpoint: 'kept' })
  const before = await read(storage, claimed.account)
  const [listed] = (await storage.list({ limit: 10 })).accounts
  assert.ok(listed?.models[EMPLOYEE])
  assert.deepEqual(listed, before)
  Object.assign(listed, { status: 'error' })
  Object.assign(listed.models[EMPLOYEE], { checkpoint: 'mine' })
  assert.deepEqual(await read(storage, before), before)
})

check('the limit counts accounts, not their models', ONCE, async ({ storage }) => {
  for (const name of ['a', 'b', 'c']) {
    const claimed = await reserveAndClaim(storage, name)
    for (const model of ['one', 'two', 'three']) await commit(storage, claimed, records(1), { model })
  }
  const { accounts, next } = await storage.list({ limit: 2 })
  assert.deepEqual(
    accounts.map(({ id, models }) => [id, Object.keys(models).sort()]),
    ['id-a', 'id-b'].map((id) => [id, ['one', 'three', 'two']]),
  )
  assert.equal((await storage.list({ limit: 2, after: next! })).accounts[0]?.id, 'id-c')
})

async function sevenAccounts(storage: Storage) {
  const overrides = [
    { status: 'pending' },
    { category: 'ats', status: 'held' },
    { userId: 'user-1' },
    { status: 'active' },
    { organizationId: 'org-2', category: 'ats', status: 'active' },
    { organizationId: 'org-2', userId: 'user-1', status: 'error' },
    {},
  ] as const
  for (const [index, override] of overrides.entries()) await storage.reserve(newAccount(`${index + 1}`, override))
  await storage.purge('id-7')
}

async function walk(storage: Storage, query: AccountQuery) {
  const ids: string[] = []
  let { after } = query
  for (let pages = 1; pages <= 50; pages++) {
    const { accounts, next } = await storage.list({ ...query, ...(after === undefined ? {} : { after }) })
    assert.ok(accounts.length <= query.limit, `a page of ${accounts.length} with limit ${query.limit}`)
    ids.push(...accounts.map(({ id }) => id))
    if (next === null) return { ids, pages }
    after = next
  }
  return assert.fail('list did not end after 50 pages')
}

/** 0 … count − 1 in an order that is neither ascending nor descending. */
function shuffled(count: number) {
  return Array.from({ length: count }, (_, index) => index).sort((a, b) => ((a * 7) % 11) - ((b * 7) % 11) || a - b)
}
