import { expect, test } from 'vitest'
import { ErrorCode, type KnownWebhook, type WebhookEventName, type WebhookPayload } from '../../src/index.ts'
import type { Storage } from '../../src/storage/port.ts'
import { connected, MODELS, rowOf, stale } from '../support/setup.ts'
import { BODIES, envelope, sign, WEBHOOK_SECRET, withWebhooks } from '../support/webhooks.ts'

/** A connected account, and everything that its store was asked since. */
async function watched() {
  const calls: string[] = []
  const wrap = (storage: Storage): Storage => {
    const seen =
      <Args extends unknown[], Result>(name: string, method: (...args: Args) => Result) =>
      (...args: Args) => {
        calls.push(`${name} ${JSON.stringify(args)}`)
        return method(...args)
      }
    return {
      ...storage,
      get: seen('get', storage.get),
      schedule: seen('schedule', storage.schedule),
      update: seen('update', storage.update),
    }
  }
  const world = withWebhooks({}, { wrap })
  const id = await world.connect()
  await world.work(30_000)
  await world.deliver()
  await world.work(60_000)
  world.time.clock.advance(10_000)
  const linked = (await rowOf(world, id)).linkedAccountId ?? ''
  calls.splice(0)
  return Object.assign(world, { id, linked, calls, hint: (event = 'Employee.changed') => envelope(event, { id: linked }, { id: 'x' }) })
}

test.each(BODIES.bodies)('$name is taken, for an account that is not ours, and nothing is done', async ({ rawBody, signature }) => {
  const world = withWebhooks({ webhookSecrets: ['another', BODIES.key] })
  const verdict = await world.post(rawBody, signature)
  const event = JSON.parse(rawBody).hook?.event ?? null
  expect(verdict).toEqual({ status: 200, outcome: 'unknown', event, accountId: null })
  expect(world.requests).toEqual([])
})

test('every documented event has a type, and what Merge sends fits it', () => {
  const account = { id: 'a', end_user_origin_id: null, is_duplicate: null, account_type: 'TEST' }
  const typed: WebhookPayload[] = [
    { hook: { event: 'LinkedAccount.linked' }, linked_account: account, data: { account_token: 't', is_relink: false } },
    { hook: { event: 'LinkedAccount.deleted' }, linked_account: account, data: {} },
    {
      hook: { event: 'LinkedAccount.sync_completed' },
      linked_account: account,
      data: { is_initial_sync: true, sync_status: { 'hris.Employee': { last_sync_result: 'DONE', last_sync_finished: null } } },
    },
    { hook: { event: 'LinkedAccount.synced' }, linked_account: account, data: { sync_status: {} } },
    { hook: { event: 'Issue.muted' }, linked_account: account, data: { id: 'i', status: 'ONGOING' } },
    { hook: { event: 'Employee.synced' }, linked_account: account, data: { synced_fields: ['first_name'] } },
    { hook: { event: 'CRMContact.changed' }, linked_account: account, data: { id: 'c', first_name: null } },
    { hook: { event: 'AsyncPassthrough.resolved' }, linked_account: account, data: {} },
    { hook: { event: 'Something.else' }, data: 7 },
    { response: 'Success! This URL will be notified.' },
  ]
  // @ts-expect-error without the token that the event is for
  typed.push({ hook: { event: 'LinkedAccount.linked' }, linked_account: account, data: {} } satisfies KnownWebhook)
  const documented = BODIES.bodies.flatMap(({ rawBody }) => JSON.parse(rawBody).hook?.event ?? [])
  const named = new Set<WebhookEventName>(documented)
  expect([...named].toSorted()).toEqual([
    'CRMContact.changed',
    ...['Employee.added', 'Employee.removed', 'Employee.synced'],
    ...['Issue.muted', 'Issue.new', 'Issue.reopened', 'Issue.resolved'],
    ...['LinkedAccount.deleted', 'LinkedAccount.linked', 'LinkedAccount.sync_completed', 'LinkedAccount.synced'],
  ])
})

test('the dashboard’s test is answered as it expects', async () => {
  const world = withWebhooks()
  expect(await world.post({ response: 'Success! This URL will be notified.' })).toEqual({
    status: 200,
    outcome: 'unknown',
    event: null,
    accountId: null,
  })
})

