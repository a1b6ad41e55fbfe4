import { expect, test } from 'vitest'
import { readDetails } from '../../src/link/details.ts'
import type { Account, Storage } from '../../src/storage/port.ts'
import { steady } from '../../src/system.ts'
import { createWebhookReceiver } from '../../src/webhooks/receive.ts'
import { door } from '../support/http.ts'
import { ACME, handleOf, infoOf, MODELS, ORGANIZATION, rowOf, stored } from '../support/setup.ts'
import { tokenOf, whose } from '../support/tokens.ts'
import { BODIES, envelope, sign, type WebhookWorld, withWebhooks } from '../support/webhooks.ts'

/** Everything there is, but for when the account is looked at next and how often that was asked for. */
async function picture(world: WebhookWorld): Promise<unknown> {
  const { accounts } = await world.storage.list({
    limit: 100,
    status: ['pending', 'active', 'held', 'relink_needed', 'deleting', 'error', 'deleted'],
  })
  const rows = accounts.map(
    ({
      due: _due,
      dirty: _dirty,
      fence: _fence,
      revision: _revision,
      updatedAt: _updatedAt,
      models,
      details,
      token: _token,
      ...row
    }: Account) => {
      const { activity: _activity, deletions: _deletions, candidates, ...known } = readDetails({ details })
      return {
        ...row,
        known,
        waiting: candidates.filter(({ token }) => token !== null).length,
        records: MODELS.map((model) => models[model]?.records ?? 0),
      }
    },
  )
  const tokens = await Promise.all(accounts.map(async (row) => (row.token === null ? null : await whose(world, await tokenOf(row)))))
  const data = await Promise.all(accounts.flatMap(({ id }) => MODELS.map(async (model) => [...(await stored(world, id, model))])))
  return { rows, tokens, data, atMerge: world.sandbox.accounts().map(({ id, status }) => ({ id, status })) }
}

/** What an account can be, and how it gets there; the webhooks of its whole life are in `mail` afterwards. */
const STATES: Record<string, (world: WebhookWorld) => Promise<string>> = {
  async pending(world) {
    return (await world.run(world.acme.createLinkToken({ category: 'hris', ...ACME }))).accountId
  },
  async active(world) {
    const id = await world.connect()
    await world.work(30_000)
    return id
  },
  async held(world) {
    return world.connect(ORGANIZATION, 'workday')
  },
  async relink_needed(world) {
    const id = (await STATES.active?.(world)) ?? ''
    world.sandbox.setStatus((await rowOf(world, id)).linkedAccountId ?? '', 'RELINK_NEEDED')
    await world.work(900_000)
    return id
  },
  async error(world) {
    const id = (await STATES.active?.(world)) ?? ''
    const row = await rowOf(world, id)
    await world.sandbox.handle(
      new Request('https://merge.test/api/hris/v1/delete-account', {
        method: 'POST',
        headers: { authorization: `Bearer ${world.sandbox.apiKey}`, 'x-account-token': await tokenOf(row) },
      }),
    )
    await world.work(900_000)
    return id
  },
  async deleting(world) {
    const id = (await STATES.active?.(world)) ?? ''
    world.sandbox.fault({ kind: 'status', status: 503, path: '/delete-account', count: Number.POSITIVE_INFINITY })
    await world.run((await handleOf(world, id)).delete())
    return id
  },
  async deleted(world) {
    const id = (await STATES.active?.(world)) ?? ''
    await world.run((await handleOf(world, id)).delete())
    return id
  },
}

const reached = async (state: string) => {
  const world = withWebhooks({ onLinked: ({ category: _category }) => (state === 'held' ? 'hold' : 'ready') })
  const id = await (STATES[state] as (world: WebhookWorld) => Promise<string>)(world)
  await world.deliver()
  for (let look = 0; look < 3; look++) await world.work(60_000)
  expect((await rowOf(world, id)).status).toBe(state)
  return { world, id }
}

