import { expect, test } from 'vitest'
import { ErrorCode } from '../../src/index.ts'
import { ACME, connected, handleOf, MODELS, rowOf, setup, stored, type World } from '../support/setup.ts'
import { tokenOf, whose } from '../support/tokens.ts'

const DELETE = '/delete-account'

async function nothingIsLeft(world: World, id: string): Promise<void> {
  expect(await world.acme.account(id)).toBeNull()
  expect(await world.acme.list()).toEqual([])
  expect(world.sandbox.accounts()).toEqual([])
  expect(await rowOf(world, id)).toMatchObject({ status: 'deleted', token: null, details: null, slot: null, due: null, models: {} })
  for (const model of [...MODELS, '@account']) expect(await stored(world, id, model)).toEqual(new Map())
}

test('a deletion removes the account at Merge and everything of it here', async () => {
  const world = await connected()
  const token = await tokenOf(await rowOf(world, world.id))
  expect(await world.run((await handleOf(world, world.id)).delete())).toBe('deleted')
  await nothingIsLeft(world, world.id)
  expect(await whose(world, token)).toBeNull()
  expect(world.events.filter(({ name }) => name === 'account.deleted')).toHaveLength(1)
})

test('the intent is stored before Merge is asked', async () => {
  let status: unknown
  const world = await connected(
    {},
    {
      network: async (request, next) => {
        if (request.url.includes(DELETE)) status = (await world.storage.list({ limit: 9 })).accounts[0]?.status
        return next()
      },
    },
  )
  await world.run((await handleOf(world, world.id)).delete())
  expect(status).toBe('deleting')
})

test('when Merge is down the account is deleting, is not read any more, and the work loop carries it out with back-off', async () => {
  const world = await connected()
  const heal = world.sandbox.fault({ kind: 'status', status: 503, path: DELETE, count: Number.POSITIVE_INFINITY })
  const account = await handleOf(world, world.id)
  expect(await world.run(account.delete())).toBe('deleting')
  expect((await handleOf(world, world.id)).info.status).toBe('deleting')
  const reads = () => world.requests.filter((request) => request.includes('/employees')).length
  const before = reads()
  const waits: number[] = []
  for (let tries = 0; tries < 12; tries++) {
    const { due } = await rowOf(world, world.id)
    waits.push((due ?? 0) - world.time.clock.now())
    await world.work(Math.max(0, (due ?? 0) - world.time.clock.now()))
  }
  expect(reads()).toBe(before)
  expect(waits[2]).toBeGreaterThan(waits[1] ?? 0)
  expect(Math.max(...waits)).toBe(6 * 3_600_000)
  heal()
  await world.work(6 * 3_600_000)
  await nothingIsLeft(world, world.id)
})

test('a click on the place of a deletion that was put off for hours has it tried again at once', async () => {
  const world = await connected({ originIds: 'one-per-category' })
  const heal = world.sandbox.fault({ kind: 'status', status: 503, path: DELETE, count: Number.POSITIVE_INFINITY })
  expect(await world.run((await handleOf(world, world.id)).delete())).toBe('deleting')
  const dueIn = async () => ((await rowOf(world, world.id)).due ?? 0) - world.time.clock.now()
  const attempts = () => world.requests.filter((request) => request.includes(DELETE)).length
  for (let tries = 0; tries < 12; tries++) await world.work(await dueIn())
  expect(await dueIn()).toBeGreaterThan(3_600_000)
  const before = attempts()
  for (let click = 0; click < 20; click++)
    await expect(world.run(world.acme.createLinkToken({ category: 'hris', ...ACME }))).rejects.toMatchObject({ code: 'BUSY' })
  expect(await dueIn()).toBeLessThanOrEqual(30_000)
  expect(attempts()).toBe(before)
  heal()
  await world.work(30_000)
  await nothingIsLeft(world, world.id)
  expect((await world.run(world.acme.createLinkToken({ category: 'hris', ...ACME }))).accountId).not.toBe(world.id)
})

test.each(['reset', 'cut', 'truncate', 'html', 'empty'] as const)(
  'an answer that is lost on the way (%s) does not undo what Merge has done',
  async (kind) => {
    const world = await connected()
    world.sandbox.fault({ kind, path: DELETE })
    await world.run((await handleOf(world, world.id)).delete())
    await world.work(60_000)
    await nothingIsLeft(world, world.id)
  },
)

test.each([404, 401])('an account that Merge answers with %i is gone', async (status) => {
  const world = await connected()
  await world.sandbox.handle(
    new Request('https://merge.test/api/hris/v1/delete-account', {
      method: 'POST',
      headers: { authorization: `Bearer ${world.sandbox.apiKey}`, 'x-account-token': await tokenOf(await rowOf(world, world.id)) },
    }),
  )
  world.sandbox.fault({ kind: 'status', status, path: DELETE })
  expect(await world.run((await handleOf(world, world.id)).delete())).toBe('deleted')
  await nothingIsLeft(world, world.id)
})

test('a dead token does not count as gone while Merge still has the account', async () => {
  const world = await connected()
  world.sandbox.fault({ kind: 'status', status: 401, path: DELETE })
  expect(await world.run((await handleOf(world, world.id)).delete())).toBe('deleting')
  expect((await rowOf(world, world.id)).token).not.toBeNull()
  await world.work(60_000)
  await nothingIsLeft(world, world.id)
})

