import { expect, test } from 'vitest'
import { handleOf, infoOf, rowOf, stored } from '../support/setup.ts'
import { tokenOf, whose } from '../support/tokens.ts'
import { deleteAtMerge, type Moments, moments, OPEN } from './moments.ts'

// The second half of the race table of docs/spec/link.md: one that deletes, and what comes from outside. Each test has the words of its row.

const CANCELLED = { code: 'LINK_CANCELLED' }
const DELETE = '/delete-account'

const remove = async (world: Moments, id: string) => (await world.acme.account(id))?.delete()

test('webhook replay after delete: not confirmed by Merge, so ignored; the tombstone does not revive', async () => {
  const world = moments()
  const { accountId, publicToken } = await world.attempt()
  await world.run(world.acme.exchangePublicToken(publicToken))
  const [announcement] = await world.announced()
  await world.run(remove(world, accountId))
  const before = await rowOf(world, accountId)
  expect(await world.run(world.announce(announcement!))).toBeNull()
  expect(await rowOf(world, accountId)).toEqual(before)
  await world.nothingIsLeft()
})

test('tab open with link token of a row that is then deleted; user completes: attach finds the tombstone and deletes it at Merge with the token in hand', async () => {
  for (const by of ['exchange', 'webhook'] as const) {
    const world = moments()
    const { accountId, linkToken } = await world.run(world.acme.createLinkToken(OPEN))
    await world.run(remove(world, accountId))
    const publicToken = world.complete(linkToken)
    expect(world.sandbox.accounts()).toHaveLength(1)
    if (by === 'exchange') await expect(world.run(world.acme.exchangePublicToken(publicToken))).rejects.toMatchObject(CANCELLED)
    else await world.run(world.announce((await world.announced())[0]!))
    await world.nothingIsLeft()
  }
})

test('tab open with link token of a linked row that is then deleted; user completes: Merge makes another account, and that one goes too', async () => {
  const world = moments()
  const { accountId, publicToken } = await world.attempt()
  await world.run(world.acme.exchangePublicToken(publicToken))
  const { linkToken } = await world.run((await handleOf(world, accountId)).relink(OPEN))
  await world.run(remove(world, accountId))
  await expect(world.run(world.acme.exchangePublicToken(world.complete(linkToken)))).rejects.toMatchObject(CANCELLED)
  await world.nothingIsLeft()
})

test('exchange in flight while delete runs: conflict, read again, deleted: cleaned up', async () => {
  for (const path of ['/account-token/', '/account-details']) {
    for (const when of ['asked', 'answered'] as const) {
      const world = moments()
      const { accountId, publicToken } = await world.attempt()
      world.next(path, when, () => remove(world, accountId))
      await expect(world.run(world.acme.exchangePublicToken(publicToken)), `${path} ${when}`).rejects.toMatchObject(CANCELLED)
      await world.nothingIsLeft()
    }
  }
})

test('exchange in flight while delete runs: deleting: the token is handed to the reaper', async () => {
  const world = moments()
  const { accountId, publicToken } = await world.attempt()
  await world.run(world.acme.exchangePublicToken(publicToken))
  const { linkToken } = await world.run((await handleOf(world, accountId)).relink(OPEN))
  const heal = world.sandbox.fault({ kind: 'status', status: 503, path: DELETE, count: Number.POSITIVE_INFINITY })
  world.next('/account-details', 'answered', () => remove(world, accountId))
  await expect(world.run(world.acme.exchangePublicToken(world.complete(linkToken)))).rejects.toMatchObject(CANCELLED)
  const row = await rowOf(world, accountId)
  expect(row.status).toBe('deleting')
  expect(await whose(world, await tokenOf(row))).toBe(row.linkedAccountId)
  heal()
  await world.work(6 * 3_600_000)
  await world.nothingIsLeft()
})

test('exchange in flight while delete runs: a link that comes while the old one is being deleted at Merge is deleted as well', async () => {
  const world = moments()
  const { accountId, publicToken } = await world.attempt()
  await world.run(world.acme.exchangePublicToken(publicToken))
  const { linkToken } = await world.run((await handleOf(world, accountId)).relink(OPEN))
  // Merge has deleted the account, and we have not heard of it yet: the customer completes, and Merge makes another one.
  world.next(DELETE, 'answered', () => world.acme.exchangePublicToken(world.complete(linkToken)).catch(() => {}))
  await world.run(remove(world, accountId))
  await world.work(6 * 3_600_000)
  await world.nothingIsLeft()
})