test('W1 forged webhook: without the secret nothing is read, looked up or asked, and the answer is 401', async () => {
  const { world, id } = await reached('active')
  const { linkedAccountId, originId } = await rowOf(world, id)
  const before = [await picture(world), await rowOf(world, id)] as const
  const asked = world.requests.length
  const { call } = door(world)
  for (const event of ['LinkedAccount.linked', 'LinkedAccount.deleted', 'Issue.new', 'Employee.changed']) {
    const body = JSON.stringify(
      envelope(event, { id: linkedAccountId, end_user_origin_id: originId }, { account_token: 'a-token-of-mine' }),
    )
    for (const signature of [sign(body, 'guess'), sign(body, ''), Buffer.from(sign(body), 'base64url').toString('hex'), sign(`${body} `)]) {
      expect((await call('POST', '/webhook', { body, headers: { 'x-merge-webhook-signature': signature } })).status).toBe(401)
    }
    expect((await call('POST', '/webhook', { body })).status).toBe(401)
  }
  expect(world.requests.length).toBe(asked)
  expect([await picture(world), await rowOf(world, id)]).toEqual(before)
  const real = JSON.stringify(envelope('Issue.new', { id: linkedAccountId }))
  expect((await call('POST', '/webhook', { body: real, headers: { 'x-merge-webhook-signature': sign(real) } })).status).toBe(200)
  expect((await rowOf(world, id)).dirty).toBe(before[1].dirty + 1)
})

test.each(Object.keys(STATES))(
  'W2 replayed webhook: every body that Merge ever sent, twice and backwards, leaves an account that is %s as it is',
  async (state) => {
    const { world } = await reached(state)
    // The mail of another life of the same customer, too.
    const other = await reached(state === 'deleted' ? 'active' : 'deleted')
    const captured = [...world.mail.sent, ...other.world.mail.sent].map(({ text }) => text)
    if (state !== 'pending') expect(captured.length).toBeGreaterThan(1)
    const before = await picture(world)
    for (const text of [...captured, ...captured, ...captured.toReversed()]) {
      expect((await world.post(text)).status).toBe(200)
      await world.work(100)
    }
    for (let look = 0; look < 8; look++) await world.work(60_000)
    expect(await picture(world)).toEqual(before)
  },
)

test('W2 replayed webhook: a thousand of them in a minute are at most one look in five seconds', async () => {
  const { world, id } = await reached('active')
  const looks = () => world.events.filter(({ name, event }) => name === 'sync.looked' && event.accountId === id).length
  const text = world.mail.sent.find(({ event }) => event === 'LinkedAccount.linked')?.text ?? ''
  const before = looks()
  const began = world.time.clock.now()
  for (let count = 0; count < 1_000; count++) {
    await world.post(text)
    await world.work(60)
  }
  const seconds = (world.time.clock.now() - began) / 1_000
  expect(looks() - before).toBeGreaterThan(1)
  expect(looks() - before).toBeLessThanOrEqual(Math.ceil(seconds / 5) + 1)
})

test('W2 replayed webhook: also when another process takes them than the one that looks', async () => {
  const { world, id } = await reached('active')
  const looks = () => world.events.filter(({ name, event }) => name === 'sync.looked' && event.accountId === id).length
  const text = JSON.stringify(envelope('Issue.new', { id: (await rowOf(world, id)).linkedAccountId }))
  const before = looks()
  for (let count = 0; count < 100; count++) {
    // Each knows nothing of the others.
    await world.run(world.another().receiveWebhook({ body: Buffer.from(text), signature: sign(text) }))
    await world.work(100)
  }
  expect(looks() - before).toBeGreaterThan(1)
  expect(looks() - before).toBeLessThanOrEqual(4)
})

test('W3 body written again: a parsed body is refused with the remedy, and the bytes alone count', async () => {
  const world = withWebhooks()
  for (const { rawBody } of BODIES.bodies) {
    const spaced = JSON.stringify(JSON.parse(rawBody), null, 2)
    expect((await world.post(spaced, sign(rawBody))).status).toBe(401)
    expect((await world.post(spaced, sign(spaced))).status).toBe(200)
    await expect(world.integrations.receiveWebhook({ body: JSON.parse(rawBody), signature: sign(rawBody) })).rejects.toMatchObject({
      code: 'WEBHOOK_RAW_BODY_REQUIRED',
    })
  }
})

