import { expect, test } from 'vitest'
import { readDetails } from '../../src/link/details.ts'
import { settleCandidates } from '../../src/link/settle-candidates.ts'
import { infoOf, rowOf, stale } from '../support/setup.ts'
import { opens, tokenOf } from '../support/tokens.ts'
import { closedTab, envelope, type WebhookWorld, withWebhooks } from '../support/webhooks.ts'

const candidatesOf = async (world: WebhookWorld, id: string) => readDetails(await rowOf(world, id)).candidates

/** The newest `linked` that Merge has sent, with something else in it. */
function altered(world: WebhookWorld, account: Record<string, unknown>, data: Record<string, unknown> = {}) {
  const body = JSON.parse(world.mail.sent.findLast(({ event }) => event === 'LinkedAccount.linked')?.text ?? '')
  return { ...body, linked_account: { ...body.linked_account, ...account }, data: { ...body.data, ...data } }
}

test('a tab that was closed before the exchange: the webhook completes the link, and the data comes', async () => {
  const world = withWebhooks()
  const { accountId } = await closedTab(world)
  await world.deliver()
  expect(world.mail.answers).toEqual([200])
  const waiting = await rowOf(world, accountId)
  expect(waiting).toMatchObject({ status: 'pending', token: null, linkedAccountId: null, due: world.time.clock.now() })
  await world.work()
  const [account] = await world.acme.list()
  expect(account).toMatchObject({
    id: accountId,
    status: 'active',
    integration: { name: 'BambooHR', slug: 'bamboohr' },
    accountType: 'TEST',
  })
  expect(account?.linkedAccountId).toBe(world.sandbox.accounts()[0]?.id)
  expect(account?.integration?.logoUrl).toMatch(/^https:/)
  await world.work(30_000)
  await world.work(60_000)
  expect(await stale(Object.assign(world, { id: accountId, linked: account?.linkedAccountId ?? '' }))).toEqual([])
  expect(world.events.filter(({ name }) => name === 'account.linked')).toHaveLength(1)
  expect(await candidatesOf(world, accountId)).toEqual([])
})

test('a link by webhook is one question to Merge and one write, name and logo included', async () => {
  const world = withWebhooks()
  const { accountId } = await closedTab(world)
  await world.deliver()
  const before = await rowOf(world, accountId)
  await world.run(settleCandidates(world.integrations.core.link, before))
  expect(world.requests.filter((request) => request.includes('/account-details'))).toHaveLength(1)
  const after = await rowOf(world, accountId)
  expect(readDetails(after).integration).toMatchObject({ slug: 'bamboohr' })
  // One to attach it, one to drop what the webhook brought.
  expect(after.revision).toBe(before.revision + 2)
})

test('the exchange that comes after all is the same link, told once', async () => {
  const world = withWebhooks()
  const { accountId, publicToken } = await closedTab(world)
  await world.deliver()
  await world.work()
  const account = await world.run(world.acme.exchangePublicToken(publicToken))
  expect(account).toMatchObject({ id: accountId, status: 'active' })
  expect(world.events.filter(({ name }) => name === 'account.linked' || name === 'account.relinked')).toHaveLength(1)
})

test('an exchange between the webhook and the next look wins, and what the webhook brought is dropped', async () => {
  const world = withWebhooks()
  const { accountId, publicToken } = await closedTab(world)
  await world.deliver()
  await world.run(world.acme.exchangePublicToken(publicToken))
  const relinks = readDetails(await rowOf(world, accountId)).relinks
  await world.work()
  const row = await rowOf(world, accountId)
  expect(row.status).toBe('active')
  expect(readDetails(row)).toMatchObject({ candidates: [], relinks })
  expect(world.events.filter(({ name }) => name.startsWith('account.')).map(({ name }) => name)).toEqual(['account.linked'])
  await world.work(30_000)
  expect((await infoOf(world, accountId)).sync.lastSyncedAt).not.toBeNull()
})

