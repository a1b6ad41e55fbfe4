import { expect, test } from 'vitest'
import { readDetails } from '../../src/link/details.ts'
import { ACME, handleOf, infoOf, MODELS, ORGANIZATION, rowOf, stale } from '../support/setup.ts'
import { tokenOf } from '../support/tokens.ts'
import { envelope, type WebhookWorld, withWebhooks } from '../support/webhooks.ts'

/** A connection that has been read, and whose webhooks so far have come. */
async function connected() {
  const world = withWebhooks()
  const id = await world.connect()
  await world.deliver()
  await world.work(30_000)
  await world.work(3_600_000)
  const linked = (await rowOf(world, id)).linkedAccountId ?? ''
  return Object.assign(world, { id, linked })
}
type Connected = Awaited<ReturnType<typeof connected>>

/** The customer signs in anew, in a tab that may be closed before anybody hears of it. */
async function signInAgain(world: Connected): Promise<string> {
  const { linkToken } = await world.run((await handleOf(world, world.id)).relink(ACME))
  return world.complete(linkToken)
}

const relinksOf = async (world: Connected) => readDetails(await rowOf(world, world.id)).relinks
const told = (world: WebhookWorld) => world.events.filter(({ name }) => name === 'account.relinked').length

/** How each model was read since `started` events had come. */
function walks(world: WebhookWorld, started: number): string[] {
  return world.events
    .slice(started)
    .flatMap(({ name, event }) => (name === 'sync.model' ? [`${event.kind} ${event.model}`] : []))
    .sort()
}

/** The body that Merge sends for a relink of this account; `more`: other data than it would send. */
async function relinkBody(world: Connected, more: object = {}) {
  const row = await rowOf(world, world.id)
  const data = { account_token: await tokenOf(row), is_relink: true, ...more }
  return envelope('LinkedAccount.linked', { id: row.linkedAccountId, end_user_origin_id: row.originId }, data)
}

test('a relink whose tab was closed before the exchange: the webhook has everything read anew', async () => {
  const world = await connected()
  await signInAgain(world)
  const before = await rowOf(world, world.id)
  const started = world.events.length
  await world.deliver()
  expect(await rowOf(world, world.id)).toMatchObject({ status: 'active', token: before.token, due: world.time.clock.now() })
  await world.work(10_000)
  expect(walks(world, started)).toEqual(MODELS.map((model) => `sweep ${model}`).sort())
  expect(await stale(world)).toEqual([])
  expect((await infoOf(world, world.id)).activity.map(({ event }) => event)).toEqual(['linked', 'relinked'])
  expect(told(world)).toBe(1)
})

test('a relink in Merge’s own dashboard, without any click here, has everything read anew too', async () => {
  const world = await connected()
  const verdict = await world.post(await relinkBody(world))
  expect(verdict).toMatchObject({ status: 200, outcome: 'linking', accountId: world.id })
  const started = world.events.length
  await world.work(10_000)
  expect(walks(world, started)).toEqual(MODELS.map((model) => `sweep ${model}`).sort())
})

test('the webhook of a relink that was exchanged writes nothing, however often it comes, and one look is all it asks for', async () => {
  const world = await connected()
  const publicToken = await signInAgain(world)
  await world.run(world.acme.exchangePublicToken(publicToken))
  const before = await rowOf(world, world.id)
  await world.deliver()
  for (let again = 0; again < 3; again++) await world.post(await relinkBody(world))
  const after = await rowOf(world, world.id)
  expect([after.revision, after.details]).toEqual([before.revision, before.details])
  expect(told(world)).toBe(1)
})

test('a relink that is announced and exchanged then is told once', async () => {
  const world = await connected()
  const publicToken = await signInAgain(world)
  await world.deliver()
  expect(told(world)).toBe(1)
  expect(await world.run(world.acme.exchangePublicToken(publicToken))).toMatchObject({ id: world.id, status: 'active' })
  expect(told(world)).toBe(1)
  expect((await infoOf(world, world.id)).activity.map(({ event }) => event)).toEqual(['linked', 'relinked'])
})

test('the exchange of a relink is counted even when the webhook that came before it was of an earlier one', async () => {
  const world = await connected()
  await signInAgain(world)
  const publicToken = await signInAgain(world)
  await world.post(await relinkBody(world))
  await world.work(10_000)
  const read = await relinksOf(world)
  await world.run(world.acme.exchangePublicToken(publicToken))
  expect(await relinksOf(world)).toBe(read + 1)
})

test('two relinks in a row, each in a tab that was closed, are two', async () => {
  const world = await connected()
  const before = await relinksOf(world)
  for (let time = 1; time <= 2; time++) {
    await signInAgain(world)
    await world.post(await relinkBody(world))
    expect(await relinksOf(world)).toBe(before + time)
  }
})

test('a relink of what had to be relinked is found out by the look that the webhook asks for', async () => {
  const world = await connected()
  world.sandbox.setStatus(world.linked, 'RELINK_NEEDED')
  await world.work(900_000)
  expect((await infoOf(world, world.id)).status).toBe('relink_needed')
  const before = await relinksOf(world)
  await signInAgain(world)
  await world.deliver()
  await world.work(10_000)
  expect((await infoOf(world, world.id)).status).toBe('active')
  // The same relink, told once more.
  await world.post(await relinkBody(world))
  expect(await relinksOf(world)).toBe(before + 1)
})

test('what says that it is a relink and brings another token changes nothing until Merge confirms it', async () => {
  const world = await connected()
  const before = await rowOf(world, world.id)
  await world.post(await relinkBody(world, { account_token: 'not-a-token-of-merge' }))
  await world.work(10_000)
  const after = await rowOf(world, world.id)
  expect([after.token, after.status, await relinksOf(world)]).toEqual([before.token, 'active', 0])
  expect(told(world)).toBe(0)
})

test('without the word relink the same body only asks for a look', async () => {
  const world = await connected()
  for (const is_relink of [false, undefined, 'true', 1]) await world.post(await relinkBody(world, { is_relink }))
  expect(await relinksOf(world)).toBe(0)
})

test('a connection that is held, or being deleted, is not woken by a relink', async () => {
  const world = await connected()
  const body = await relinkBody(world)
  for (const status of ['held', 'error', 'deleting'] as const) {
    const row = await rowOf(world, world.id)
    const changed = await world.storage.update(row.id, row.revision, { status })
    if (changed === null || changed === 'conflict') throw new Error('not updated')
    await world.post(body)
    expect((await rowOf(world, world.id)).revision, status).toBe(changed.revision)
  }
  expect((await world.integrations.forOrganization(ORGANIZATION).list())[0]?.status).toBe('deleting')
})
