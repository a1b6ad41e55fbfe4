import { expect, test } from 'vitest'
import { memoryStorage } from '../../src/storage/memory.ts'
import { ACME, connected, infoOf, rowOf, setup, type World } from '../support/setup.ts'
import { fakeMerge, paged } from '../sync/fake-merge.ts'

/** Puts what Merge lists of one category into our hands; `null` leaves an account out. */
function relist(world: World, change: (row: Record<string, unknown>) => Record<string, unknown> | null): () => void {
  const rewrite = (body: unknown) => {
    const page = body as { results: Record<string, unknown>[] }
    return { ...page, results: page.results.flatMap((row) => change(row) ?? []) }
  }
  return world.sandbox.fault({ kind: 'rewrite', path: '/linked-accounts', rewrite, count: Number.POSITIVE_INFINITY })
}

const audit = (world: World) => world.run(world.integrations.audit())

test('accounts that both sides know are only counted', async () => {
  const world = setup()
  await world.connect()
  await world.connect('org_other')
  expect(await audit(world)).toEqual({ checked: 2, orphans: [], gone: [], unfinished: [], relinkNeeded: [] })
})

test('an account at Merge of which this store knows nothing is an orphan, and is left alone', async () => {
  const world = setup()
  const id = await world.connect()
  const linked = (await rowOf(world, id)).linkedAccountId
  await world.storage.purge(id)
  const before = world.sandbox.accounts()
  const { orphans, gone } = await audit(world)
  expect(orphans).toMatchObject([{ linkedAccountId: linked, category: 'hris', status: 'COMPLETE' }])
  expect(gone).toEqual([])
  expect(world.sandbox.accounts()).toEqual(before)
})

test('a store that has lost everything still hears of what is at Merge', async () => {
  const world = setup()
  await world.connect()
  const empty = world.another({ storage: memoryStorage({ clock: world.time.clock }) })
  expect((await world.run(empty.audit())).orphans).toHaveLength(1)
})

test('one that is gone at Merge is set to error, the others and other organizations are untouched', async () => {
  const world = setup()
  const [lost, kept] = [await world.connect(), await world.connect('org_other')]
  const { linkedAccountId } = await rowOf(world, lost)
  const other = await rowOf(world, kept, 'org_other')
  relist(world, (row) => (row.id === linkedAccountId ? null : row))
  expect((await audit(world)).gone).toEqual([lost])
  expect((await infoOf(world, lost)).status).toBe('error')
  expect(await rowOf(world, kept, 'org_other')).toEqual(other)
})

test('one that is linked between the reading of the list and the question by id is not gone', async () => {
  const world = setup()
  const id = await world.connect()
  world.sandbox.fault({
    kind: 'rewrite',
    path: '/linked-accounts',
    rewrite: (body) => ({ ...(body as object), next: null, results: [] }),
    count: 2,
  })
  expect((await audit(world)).gone).toEqual([])
  expect((await infoOf(world, id)).status).toBe('active')
})

test('a customer who finished while the browser told nobody is found', async () => {
  const world = setup()
  const { accountId, linkToken } = await world.run(world.acme.createLinkToken({ category: 'hris', ...ACME }))
  expect((await audit(world)).unfinished).toEqual([])
  world.complete(linkToken)
  expect(await audit(world)).toMatchObject({ unfinished: [accountId], orphans: [] })
})

test('production and test accounts are both asked for', async () => {
  const world = setup()
  await world.connect()
  world.requests.length = 0
  await audit(world)
  const lists = world.requests.filter((request) => request.includes('/linked-accounts'))
  expect(lists.some((request) => request.includes('is_test_account=true'))).toBe(true)
  expect(lists.some((request) => !request.includes('is_test_account'))).toBe(true)
})

