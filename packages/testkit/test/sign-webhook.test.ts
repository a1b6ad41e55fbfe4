import { createIntegrations } from '@connect-integration/server'
import { memoryStorage } from '@connect-integration/server/storage/memory'
import { expect, test } from 'vitest'
import { signWebhook } from '../src/index.ts'

const SECRET = 'FAKE-signature-key-for-tests'
const PING = '{"response":"Success! This URL will be notified."}'

/** The endpoint of an app. */
const integrations = createIntegrations({
  merge: { apiKey: 'a-key' },
  storage: memoryStorage(),
  secrets: [Buffer.alloc(32, 7).toString('base64')],
  webhookSecrets: [SECRET],
  sync: { models: ['hris.Employee'] },
  logger: { debug() {}, info() {}, warn() {}, error() {} },
})

test('signs as Merge does, padding included', () => {
  const { body, signature, headers } = signWebhook({ secret: SECRET, payload: PING })
  expect(Buffer.from(body).toString()).toBe(PING)
  expect(signature).toBe('AFgTX5OwyQ7DJCUlRe2epJnntJvfS6A-yfw73J8_TB8=')
  expect(headers).toEqual({ 'content-type': 'application/json', 'x-merge-webhook-signature': signature })
})

test('an event, text and bytes are taken by the server, and with another secret refused', async () => {
  const linked_account = { id: '4ac10f37', end_user_origin_id: null }
  for (const payload of [
    { hook: { event: 'LinkedAccount.linked' }, linked_account, data: { account_token: 'a-token' } } as const,
    { hook: { event: 'Employee.changed' }, linked_account, data: { id: 'x', first_name: 'Zoë' } } as const,
    { response: 'Success!' },
    PING,
    Buffer.from([0xff, 0x00, 0x7b]),
  ]) {
    expect(await integrations.receiveWebhook(signWebhook({ secret: SECRET, payload }))).toMatchObject({ status: 200 })
    expect(await integrations.receiveWebhook(signWebhook({ secret: 'another', payload }))).toMatchObject({ status: 401 })
  }
})

test('what it returns is a whole request', async () => {
  const payload = { hook: { event: 'Employee.changed' }, linked_account: { id: 'merge-1' }, data: { id: 'x' } } as const
  const signed = signWebhook({ secret: SECRET, payload })
  const request = new Request('https://app.test/api/integrations/webhook', { method: 'POST', ...signed })
  expect(request.headers.get('x-merge-webhook-signature')).toBe(signed.signature)
  expect(await request.json()).toEqual(payload)
})
