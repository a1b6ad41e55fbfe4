import { expect, test } from 'vitest'
import { createHandler } from '../../src/http/index.ts'
import { createIntegrations, ErrorCode, integrationsFromEnv } from '../../src/index.ts'
import { memoryStorage } from '../../src/storage/memory.ts'
import { SECRET } from '../support/setup.ts'
import { sign } from '../support/webhooks.ts'

const OPTIONS = { merge: { apiKey: 'a-key' }, storage: memoryStorage(), secrets: [SECRET], sync: { models: ['hris.Employee'] } }

test('without secrets there are no webhooks, which is said once at the start', async () => {
  const warned: string[] = []
  const logger = { debug() {}, info() {}, warn: (message: string) => void warned.push(message), error() {} }
  const integrations = createIntegrations({ ...OPTIONS, logger })
  const mount = (over: typeof integrations) => createHandler(over, { basePath: '/', authenticate: () => null })
  mount(integrations)
  expect(warned).toEqual([expect.stringContaining('MERGE_WEBHOOK_SECRET')])
  await expect(integrations.receiveWebhook({ body: Buffer.from('{}'), signature: sign('{}') })).rejects.toMatchObject({
    code: ErrorCode.CONFIG_INVALID,
  })
  mount(createIntegrations({ ...OPTIONS, logger, webhookSecrets: ['x'] }))
  expect(warned).toHaveLength(1)
})

test.each([[[]], [['']], [[' ']], [['good', '']], [['line end\n']], [[7]], ['text'], [null]])(
  'webhook secrets of %j are refused, and not told',
  (webhookSecrets) => {
    const attempt = () => createIntegrations({ ...OPTIONS, webhookSecrets: webhookSecrets as string[] })
    expect(attempt).toThrow(expect.objectContaining({ code: ErrorCode.CONFIG_INVALID, message: expect.stringContaining('webhookSecrets') }))
    expect(attempt).not.toThrow(expect.objectContaining({ message: expect.stringContaining('good') }))
  },
)

test.each(['', 'short', 'with a space in it', 7])('a tick secret of %j is refused', (tickSecret) => {
  expect(() => createIntegrations({ ...OPTIONS, tickSecret: tickSecret as string })).toThrow(
    expect.objectContaining({ code: ErrorCode.CONFIG_INVALID, message: expect.stringContaining('tickSecret') }),
  )
})

test('the environment names the secrets: one, several, none; empty is refused', async () => {
  const environment = { MERGE_API_KEY: 'k', CONNECT_INTEGRATION_SECRET: SECRET }
  const logger = { debug() {}, info() {}, warn() {}, error() {} }
  const { merge: _merge, secrets: _secrets, ...options } = OPTIONS
  const make = (more: Record<string, string>) => integrationsFromEnv({ ...options, logger }, { ...environment, ...more })
  const takes = (integrations: ReturnType<typeof make>, secret: string) =>
    integrations.receiveWebhook({ body: Buffer.from('{}'), signature: sign('{}', secret) }).then(({ status }) => status)
  expect(await takes(make({ MERGE_WEBHOOK_SECRET: ' one,with comma ' }), 'one,with comma')).toBe(200)
  const several = make({ MERGE_WEBHOOK_SECRETS: 'new, old', MERGE_WEBHOOK_SECRET: 'not this' })
  expect([await takes(several, 'new'), await takes(several, 'old'), await takes(several, 'not this')]).toEqual([200, 200, 401])
  await expect(takes(make({}), 'x')).rejects.toMatchObject({ code: ErrorCode.CONFIG_INVALID })
  for (const empty of ['MERGE_WEBHOOK_SECRET', 'MERGE_WEBHOOK_SECRETS']) expect(() => make({ [empty]: ' ' })).toThrow(/webhookSecrets/)
  expect(make({ CONNECT_INTEGRATION_TICK_SECRET: ` ${'t'.repeat(20)}\n` }).core.tickSecret?.reveal()).toBe('t'.repeat(20))
  expect(() => make({ CONNECT_INTEGRATION_TICK_SECRET: '' })).toThrow(/tickSecret/)
})