test('W4 unsigned webhook: it is verified before the store or Merge hears of it, and keeps no place from the real one', async () => {
  const calls: string[] = []
  const storage = new Proxy({} as Storage, {
    get:
      (_, name) =>
      async (...args: unknown[]) => {
        calls.push(`${String(name)} ${JSON.stringify(args)}`)
        return null
      },
  })
  const quiet = { debug() {}, info() {}, warn() {}, error() {} }
  let signed = false
  const receive = createWebhookReceiver({
    verify: () => signed,
    storage,
    clock: steady({ now: () => 0 }),
    sleep: () => new Promise(() => {}),
    logger: quiet,
    keepCandidate: async () => {
      calls.push('candidate')
      return null
    },
    ring: () => void calls.push('ring'),
  })
  const body = Buffer.from(JSON.stringify(envelope('LinkedAccount.linked', { id: 'a' }, { account_token: 'tok-1' })))
  expect((await receive({ body, signature: 'x' })).status).toBe(401)
  expect(calls).toEqual([])
  signed = true
  expect((await receive({ body, signature: 'x' })).status).toBe(200)
  expect(calls).toContain('candidate')
})

test('W5 oversize, slow or deep webhook: none of them costs more than its size', async () => {
  const world = withWebhooks()
  const { call } = door(world)
  const post = (body: string) => call('POST', '/webhook', { body, headers: { 'x-merge-webhook-signature': sign(body) } })
  expect((await post(' '.repeat(2 * 1024 * 1024))).status).toBe(200)
  expect((await post(' '.repeat(2 * 1024 * 1024 + 1))).status).toBe(503)
  for (const deep of [
    '['.repeat(1_000_000),
    `${'{"a":'.repeat(300_000)}1${'}'.repeat(300_000)}`,
    `{"hook":{"event":${'['.repeat(500_000)}${']'.repeat(500_000)}}}`,
  ])
    expect((await post(deep)).status).toBe(200)
  const before = world.time.clock.now()
  const slow = new Request('https://app.test/api/integrations/webhook', {
    method: 'POST',
    body: new ReadableStream({}),
    duplex: 'half',
  } as RequestInit)
  expect((await world.run(door(world).handler(slow))).status).toBe(503)
  expect(world.time.clock.now() - before).toBe(10_000)
})

test('W6 forged fields: whoever a body says it is about, only its ids are used, and only to look', async () => {
  const { world, id } = await reached('active')
  const victim = await world.connect('org_victim')
  await world.work(60_000)
  const { linkedAccountId } = await rowOf(world, victim, 'org_victim')
  const mine = await rowOf(world, id)
  const before = await picture(world)
  const lies = {
    organization: ORGANIZATION,
    organizationId: ORGANIZATION,
    end_user_organization_name: 'Evil',
    status: 'RELINK_NEEDED',
    account_type: 'PRODUCTION',
    integration_slug: 'evil',
    is_duplicate: true,
  }
  for (const ids of [
    { id: linkedAccountId, end_user_origin_id: mine.originId },
    { id: mine.linkedAccountId, end_user_origin_id: 'x' },
    { id: 'x', end_user_origin_id: mine.originId },
  ])
    for (const event of [
      'LinkedAccount.linked',
      'LinkedAccount.deleted',
      'Issue.new',
      'Employee.removed',
      'LinkedAccount.sync_completed',
    ]) {
      const data = {
        account_token: 'a-token-of-nobody',
        id: [...(await stored(world, id, 'hris.Employee')).keys()][0],
        remote_was_deleted: true,
        is_relink: true,
      }
      expect((await world.post(envelope(event, { ...lies, ...ids }, data))).status).toBe(200)
      await world.work(10_000)
    }
  for (let look = 0; look < 8; look++) await world.work(60_000)
  expect(await picture(world)).toEqual(before)
  expect(await infoOf(world, id)).toMatchObject({ organizationId: ORGANIZATION, status: 'active', integration: { slug: 'bamboohr' } })
})
