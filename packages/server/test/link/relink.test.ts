import { expect, test } from 'vitest'
import { ErrorCode } from '../../src/index.ts'
import { ACME, connected, handleOf, infoOf, MODELS, rowOf, setup, stale, stored, type World } from '../support/setup.ts'
import { opens, tokenOf } from '../support/tokens.ts'

async function relink(world: World, id: string): Promise<void> {
  const { linkToken } = await world.run((await handleOf(world, id)).relink(ACME))
  await world.run(world.acme.exchangePublicToken(world.complete(linkToken)))
}

test('a relink keeps the id, the origin id and the token', async () => {
  const world = await connected()
  const before = await rowOf(world, world.id)
  world.sandbox.setStatus(world.linked, 'RELINK_NEEDED')
  await world.work(900_000)
  await relink(world, world.id)
  const after = await rowOf(world, world.id)
  expect(after).toMatchObject({ id: before.id, originId: before.originId, linkedAccountId: before.linkedAccountId, status: 'active' })
  expect(await tokenOf(after)).toBe(await tokenOf(before))
  expect(await opens(world, after)).toBe(world.linked)
  expect(await world.acme.list()).toHaveLength(1)
  expect(world.sandbox.accounts()).toHaveLength(1)
})

test('a broken connection is noticed, told once, and what was read stays readable', async () => {
  const world = await connected()
  world.sandbox.setStatus(world.linked, 'RELINK_NEEDED')
  await world.work(900_000)
  await world.work(900_000)
  const info = await infoOf(world, world.id)
  expect(info.status).toBe('relink_needed')
  expect(info.activity.map(({ event }) => event)).toEqual(['linked', 'needs to be relinked'])
  expect(world.events.filter(({ name }) => name === 'account.relink_needed')).toHaveLength(1)
  expect(await stale(world)).toEqual([])
  expect((await (await handleOf(world, world.id)).changesPage('hris.Employee')).changes.length).toBeGreaterThan(100)
})

test('after a relink everything is read anew, because it may be another company’s data', async () => {
  const world = await connected()
  const started = world.events.length
  await relink(world, world.id)
  await world.work(1_000)
  const walks = world.events.slice(started).flatMap(({ name, event }) => (name === 'sync.model' ? [`${event.kind} ${event.model}`] : []))
  expect(walks.sort()).toEqual(MODELS.map((model) => `sweep ${model}`).sort())
  const lists = world.requests.filter((request) => request.includes('/employees')).slice(-2)
  for (const request of lists) expect(request).not.toContain('modified_after')
  expect(await stale(world)).toEqual([])
})

test('a connection that was mended elsewhere is noticed, and read anew', async () => {
  const world = await connected()
  world.sandbox.setStatus(world.linked, 'RELINK_NEEDED')
  await world.work(900_000)
  world.sandbox.setStatus(world.linked, 'COMPLETE')
  const started = world.events.length
  await world.work(900_000)
  expect((await infoOf(world, world.id)).status).toBe('active')
  expect(world.events.slice(started).some(({ name, event }) => name === 'sync.model' && event.kind === 'sweep')).toBe(true)
})

test('a customer who leaves the relink has lost nothing', async () => {
  const world = await connected()
  const before = await rowOf(world, world.id)
  const { accountId, linkToken } = await world.run((await handleOf(world, world.id)).relink(ACME))
  world.sandbox.link.abandon(linkToken)
  expect(accountId).toBe(world.id)
  const after = await rowOf(world, world.id)
  expect(after).toMatchObject({ status: 'active', token: before.token })
  expect((await stored(world, world.id, 'hris.Employee')).size).toBeGreaterThan(100)
})

test('when Merge cannot be asked for a relink, the connection is as it was', async () => {
  const world = await connected()
  const before = await rowOf(world, world.id)
  world.sandbox.fault({ kind: 'reset', path: '/link-token', count: 4 })
  await expect(world.run((await handleOf(world, world.id)).relink(ACME))).rejects.toMatchObject({ code: ErrorCode.UPSTREAM_UNAVAILABLE })
  expect(await rowOf(world, world.id)).toEqual(before)
})

