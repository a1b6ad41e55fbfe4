import { expect, test } from 'vitest'
import { handleOf, rowOf } from '../support/setup.ts'
import { tokenOf } from '../support/tokens.ts'
import { closedTab, envelope, withWebhooks } from '../support/webhooks.ts'

test('a webhook while the connection is being deleted: it is deleted at Merge as well', async () => {
  const world = withWebhooks()
  const { accountId } = await closedTab(world)
  await world.deliver()
  // The token waits beside a row that the customer now deletes.
  await world.run((await handleOf(world, accountId)).delete())
  expect(await rowOf(world, accountId)).toMatchObject({ status: 'deleted', details: null, token: null })
  expect(world.sandbox.accounts()).toEqual([])
})

test('and when Merge cannot be asked just then, the deletion waits for it', async () => {
  const world = withWebhooks()
  const { accountId } = await closedTab(world)
  await world.deliver()
  const heal = world.sandbox.fault({ kind: 'status', status: 503, count: Number.POSITIVE_INFINITY })
  await world.run((await handleOf(world, accountId)).delete())
  expect((await rowOf(world, accountId)).status).toBe('deleting')
  heal()
  for (let hour = 0; hour < 3; hour++) await world.work(3_600_000)
  expect((await rowOf(world, accountId)).status).toBe('deleted')
  expect(world.sandbox.accounts()).toEqual([])
})

test('a webhook that finds the row in deletion hands its token to the deletion', async () => {
  const world = withWebhooks()
  const { accountId } = await closedTab(world)
  const row = await rowOf(world, accountId)
  await world.storage.update(row.id, row.revision, { status: 'deleting' })
  await world.deliver()
  expect(world.mail.answers).toEqual([200])
  await world.storage.schedule(row.id, 0)
  await world.work()
  expect((await rowOf(world, accountId)).status).toBe('deleted')
  expect(world.sandbox.accounts()).toEqual([])
})

test('a link that was completed after the deletion is deleted at Merge again, once', async () => {
  const world = withWebhooks()
  const { accountId } = await closedTab(world)
  await world.run((await handleOf(world, accountId)).delete())
  expect((await rowOf(world, accountId)).status).toBe('deleted')
  expect(world.sandbox.accounts()).toHaveLength(1)
  await world.deliver()
  expect(world.mail.answers[0]).toBe(200)
  expect(world.sandbox.accounts()).toEqual([])
  expect(await rowOf(world, accountId)).toMatchObject({ status: 'deleted', token: null, details: null })
  const asked = world.requests.length
  for (let again = 0; again < 5; again++) await world.post(world.mail.sent[0]?.text ?? '')
  expect(world.requests.length).toBe(asked)
})

test('while Merge cannot be asked about a deleted row’s token the answer is 503, so that Merge tries again', async () => {
  const world = withWebhooks()
  const { accountId } = await closedTab(world)
  await world.run((await handleOf(world, accountId)).delete())
  world.sandbox.fault({ kind: 'status', status: 503, path: '/account-details', count: 4 })
  await world.deliver()
  expect(world.mail.answers[0]).toBe(503)
  expect(world.mail.answers.at(-1)).toBe(200)
  expect(world.sandbox.accounts()).toEqual([])
})

test('a body with a deleted row’s origin id and somebody else’s token deletes nothing', async () => {
  const world = withWebhooks()
  const deleted = await closedTab(world)
  const { originId } = await rowOf(world, deleted.accountId)
  await world.run((await handleOf(world, deleted.accountId)).delete())
  const victim = await closedTab(world, 'org_victim')
  await world.run(world.integrations.forOrganization('org_victim').exchangePublicToken(victim.publicToken))
  const row = await rowOf(world, victim.accountId, 'org_victim')
  const there = world.sandbox.accounts().map(({ id }) => id)
  expect(there).toContain(row.linkedAccountId)
  for (const id of [row.linkedAccountId, 'another'])
    await world.post(envelope('LinkedAccount.linked', { id, end_user_origin_id: originId }, { account_token: await tokenOf(row) }))
  expect(world.sandbox.accounts().map(({ id }) => id)).toContain(row.linkedAccountId)
})