test('more than a page of accounts is compared whole', async () => {
  const all = Array.from({ length: 230 }, (_, place) => ({
    id: `merge_${place}`,
    end_user_origin_id: `origin_${place}`,
    status: 'COMPLETE',
  }))
  const fake = fakeMerge({}, () => ({ results: [] }), {
    other: (request, path) => {
      const { searchParams: query } = new URL(request.url)
      if (path !== 'linked-accounts') return undefined
      const shown = query.get('is_test_account') === 'true' ? all.slice(120) : all.slice(0, 120)
      const wanted = query.get('id')
      return Response.json(wanted ? { results: shown.filter(({ id }) => id === wanted) } : paged(shown, query))
    },
  })
  for (let place = 0; place < 231; place++) if (place !== 119) await fake.account(String(place))
  expect(await fake.time.run(fake.integrations.audit())).toEqual({
    checked: 231,
    orphans: [{ linkedAccountId: 'merge_119', category: 'hris', endUserOriginId: 'origin_119', status: 'COMPLETE' }],
    gone: ['230'],
    unfinished: [],
    relinkNeeded: [],
  })
})

test('one that is broken at Merge and taken for well here is told, and looked at at once', async () => {
  const world = await connected()
  const others = [await world.connect('org_other'), await world.connect('org_third')]
  await world.work(60_000)
  world.sandbox.setStatus(world.linked, 'RELINK_NEEDED', { detail: 'The <b>password</b> has expired: INVALID_GRANT' })
  const before = await Promise.all([infoOf(world, others[0] ?? '', 'org_other'), infoOf(world, others[1] ?? '', 'org_third')])
  world.requests.length = 0
  expect(await audit(world)).toMatchObject({
    relinkNeeded: [{ accountId: world.id, organizationId: 'org_acme', reason: 'The password has expired: INVALID_GRANT' }],
    ...{ gone: [], orphans: [], unfinished: [] },
  })
  expect(world.requests.filter((request) => request.includes('status=RELINK_NEEDED'))).toHaveLength(2)
  expect((await infoOf(world, world.id)).status).toBe('active')
  await world.work()
  expect(await infoOf(world, world.id)).toMatchObject({ status: 'relink_needed', statusReason: { action: 'relink' } })
  expect(await Promise.all([infoOf(world, others[0] ?? '', 'org_other'), infoOf(world, others[1] ?? '', 'org_third')])).toEqual(before)
  // What is known already is not told again.
  expect((await audit(world)).relinkNeeded).toEqual([])
})

test('a broken account without a word of why is told without one, and one that is held or pending is not told', async () => {
  const world = setup({ onLinked: ({ organizationId }) => (organizationId === 'org_held' ? 'hold' : 'ready') })
  const [id, held] = [await world.connect(), await world.connect('org_held')]
  await world.run(world.acme.createLinkToken({ category: 'hris', ...ACME }))
  for (const row of [await rowOf(world, id), await rowOf(world, held, 'org_held')])
    world.sandbox.setStatus(row.linkedAccountId ?? '', 'RELINK_NEEDED', { detail: null })
  expect((await audit(world)).relinkNeeded).toEqual([{ accountId: id, organizationId: 'org_acme', reason: null }])
})

test.each([
  ['its lists', 0],
  ['the last question', 3],
])('when Merge fails at %s nothing is changed', async (_, after) => {
  const world = setup()
  const rows = [await world.connect(), await world.connect('org_other')]
  const seen = async () => [await rowOf(world, rows[0] ?? ''), await rowOf(world, rows[1] ?? '', 'org_other')]
  const before = await seen()
  if (after > 0) relist(world, () => null)
  let calls = 0
  const failing = world.another({
    fetch: (input, init) => {
      const request = new Request(input, init)
      return ++calls > after + (after > 0 ? 1 : 0) ? Promise.resolve(new Response('{}', { status: 403 })) : world.sandbox.handle(request)
    },
  })
  await expect(world.run(failing.audit())).rejects.toMatchObject({ code: 'UPSTREAM_REJECTED' })
  expect(await seen()).toEqual(before)
})