test('a refused API key does not count as gone either', async () => {
  const world = await connected()
  const other = world.another({ merge: { apiKey: 'a-key-that-was-revoked', baseUrl: 'https://merge.test/api' } })
  const account = await other.forOrganization('org_acme').account(world.id)
  expect(await world.run(account?.delete() ?? Promise.reject())).toBe('deleting')
  expect(world.sandbox.accounts()).toHaveLength(1)
})

test('deleted twice at once, also by two processes, it is deleted', async () => {
  const world = await connected()
  const handles = await Promise.all(
    [world.integrations, world.integrations, world.another()].map((each) => each.forOrganization('org_acme').account(world.id)),
  )
  expect(await world.run(Promise.all(handles.map((handle) => handle?.delete())))).toEqual(['deleted', 'deleted', 'deleted'])
  await nothingIsLeft(world, world.id)
  expect(await world.run(handles[0]?.delete() ?? Promise.reject())).toBe('deleted')
})

test('deleted in the middle of a sync, nothing of it reappears', async () => {
  for (let page = 1; page <= 6; page++) {
    let pages = 0
    const world = setup(
      {},
      {
        network: async (request, next) => {
          const answer = await next()
          if (/employees|companies|time-off/.test(request.url) && ++pages === page) {
            const account = await world.acme.account(id)
            await account?.delete()
          }
          return answer
        },
      },
    )
    const id = await world.connect()
    await world.work(30_000)
    for (let look = 0; look < 3; look++) await world.work(3_600_000)
    await nothingIsLeft(world, id)
  }
})

test('a pending attempt is deleted without a word to Merge', async () => {
  const world = setup()
  const { accountId } = await world.run(world.acme.createLinkToken({ category: 'hris', ...ACME }))
  const before = world.requests.length
  expect(await world.run((await handleOf(world, accountId)).delete())).toBe('deleted')
  expect(world.requests).toHaveLength(before)
  await nothingIsLeft(world, accountId)
})

test('a link that is completed after its connection was deleted is removed at Merge again', async () => {
  const world = setup()
  const { accountId, linkToken } = await world.run(world.acme.createLinkToken({ category: 'hris', ...ACME }))
  await world.run((await handleOf(world, accountId)).delete())
  const publicToken = world.complete(linkToken)
  expect(world.sandbox.accounts()).toHaveLength(1)
  await expect(world.run(world.acme.exchangePublicToken(publicToken))).rejects.toMatchObject({ code: ErrorCode.LINK_CANCELLED, accountId })
  await nothingIsLeft(world, accountId)
})

test('a relink that is completed while its connection is being deleted does not bring it back', async () => {
  const world = await connected()
  const account = await handleOf(world, world.id)
  const { linkToken } = await world.run(account.relink(ACME))
  const heal = world.sandbox.fault({ kind: 'status', path: DELETE, count: Number.POSITIVE_INFINITY })
  expect(await world.run(account.delete())).toBe('deleting')
  await expect(world.run(world.acme.exchangePublicToken(world.complete(linkToken)))).rejects.toMatchObject({
    code: ErrorCode.LINK_CANCELLED,
  })
  expect((await rowOf(world, world.id)).status).toBe('deleting')
  heal()
  await world.work(60_000)
  await nothingIsLeft(world, world.id)
})

test('what was linked after its deletion and cannot be removed is told to the operator', async () => {
  const world = setup()
  const { accountId, linkToken } = await world.run(world.acme.createLinkToken({ category: 'hris', ...ACME }))
  await world.run((await handleOf(world, accountId)).delete())
  world.sandbox.fault({ kind: 'status', path: DELETE, count: 4 })
  const publicToken = world.complete(linkToken)
  await expect(world.run(world.acme.exchangePublicToken(publicToken))).rejects.toMatchObject({ code: ErrorCode.LINK_CANCELLED })
  expect(world.log.join('\n')).toContain(world.sandbox.accounts()[0]?.id)
})

test('while it is being deleted, a click with one-per-category is told to wait, and goes through afterwards', async () => {
  const world = await connected({ originIds: 'one-per-category' })
  world.sandbox.fault({ kind: 'status', path: DELETE, count: 4 })
  await world.run((await handleOf(world, world.id)).delete())
  const click = () => world.run(world.acme.createLinkToken({ category: 'hris', ...ACME }))
  await expect(click()).rejects.toMatchObject({ code: ErrorCode.BUSY, retryable: true })
  await world.work(60_000)
  expect((await click()).accountId).not.toBe(world.id)
})

test('the bystander of a deletion is untouched', async () => {
  const world = await connected()
  const other = await world.connect('org_other')
  await world.work(30_000)
  const before = await stored(world, other, 'hris.Employee')
  await world.run((await handleOf(world, world.id)).delete())
  await world.work(3_600_000)
  expect(before.size).toBeGreaterThan(100)
  expect(await stored(world, other, 'hris.Employee')).toEqual(before)
  expect((await handleOf(world, other, 'org_other')).info.status).toBe('active')
})
