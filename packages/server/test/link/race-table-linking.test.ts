import { expect, test } from 'vitest'
import type { Storage } from '../../src/storage/port.ts'
import { door } from '../support/http.ts'
import { handleOf, infoOf, rowOf } from '../support/setup.ts'
import { tokenOf } from '../support/tokens.ts'
import { moments, OPEN } from './moments.ts'

// The first half of the race table of docs/spec/link.md: two that link. Each test has the words of its row.

const NOT_FOUND = { code: 'LINK_NOT_FOUND' }
const names = (world: { events: { name: string }[] }) => world.events.map(({ name }) => name).filter((name) => name.startsWith('account.'))

test('double click on Connect: one row, one origin id, two link tokens; the second modal becomes a relink of the same account', async () => {
  const world = moments()
  const clicks = await world.run(Promise.all([world.acme.createLinkToken(OPEN), world.acme.createLinkToken(OPEN)]))
  expect(new Set(clicks.map(({ accountId }) => accountId)).size).toBe(1)
  expect(new Set(clicks.map(({ linkToken }) => linkToken)).size).toBe(2)
  expect(await world.rows()).toHaveLength(1)
  for (const { linkToken } of clicks) await world.run(world.acme.exchangePublicToken(world.complete(linkToken)))
  await world.oneIsLinked(clicks[0]?.accountId ?? '')
  expect(names(world)).toEqual(['account.linked', 'account.relinked'])
})

test('two tabs, both complete: same account, same token', async () => {
  const world = moments()
  const [one, other] = [await world.attempt(), await world.attempt()]
  await world.run(world.acme.exchangePublicToken(one.publicToken))
  const before = await rowOf(world, one.accountId)
  await world.run(world.acme.exchangePublicToken(other.publicToken))
  const after = await world.oneIsLinked(one.accountId)
  expect(other.accountId).toBe(one.accountId)
  expect(after.linkedAccountId).toBe(before.linkedAccountId)
  expect(await tokenOf(after)).toBe(await tokenOf(before))
})

test('two tabs, both complete and exchange at once: same account, same token', async () => {
  const world = moments()
  const [one, other] = [await world.attempt(), await world.attempt()]
  const both = await world.run(
    Promise.all([world.acme.exchangePublicToken(one.publicToken), world.acme.exchangePublicToken(other.publicToken)]),
  )
  expect(both.map(({ id }) => id)).toEqual([one.accountId, one.accountId])
  await world.oneIsLinked(one.accountId)
})

test('user exits, then completes in another tab: the pending row is reused, and attached by its origin id', async () => {
  const world = moments()
  const left = await world.run(world.acme.createLinkToken(OPEN))
  world.sandbox.link.abandon(left.linkToken)
  const { originId } = await rowOf(world, left.accountId)
  const { accountId, publicToken } = await world.attempt()
  const linked = await world.run(world.acme.exchangePublicToken(publicToken))
  expect(accountId).toBe(left.accountId)
  expect(linked.endUserOriginId).toBe(originId)
  await world.oneIsLinked(left.accountId)
})

test('user exits and never returns: the row stays pending, and there is no second incomplete account', async () => {
  const world = moments()
  for (let visit = 0; visit < 3; visit++) {
    const { linkToken } = await world.run(world.acme.createLinkToken(OPEN))
    world.sandbox.link.abandon(linkToken)
    await world.work(30 * 86_400_000)
  }
  expect((await world.rows()).map(({ status }) => status)).toEqual(['pending'])
  expect(world.sandbox.accounts().map(({ status }) => status)).toEqual(['INCOMPLETE'])
})

test('exchange called twice with one public token: the second is refused by Merge and answered with success', async () => {
  const world = moments()
  const { accountId, publicToken } = await world.attempt()
  const spentAtMerge = world.run(world.acme.exchangePublicToken(publicToken))
  const twin = world.another().forOrganization('org_acme').exchangePublicToken(publicToken)
  const both = await world.run(Promise.all([spentAtMerge, twin]))
  expect(both.map(({ id }) => id)).toEqual([accountId, accountId])
  expect(world.requests.filter((request) => request.includes('/account-token/')).map((request) => request.slice(-3))).toEqual([
    '200',
    '404',
  ])
  await world.oneIsLinked(accountId)
})