test('delete during a sync: the worker’s next commit is fenced, and the purge leaves nothing', async () => {
  const world = moments({}, { sandbox: { employees: 250, initialSyncMs: 0 } })
  const { accountId, publicToken } = await world.attempt()
  await world.run(world.acme.exchangePublicToken(publicToken))
  let pages = 0
  world.next('cursor=', 'answered', async () => {})
  world.next('cursor=', 'answered', async () => {
    pages = (await stored(world, accountId, 'hris.Employee')).size
    await remove(world, accountId)
  })
  await world.work(60_000)
  await world.work(3_600_000)
  expect(pages).toBeGreaterThanOrEqual(100)
  for (const model of ['hris.Employee', 'hris.Company', 'hris.TimeOff', '@account'])
    expect(await stored(world, accountId, model)).toEqual(new Map())
  expect(await rowOf(world, accountId)).toMatchObject({ status: 'deleted', token: null, details: null, models: {} })
  await world.nothingIsLeft()
})

test('delete fails at Merge (5xx, timeout): stays deleting, the reaper goes on; connect on the slot answers busy', async () => {
  for (const fault of [{ kind: 'status', status: 503 }, { kind: 'delay', delayMs: 3_600_000 }, { kind: 'reset' }] as const) {
    const world = moments({ originIds: 'one-per-category' })
    const { accountId, publicToken } = await world.attempt()
    await world.run(world.acme.exchangePublicToken(publicToken))
    const heal = world.sandbox.fault({ ...fault, path: DELETE, count: Number.POSITIVE_INFINITY })
    expect(await world.run(remove(world, accountId))).toBe('deleting')
    expect((await infoOf(world, accountId)).status).toBe('deleting')
    await expect(world.run(world.acme.createLinkToken(OPEN))).rejects.toMatchObject({ code: 'BUSY', retryable: true })
    heal()
    await world.work(6 * 3_600_000)
    await world.nothingIsLeft()
    expect((await world.attempt()).accountId).not.toBe(accountId)
  }
})

test('already gone at Merge (404): success', async () => {
  const world = moments()
  const { accountId, publicToken } = await world.attempt()
  await world.run(world.acme.exchangePublicToken(publicToken))
  await deleteAtMerge(world, await rowOf(world, accountId))
  world.sandbox.fault({ kind: 'status', status: 404, path: DELETE })
  expect(await world.run(remove(world, accountId))).toBe('deleted')
  await world.nothingIsLeft()
})

test('local row gone, account still at Merge: impossible by order (intent first)', async () => {
  const world = moments()
  const { accountId, publicToken } = await world.attempt()
  await world.run(world.acme.exchangePublicToken(publicToken))
  const seen: unknown[] = []
  for (const when of ['asked', 'answered'] as const)
    world.next(DELETE, when, async () => seen.push((await rowOf(world, accountId)).status, world.sandbox.accounts().length))
  await world.run(remove(world, accountId))
  expect(seen).toEqual(['deleting', 1, 'deleting', 0])
})

test('local row gone, account still at Merge: found by audit if an operator edits the DB', async () => {
  const world = moments()
  const { accountId, publicToken } = await world.attempt()
  await world.run(world.acme.exchangePublicToken(publicToken))
  const { linkedAccountId } = await rowOf(world, accountId)
  await world.storage.purge(accountId)
  expect((await world.run(world.integrations.audit())).orphans).toMatchObject([{ linkedAccountId }])
  expect(world.sandbox.accounts()).toHaveLength(1)
})

test('Merge-side delete (dashboard): confirmed by the API, then error; its data is not purged unasked', async () => {
  const world = moments({}, { sandbox: { employees: 20, initialSyncMs: 0 } })
  const { accountId, publicToken } = await world.attempt()
  await world.run(world.acme.exchangePublicToken(publicToken))
  await world.work(60_000)
  const before = await stored(world, accountId, 'hris.Employee')
  await deleteAtMerge(world, await rowOf(world, accountId))
  await world.work(900_000)
  expect((await infoOf(world, accountId)).status).toBe('error')
  expect(before.size).toBe(20)
  expect(await stored(world, accountId, 'hris.Employee')).toEqual(before)
  expect(world.events.filter(({ name }) => name === 'account.gone')).toHaveLength(1)
  expect(await world.run(remove(world, accountId))).toBe('deleted')
  await world.nothingIsLeft()
})