test('a webhook after the exchange writes nothing and asks Merge nothing but for a look', async () => {
  const world = withWebhooks()
  const { accountId, publicToken } = await closedTab(world)
  await world.run(world.acme.exchangePublicToken(publicToken))
  await world.work()
  const before = await rowOf(world, accountId)
  const asked = world.requests.length
  await world.deliver()
  expect(world.mail.answers).toContain(200)
  expect(await rowOf(world, accountId)).toEqual({ ...before, due: expect.any(Number), dirty: before.dirty + world.mail.sent.length })
  expect(world.requests.length).toBe(asked)
})

test('the token is stored before the answer, sealed, and as nothing that could be taken for a confirmed one', async () => {
  const world = withWebhooks()
  const { accountId } = await closedTab(world)
  await world.deliver()
  const [candidate] = await candidatesOf(world, accountId)
  expect(candidate?.token).toMatch(/^ci1\./)
  const row = await rowOf(world, accountId)
  // Moved into the token's place in the database it does not open.
  await expect(tokenOf({ ...row, token: candidate?.token ?? '' })).rejects.toMatchObject({ code: 'CRYPTO_TAMPERED' })
})

test('held accounts are held when a webhook links them too', async () => {
  const world = withWebhooks({ onLinked: () => 'hold' })
  const { accountId } = await closedTab(world)
  await world.deliver()
  await world.work()
  expect((await infoOf(world, accountId)).status).toBe('held')
})

test('while Merge cannot be asked the token waits, and the link is completed when it can', async () => {
  const world = withWebhooks()
  const { accountId } = await closedTab(world)
  await world.deliver()
  const heal = world.sandbox.fault({ kind: 'status', status: 503, path: '/account-details', count: Number.POSITIVE_INFINITY })
  await world.work()
  const waiting = await rowOf(world, accountId)
  expect(waiting.status).toBe('pending')
  expect(waiting.due).toBeGreaterThan(world.time.clock.now())
  heal()
  await world.work(10 * 60_000)
  expect((await infoOf(world, accountId)).status).toBe('active')
})

test('a token that Merge does not know at first is asked about three times, minutes apart, and then never again', async () => {
  const world = withWebhooks()
  const { accountId } = await closedTab(world)
  await world.deliver()
  const linked = world.mail.sent[0]?.text ?? ''
  const heal = world.sandbox.fault({ kind: 'status', status: 401, path: '/account-details', count: Number.POSITIVE_INFINITY })
  const asked = () => world.requests.filter((request) => request.includes('/account-details')).length
  const times = []
  for (let minute = 0; minute < 20; minute++) {
    await world.work(60_000)
    times.push(asked())
  }
  expect(times[0]).toBe(1)
  expect(times.at(-1)).toBe(3)
  expect(await rowOf(world, accountId)).toMatchObject({ status: 'pending', due: null })
  for (let again = 0; again < 5; again++) {
    await world.post(linked)
    await world.work(60_000)
  }
  expect(asked()).toBe(3)
  heal()
})

test('once Merge knows it, the second question links it', async () => {
  const world = withWebhooks()
  const { accountId } = await closedTab(world)
  await world.deliver()
  world.sandbox.fault({ kind: 'status', status: 401, path: '/account-details', count: 1 })
  await world.work()
  expect((await infoOf(world, accountId)).status).toBe('pending')
  await world.work(60_000)
  expect((await infoOf(world, accountId)).status).toBe('active')
})

test('forged tokens do not push the real one out, whichever comes first', async () => {
  for (const order of ['before', 'after'] as const) {
    const world = withWebhooks()
    const { accountId } = await closedTab(world)
    const forge = async () => {
      for (let count = 0; count < 3; count++)
        await world.post({
          ...envelope(
            'LinkedAccount.linked',
            { id: 'x', end_user_origin_id: (await rowOf(world, accountId)).originId },
            { account_token: `forged-${count}` },
          ),
        })
    }
    if (order === 'before') await forge()
    await world.deliver()
    if (order === 'after') await forge()
    await world.work()
    expect(await infoOf(world, accountId)).toMatchObject({ status: 'active' })
    expect(await opens(world, await rowOf(world, accountId))).toBe(world.sandbox.accounts()[0]?.id)
  }
})