test('exchange called twice, and nobody here was linked with that public token: not found', async () => {
  const world = moments()
  await world.attempt()
  await expect(world.run(world.acme.exchangePublicToken('a-token-that-looks-real'))).rejects.toMatchObject(NOT_FOUND)
})

/** The first process dies between Merge's answer and the store. */
function mortal() {
  let dies = true
  const wrap = (storage: Storage): Storage => ({
    ...storage,
    update: (id, revision, patch) =>
      dies && patch.token ? Promise.reject(new Error('the process is gone')) : storage.update(id, revision, patch),
  })
  const world = moments({}, { wrap })
  const revive = () => {
    dies = false
  }
  return { world, revive }
}

test('exchange retried after our crash between Merge and DB: the webhook recovers the same permanent token', async () => {
  const { world, revive } = mortal()
  const { accountId, publicToken } = await world.attempt()
  await expect(world.run(world.acme.exchangePublicToken(publicToken))).rejects.toThrow('the process is gone')
  revive()
  await expect(world.run(world.acme.exchangePublicToken(publicToken))).rejects.toMatchObject(NOT_FOUND)
  const [announcement] = await world.announced()
  await world.run(world.announce(announcement!))
  expect(await tokenOf(await world.oneIsLinked(accountId))).toBe(announcement?.accountToken)
})

test('exchange retried after our crash between Merge and DB: a second click recovers the same permanent token', async () => {
  const { world, revive } = mortal()
  const first = await world.attempt()
  await expect(world.run(world.acme.exchangePublicToken(first.publicToken))).rejects.toThrow('the process is gone')
  revive()
  const second = await world.attempt()
  await world.run(world.acme.exchangePublicToken(second.publicToken))
  expect(second.accountId).toBe(first.accountId)
  expect(await tokenOf(await world.oneIsLinked(first.accountId))).toBe((await world.announced())[0]?.accountToken)
})

test('LinkedAccount.linked before exchange: attached through the webhook, and the exchange is idempotent then', async () => {
  const world = moments()
  const { accountId, publicToken } = await world.attempt()
  const [announcement] = await world.announced()
  await world.run(world.announce(announcement!))
  const before = await world.oneIsLinked(accountId)
  expect((await world.run(world.acme.exchangePublicToken(publicToken))).id).toBe(accountId)
  expect(await tokenOf(await world.oneIsLinked(accountId))).toBe(await tokenOf(before))
  expect(names(world)).toEqual(['account.linked'])
  // And again, without a word to Merge: the public token was recognised.
  const asked = world.requests.length
  expect((await world.run(world.acme.exchangePublicToken(publicToken))).id).toBe(accountId)
  expect(world.requests).toHaveLength(asked)
})

test('LinkedAccount.linked before exchange: who signs in again later has relinked', async () => {
  const world = moments()
  const { accountId } = await world.attempt()
  const [announcement] = await world.announced()
  await world.run(world.announce(announcement!))
  const { linkToken } = await world.run((await handleOf(world, accountId)).relink(OPEN))
  await world.run(world.acme.exchangePublicToken(world.complete(linkToken)))
  expect(names(world)).toEqual(['account.linked', 'account.relinked'])
})

test('LinkedAccount.linked in the middle of the exchange: one link, told once', async () => {
  for (const when of ['asked', 'answered'] as const) {
    const world = moments()
    const { accountId, publicToken } = await world.attempt()
    const [announcement] = await world.announced()
    world.next('/account-details', when, () => world.announce(announcement!))
    await world.run(world.acme.exchangePublicToken(publicToken))
    await world.oneIsLinked(accountId)
    expect(names(world)).toEqual(['account.linked'])
  }
})

test('webhook after exchange, duplicated, hours later: a no-op', async () => {
  const world = moments()
  const { accountId, publicToken } = await world.attempt()
  await world.run(world.acme.exchangePublicToken(publicToken))
  await world.work(5 * 3_600_000)
  const [announcement] = await world.announced()
  const before = await rowOf(world, accountId)
  for (let twice = 0; twice < 2; twice++) expect((await world.run(world.announce(announcement!)))?.id).toBe(accountId)
  expect(await rowOf(world, accountId)).toEqual(before)
  expect(names(world)).toEqual(['account.linked'])
})