test('a deleted connection cannot be relinked', async () => {
  const world = await connected()
  const account = await handleOf(world, world.id)
  await world.run(account.delete())
  await expect(world.run(account.relink(ACME))).rejects.toMatchObject({ code: ErrorCode.LINK_NOT_FOUND })
})

test('a connection that is being deleted cannot be relinked', async () => {
  const world = await connected()
  world.sandbox.fault({ kind: 'reset', path: '/delete-account', count: 4 })
  const account = await handleOf(world, world.id)
  expect(await world.run(account.delete())).toBe('deleting')
  await expect(world.run(account.relink(ACME))).rejects.toMatchObject({ code: ErrorCode.BUSY, retryable: true })
})

test('a relink needs a name and an address', async () => {
  const world = await connected()
  const account = await handleOf(world, world.id)
  await expect(account.relink({ organizationName: '', userEmail: 'a@b.test' })).rejects.toThrow('"organizationName"')
  await expect(account.relink({ organizationName: 'Acme' } as never)).rejects.toThrow('"userEmail"')
})

test('an account that was deleted in the Merge dashboard is told as gone, and a relink brings it back', async () => {
  const world = await connected()
  await world.sandbox.handle(
    new Request('https://merge.test/api/hris/v1/delete-account', {
      method: 'POST',
      headers: { authorization: `Bearer ${world.sandbox.apiKey}`, 'x-account-token': await tokenOf(await rowOf(world, world.id)) },
    }),
  )
  await world.work(900_000)
  expect((await infoOf(world, world.id)).status).toBe('error')
  expect(world.events.some(({ name }) => name === 'account.gone')).toBe(true)
  expect((await stored(world, world.id, 'hris.Employee')).size).toBeGreaterThan(100)
  await relink(world, world.id)
  const row = await rowOf(world, world.id)
  expect(row.status).toBe('active')
  expect(await opens(world, row)).toBe(world.sandbox.accounts()[0]?.id)
})

test('a token that was replaced at Merge asks for a relink, which takes the new one', async () => {
  const world = await connected()
  await world.sandbox.handle(
    new Request('https://merge.test/api/hris/v1/account-token/regenerate', {
      method: 'POST',
      headers: { authorization: `Bearer ${world.sandbox.apiKey}`, 'x-account-token': await tokenOf(await rowOf(world, world.id)) },
    }),
  )
  await world.work(900_000)
  expect((await infoOf(world, world.id)).status).toBe('relink_needed')
  await relink(world, world.id)
  await world.work(1_000)
  expect(await opens(world, await rowOf(world, world.id))).toBe(world.linked)
  expect(await stale(world)).toEqual([])
})

test('a refused API key changes no account', async () => {
  const world = await connected()
  const other = world.another({ merge: { apiKey: 'a-key-that-was-revoked', baseUrl: 'https://merge.test/api' } })
  world.time.clock.advance(900_000)
  await world.run(other.tick({ budgetMs: 60_000 }))
  expect(await infoOf(world, world.id)).toMatchObject({ status: 'active' })
  expect(world.log.join('\n')).toContain(ErrorCode.CONFIG_AUTH)
})

test('the customer’s own name for a connection can be changed, and survives a relink', async () => {
  const world = setup()
  const id = await world.connect()
  expect(await (await handleOf(world, id)).rename(' US region ')).toMatchObject({ displayName: 'US region' })
  await relink(world, id)
  expect((await infoOf(world, id)).displayName).toBe('US region')
  for (const wrong of ['', ' ', 'x'.repeat(101), 7])
    await expect((await handleOf(world, id)).rename(wrong as string)).rejects.toThrow('"displayName"')
})