test.each([
  'LinkedAccount.sync_completed',
  'LinkedAccount.deleted',
  'LinkedAccount.of_tomorrow',
  'Issue.new',
  'Employee.synced',
  'CRMContact.removed',
])('%s has the account looked at', async (event) => {
  const world = await watched()
  expect(await world.post(world.hint(event))).toEqual({ status: 200, outcome: 'looking', event, accountId: world.id })
  expect((await rowOf(world, world.id)).due).toBe(world.time.clock.now())
})

test.each(['AsyncPassthrough.resolved', 'AsyncPost.completed', 'Something.new', 'changed', '', null, 7, { a: 1 }])(
  '%j has nothing to do with what is read, and is taken',
  async (event) => {
    const world = await watched()
    expect(await world.post(world.hint(event as string))).toMatchObject({ status: 200, outcome: 'unknown' })
    expect(world.calls).toEqual([])
  },
)

test.each([
  'null',
  '[]',
  '7',
  '"text"',
  '{',
  '',
  '{"hook":null}',
  '{"hook":{"event":"Issue.new"},"linked_account":null}',
  '{"__proto__":{"hook":{"event":"Issue.new"}}}',
  `${'['.repeat(200_000)}${']'.repeat(200_000)}`,
  `{"hook":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`,
])('a signed body of rubbish is taken and forgotten: %.40s', async (body) => {
  const world = withWebhooks()
  expect(await world.post(body)).toMatchObject({ status: 200, outcome: 'unknown' })
})

test('ids that no account has are not looked up', async () => {
  const world = await watched()
  for (const id of [null, 7, '', 'a b', '\0', 'x'.repeat(256), { $ne: 1 }, "' or 1=1"]) await world.post(envelope('Issue.new', { id }))
  expect(world.calls).toEqual([])
  await world.post(envelope('Issue.new', { id: 'unknown', end_user_origin_id: "'; drop table", category: 'no such' }))
  expect(world.calls).toEqual(['get [{"linkedAccountId":"unknown"}]'])
})

test('a row is found by our own origin id too, from before Merge’s id is known', async () => {
  const world = withWebhooks()
  const { accountId } = await world.run(world.acme.createLinkToken({ category: 'hris', organizationName: 'Acme', userEmail: 'a@b.test' }))
  const { originId } = await rowOf(world, accountId)
  expect(await world.post(envelope('Issue.new', { id: 'merge_1', end_user_origin_id: originId }))).toMatchObject({
    outcome: 'looking',
    accountId,
  })
})

test('the store is written to before the answer; when it fails the answer is 503 and the log says why', async () => {
  let down = true
  const world = withWebhooks(
    {},
    { wrap: (storage) => ({ ...storage, get: (key) => (down ? Promise.reject(new Error('secret of the driver')) : storage.get(key)) }) },
  )
  const body = envelope('Issue.new', { id: 'merge_1' })
  expect(await world.post(body)).toEqual({ status: 503, outcome: 'failed', event: 'Issue.new', accountId: null })
  expect(world.log.join()).toContain('A webhook could not be carried out')
  expect(world.log.join()).not.toContain('secret of the driver')
  down = false
  expect(await world.post(body)).toMatchObject({ status: 200 })
})

test('a store that does not answer is not waited for as long as Merge would wait', async () => {
  const world = withWebhooks({}, { wrap: (storage) => ({ ...storage, get: () => new Promise(() => {}) }) })
  const before = world.time.clock.now()
  expect(await world.post(envelope('Issue.new', { id: 'merge_1' }))).toMatchObject({ status: 503, outcome: 'failed' })
  expect(world.time.clock.now() - before).toBeLessThan(5_000)
})

test('a burst is one look now and one five seconds later, and no more', async () => {
  const world = await watched()
  const looks = () => world.events.filter(({ name }) => name === 'sync.looked').length
  const before = looks()
  for (let count = 0; count < 50; count++) {
    await world.post(world.hint())
    await world.work(10)
  }
  expect(looks() - before).toBe(1)
  await world.work(5_000)
  expect(looks() - before).toBe(2)
  for (let second = 0; second < 30; second++) await world.work(1_000)
  expect(looks() - before).toBe(2)
})

test('those soon after the first are written for later at once, so that nobody claims the account in vain', async () => {
  const world = await watched()
  for (let count = 0; count < 13; count++) {
    await world.post(world.hint())
    world.time.clock.advance(1_000)
  }
  const delays = world.calls.filter((call) => call.startsWith('schedule')).map((call) => JSON.parse(call.slice(9))[1])
  expect(delays).toEqual([0, 4_000, 3_000, 2_000, 1_000, 5_000, 4_000, 3_000, 2_000, 1_000, 5_000, 4_000, 3_000])
})