test('strategy 1: reconnect after delete: a new origin id, with a suffix', async () => {
  const world = moments({ originIds: 'one-per-category' })
  const first = await world.attempt()
  await world.run(world.acme.exchangePublicToken(first.publicToken))
  await world.run(remove(world, first.accountId))
  const second = await world.attempt()
  await world.run(world.acme.exchangePublicToken(second.publicToken))
  expect((await rowOf(world, first.accountId)).originId).toBe('org_acme_hris')
  expect((await world.oneIsLinked(second.accountId)).originId).toMatch(/^org_acme_hris_[0-9a-f]{8}$/)
})

test('relink finishes with another company’s credentials: same token; another system is noted, and everything is read anew', async () => {
  const world = moments({}, { sandbox: { employees: 20, initialSyncMs: 0 } })
  const { accountId, publicToken } = await world.attempt()
  await world.run(world.acme.exchangePublicToken(publicToken))
  await world.work(60_000)
  const before = await rowOf(world, accountId)
  const { linkToken } = await world.run((await handleOf(world, accountId)).relink(OPEN))
  const rewrite = (body: unknown) => ({ ...(body as object), integration: { name: 'Workday', slug: 'workday', categories: ['hris'] } })
  world.sandbox.fault({ kind: 'rewrite', path: '/account-token/', rewrite })
  await world.run(world.acme.exchangePublicToken(world.complete(linkToken)))
  expect(await tokenOf(await world.oneIsLinked(accountId))).toBe(await tokenOf(before))
  const { activity, integration } = await infoOf(world, accountId)
  expect(integration?.slug).toBe('workday')
  expect(activity.at(-1)).toMatchObject({ event: 'relinked', detail: 'Workday instead of BambooHR' })
  const started = world.events.length
  await world.work(1_000)
  const sweeps = world.events.slice(started).filter(({ name, event }) => name === 'sync.model' && event.kind === 'sweep')
  expect(sweeps).toHaveLength(3)
})

test('is_duplicate: true: surfaced to the integrator, not an error', async () => {
  const world = moments()
  const { accountId, publicToken } = await world.attempt()
  world.sandbox.fault({ kind: 'rewrite', path: '/account-details', rewrite: (body) => ({ ...(body as object), is_duplicate: true }) })
  const linked = await world.run(world.acme.exchangePublicToken(publicToken))
  expect(linked.status).toBe('active')
  expect(linked.activity).toMatchObject([{ event: 'linked', detail: 'the same account of the source is connected elsewhere too' }])
  await world.oneIsLinked(accountId)
})

test('API key rotated mid-flow: CONFIG_AUTH, and no account state changes', async () => {
  const world = moments()
  const linked = await world.attempt()
  await world.run(world.acme.exchangePublicToken(linked.publicToken))
  const pending = await world.attempt()
  const before = await world.rows()
  const other = world
    .another({ merge: { apiKey: 'a-key-that-was-revoked', baseUrl: 'https://merge.test/api' } })
    .forOrganization('org_acme')
  const relink = async () => (await other.account(linked.accountId))?.relink(OPEN)
  const attempts: (() => Promise<unknown>)[] = [
    () => other.createLinkToken(OPEN),
    () => other.exchangePublicToken(pending.publicToken),
    relink,
  ]
  for (const attempt of attempts) await expect(world.run(attempt())).rejects.toMatchObject({ code: 'CONFIG_AUTH' })
  expect(await world.rows()).toEqual(before)
  expect((await world.run(world.acme.exchangePublicToken(pending.publicToken))).id).toBe(pending.accountId)
})

test('API key rotated between the exchange and the question whose account it is: no account state changes, and a second click repairs it', async () => {
  const world = moments()
  const { accountId, publicToken } = await world.attempt()
  const before = await rowOf(world, accountId)
  world.sandbox.fault({ kind: 'status', status: 401, path: '/account-details', count: 9 })
  await expect(world.run(world.acme.exchangePublicToken(publicToken))).rejects.toMatchObject({ code: 'LINK_NOT_FOUND' })
  expect(await rowOf(world, accountId)).toEqual(before)
  world.sandbox.clearFaults()
  const again = await world.attempt()
  await world.run(world.acme.exchangePublicToken(again.publicToken))
  await world.oneIsLinked(accountId)
})