test('webhook for a row whose token was replaced at Merge: what Merge confirms takes its place', async () => {
  const world = moments()
  const { accountId, publicToken } = await world.attempt()
  await world.run(world.acme.exchangePublicToken(publicToken))
  const row = await rowOf(world, accountId)
  const answer = await world.sandbox.handle(
    new Request('https://merge.test/api/hris/v1/account-token/regenerate', {
      method: 'POST',
      headers: { authorization: `Bearer ${world.sandbox.apiKey}`, 'x-account-token': await tokenOf(row) },
    }),
  )
  const { account_token } = (await answer.json()) as { account_token: string }
  await world.run(world.announce({ linkedAccountId: row.linkedAccountId ?? '', accountToken: account_token }))
  expect(await tokenOf(await world.oneIsLinked(accountId))).toBe(account_token)
})

test('webhook for an origin id we do not know (other app, other environment): nothing is written, and nothing is deleted at Merge', async () => {
  const other = moments()
  await other.attempt()
  const [announcement] = await other.announced()
  const ours = moments({ fetch: (input, init) => other.sandbox.handle(new Request(input, init)) })
  await ours.attempt('org_acme').catch(() => {})
  const before = await ours.rows()
  expect(await ours.run(ours.announce(announcement!))).toBeNull()
  expect(other.requests.at(-1)).toBe('GET /api/hris/v1/account-details 200')
  expect(await ours.rows()).toEqual(before)
  expect(other.sandbox.accounts().map(({ status }) => status)).toContain('COMPLETE')
})

test('strategy 1: two users of one org connect at once: both get the same pending row', async () => {
  const world = moments({ originIds: 'one-per-category' })
  const { handler } = door(world, {
    authenticate: (request) => ({
      organization: { id: 'org_acme', name: 'Acme' },
      user: { id: request.headers.get('x-user') ?? '', email: 'someone@acme.test' },
    }),
  })
  const click = (user: string) =>
    handler(
      new Request('https://app.test/api/integrations/link-token', {
        method: 'POST',
        headers: { 'sec-fetch-site': 'same-origin', 'content-type': 'application/json', 'x-user': user },
        body: JSON.stringify({ category: 'hris' }),
      }),
    ).then((response) => response.json() as Promise<{ accountId: string; linkToken: string }>)
  const [one, other] = await world.run(Promise.all([click('user_1'), click('user_2')]))
  expect(one.accountId).toBe(other.accountId)
  expect((await world.rows()).map(({ status }) => status)).toEqual(['pending'])
  for (const { linkToken } of [one, other]) await world.run(world.acme.exchangePublicToken(world.complete(linkToken)))
  await world.oneIsLinked(one.accountId)
})

test('strategy 2: "add another" while one is pending: the pending one is continued', async () => {
  const world = moments()
  const first = await world.attempt()
  const second = await world.attempt()
  expect(second.accountId).toBe(first.accountId)
  await world.run(world.acme.exchangePublicToken(second.publicToken))
  const third = await world.attempt()
  expect(third.accountId).not.toBe(first.accountId)
  await world.run(world.acme.exchangePublicToken(third.publicToken))
  expect((await world.rows()).map(({ status }) => status)).toEqual(['active', 'active'])
})

test('org switch / logout between click and exchange: attached to the org that owns the row; the caller’s current org sees not found', async () => {
  const world = moments()
  const { accountId, publicToken } = await world.attempt('org_before')
  await world.attempt('org_after')
  const after = world.integrations.forOrganization('org_after')
  await expect(world.run(after.exchangePublicToken(publicToken))).rejects.toMatchObject({ ...NOT_FOUND, accountId: undefined })
  expect(await infoOf(world, accountId, 'org_before')).toMatchObject({ status: 'active', organizationId: 'org_before' })
  expect((await after.list()).map(({ status }) => status)).toEqual(['pending'])
})
