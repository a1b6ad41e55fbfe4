import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { door } from '../support/http.ts'
import { ACME, handleOf, ORGANIZATION } from '../support/setup.ts'
import { sign, type WebhookWorld, withWebhooks } from '../support/webhooks.ts'

test.each<[string, (world: WebhookWorld) => void]>([
  ['all goes well', () => {}],
  ['Merge refuses', (world) => void world.sandbox.fault({ kind: 'status', status: 401, path: '/account-details', count: 3 })],
  ['Merge is down', (world) => void world.sandbox.fault({ kind: 'status', status: 503, count: 9 })],
  [
    'Merge answers with the request in it',
    (world) =>
      void world.sandbox.fault({
        kind: 'rewrite',
        path: '/account-details',
        count: 3,
        rewrite: (body) => ({ ...(body as object), end_user_origin_id: 'somebody' }),
      }),
  ],
])('S3 token in the webhook: it is nowhere in clear but in the body, where %s', async (_, trouble) => {
  const answers: unknown[] = []
  const world = withWebhooks({
    logger: {
      debug: (...line) => void answers.push(line),
      info: (...line) => void answers.push(line),
      warn: (...line) => void answers.push(line),
      error: (...line) => void answers.push(line),
    },
  })
  const secrets = new Set<string>()
  for (const organization of [ORGANIZATION, 'org_deleted', 'org_unread']) {
    const owner = world.integrations.forOrganization(organization)
    const { accountId, linkToken } = await world.run(owner.createLinkToken({ category: 'hris', ...ACME }))
    world.complete(linkToken)
    if (organization === 'org_deleted') await world.run((await handleOf(world, accountId, organization)).delete())
  }
  trouble(world)
  await world.deliver()
  const { call } = door(world)
  const unread = door(world).handler
  for (const { text, signature } of [...world.mail.sent]) {
    const token = JSON.parse(text).data?.account_token
    if (token !== undefined) secrets.add(token)
    for (const given of [signature, 'wrong', sign(`${text} `)])
      answers.push((await call('POST', '/webhook', { body: text, headers: { 'x-merge-webhook-signature': given } })).text)
    answers.push(await world.post(text), await world.post(text, 'x'))
    answers.push(await world.integrations.receiveWebhook({ body: JSON.parse(text), signature }).catch((error: unknown) => error))
    const read = new Request('https://app.test/api/integrations/webhook', { method: 'POST', body: text })
    await read.text()
    answers.push(await (await unread(read)).text())
    const { accounts } = await world.storage.list({ limit: 100 })
    answers.push(accounts)
  }
  for (let look = 0; look < 6; look++) await world.work(60_000)
  const { accounts } = await world.storage.list({
    limit: 100,
    status: ['pending', 'active', 'error', 'deleting', 'deleted', 'relink_needed', 'held'],
  })
  answers.push(accounts, world.events, world.integrations, world.requests, await world.acme.list())
  const shown = inspect(answers, {
    depth: Number.POSITIVE_INFINITY,
    showHidden: true,
    getters: true,
    maxStringLength: null,
    maxArrayLength: null,
  })
  expect(secrets.size).toBe(3)
  for (const secret of secrets) expect([secret, `${shown}${JSON.stringify(accounts)}`.includes(secret)]).toEqual([secret, false])
})