test('fifty at once are one look-up and two writes, and all are answered', async () => {
  const world = await watched()
  const body = JSON.stringify(world.hint())
  // Known by now, so that what is counted is the writing.
  await world.post(body)
  world.calls.splice(0)
  const verdicts = await world.run(
    Promise.all(Array.from({ length: 50 }, () => world.integrations.receiveWebhook({ body: Buffer.from(body), signature: sign(body) }))),
  )
  expect(verdicts.every(({ status }) => status === 200)).toBe(true)
  expect(world.calls.filter((call) => call.startsWith('schedule'))).toHaveLength(2)
  expect(world.calls.filter((call) => call.startsWith('get'))).toHaveLength(0)
})

test('when a shared write fails, each of those who waited for it says 503', async () => {
  let fail = false
  const world = withWebhooks(
    {},
    { wrap: (storage) => ({ ...storage, schedule: (id, at) => (fail ? Promise.reject(new Error('down')) : storage.schedule(id, at)) }) },
  )
  const id = await world.connect()
  const { linkedAccountId } = await rowOf(world, id)
  const body = JSON.stringify(envelope('Issue.new', { id: linkedAccountId }))
  const post = () => world.integrations.receiveWebhook({ body: Buffer.from(body), signature: sign(body) })
  fail = true
  const failed = await world.run(Promise.all(Array.from({ length: 9 }, post)))
  expect(failed.map(({ status }) => status)).toEqual(Array(9).fill(503))
  fail = false
  expect((await world.run(post())).status).toBe(200)
})

test('a webhook wakes the work loop of this process at once', async () => {
  const world = await watched()
  const stop = new AbortController()
  const running = world.integrations.run({ signal: stop.signal })
  await world.run(world.time.sleep(10))
  const before = world.requests.length
  await world.run(world.time.sleep(100))
  expect(world.requests.length).toBe(before)
  await world.post(world.hint())
  // The loop by itself looks every two seconds.
  await world.run(world.time.sleep(100))
  expect(world.requests.slice(before).join()).toContain('/account-details')
  stop.abort()
  await world.run(running)
})

test('webhooks that are lost cost time and no data: the next look finds what they told', async () => {
  const world = withWebhooks()
  world.mail.arrives = false
  const id = await world.connect()
  await world.work(30_000)
  await world.deliver()
  const linked = (await rowOf(world, id)).linkedAccountId ?? ''
  world.sandbox.hire(linked, { immediately: true })
  expect(world.mail.sent.length).toBeGreaterThan(0)
  expect(world.mail.answers).toEqual([])
  for (let quarter = 0; quarter < 6; quarter++) await world.work(900_000)
  expect(await stale(Object.assign(world, { id, linked }), MODELS)).toEqual([])
})

test('a deletion that waits for its next try is not hurried', async () => {
  const world = await watched()
  const row = await rowOf(world, world.id)
  await world.storage.update(row.id, row.revision, { status: 'deleting' })
  const before = await rowOf(world, world.id)
  expect(await world.post(world.hint())).toMatchObject({ status: 200, outcome: 'unknown' })
  expect(await rowOf(world, world.id)).toEqual(before)
})

test('an account that was deleted in Merge’s dashboard is looked at, found gone, and not deleted here', async () => {
  const world = await watched()
  await world.post(world.hint('LinkedAccount.deleted'))
  await world.work()
  expect((await rowOf(world, world.id)).status).toBe('active')
  world.sandbox.fault({ kind: 'status', status: 401, path: '/account-details', count: 99 })
  world.sandbox.fault({ kind: 'rewrite', path: '/linked-accounts', count: 99, rewrite: () => ({ next: null, results: [] }) })
  world.time.clock.advance(10_000)
  await world.post(world.hint('LinkedAccount.deleted'))
  await world.work()
  expect((await rowOf(world, world.id)).status).toBe('error')
})

test('what is no bytes is refused aloud, with the remedy', async () => {
  const { integrations } = await connected({ webhookSecrets: [WEBHOOK_SECRET] })
  for (const body of [{}, '{}', undefined, null, [123]]) {
    await expect(integrations.receiveWebhook({ body: body as never, signature: sign('{}') })).rejects.toMatchObject({
      code: ErrorCode.WEBHOOK_RAW_BODY_REQUIRED,
      message: expect.stringContaining('express.json()'),
    })
  }
})