test('what is kept of forged tokens has an end', async () => {
  const world = withWebhooks()
  const { accountId } = await closedTab(world)
  const { originId } = await rowOf(world, accountId)
  for (let count = 0; count < 50; count++)
    await world.post(envelope('LinkedAccount.linked', { id: 'x', end_user_origin_id: originId }, { account_token: `forged-${count}` }))
  expect(await candidatesOf(world, accountId)).toHaveLength(4)
})

test('another customer’s token, named for this row, is given to nobody', async () => {
  const world = withWebhooks()
  const victim = await closedTab(world, 'org_victim')
  await world.deliver()
  await world.work()
  const theirs = await tokenOf(await rowOf(world, victim.accountId, 'org_victim'))
  const mine = await closedTab(world)
  const { originId } = await rowOf(world, mine.accountId)
  const { linkedAccountId } = await rowOf(world, victim.accountId, 'org_victim')
  await world.post(envelope('LinkedAccount.linked', { id: linkedAccountId, end_user_origin_id: originId }, { account_token: theirs }))
  await world.work()
  const row = await rowOf(world, mine.accountId)
  expect([row.token, row.linkedAccountId]).toEqual([null, null])
  expect(await opens(world, await rowOf(world, victim.accountId, 'org_victim'))).toBe(linkedAccountId)
})

test('an active account is left alone when Merge does not confirm the token, and follows Merge when it does', async () => {
  const world = withWebhooks()
  const { accountId } = await closedTab(world)
  await world.deliver()
  await world.work()
  await world.work(30_000)
  const before = await rowOf(world, accountId)
  await world.post(altered(world, {}, { account_token: 'not-a-token-of-merge' }))
  await world.work(10_000)
  const left = await rowOf(world, accountId)
  expect([left.token, left.status, left.linkedAccountId]).toEqual([before.token, 'active', before.linkedAccountId])
  const answer = await world.sandbox.handle(
    new Request('https://merge.test/api/hris/v1/account-token/regenerate', {
      method: 'POST',
      headers: { authorization: `Bearer ${world.sandbox.apiKey}`, 'x-account-token': await tokenOf(before) },
    }),
  )
  const { account_token: renewed } = (await answer.json()) as { account_token: string }
  await world.post(altered(world, {}, { account_token: renewed }))
  await world.work(10_000)
  expect(await tokenOf(await rowOf(world, accountId))).toBe(renewed)
})

test('a category that Merge does not name, or names in its own way, does not lose the link', async () => {
  const world = withWebhooks()
  const { accountId } = await closedTab(world)
  world.mail.arrives = false
  await world.deliver()
  for (const category of [undefined, 'HRIS']) await world.post(altered(world, { category }))
  await world.work()
  expect((await infoOf(world, accountId)).status).toBe('active')
})

test('an account of another application is none of ours', async () => {
  const world = withWebhooks()
  const verdict = await world.post(
    envelope('LinkedAccount.linked', { id: 'elsewhere', end_user_origin_id: 'not_ours' }, { account_token: 'tok-1234' }),
  )
  expect(verdict).toEqual({ status: 200, outcome: 'unknown', event: 'LinkedAccount.linked', accountId: null })
  expect(world.requests).toEqual([])
})

test('when the webhook of a link is lost, the next click completes it with the same account', async () => {
  const world = withWebhooks()
  const { accountId } = await closedTab(world)
  world.mail.arrives = false
  await world.deliver()
  await world.work(3_600_000)
  expect((await infoOf(world, accountId)).status).toBe('pending')
  const again = await closedTab(world)
  expect(again.accountId).toBe(accountId)
  await world.run(world.acme.exchangePublicToken(again.publicToken))
  expect(world.sandbox.accounts()).toHaveLength(1)
})
