import { createHmac } from 'node:crypto'
import { createIntegrations, type Options } from '@connect-integration/server'
import type { Storage } from '@connect-integration/server/storage'

export const SECRET = 'a-signature-key-of-the-benchmark'

/** A signed body of about so many bytes; `concerns` is Merge's id of an account, or nothing that this SDK knows. */
export function signedWebhook(bytes: number, event: string, concerns: string) {
  const envelope = {
    hook: { id: 'e8affe31-8ae0-4b37-8c50-d86303094dc4', event, target: 'https://example.test/webhooks/merge' },
    linked_account: { id: concerns, integration: 'BambooHR', category: 'hris', end_user_origin_id: 'org_123_hris', status: 'COMPLETE' },
    data: { id: '0958cbc6-6040-430a-848e-aafacbadf4ae', fields: [] as object[] },
  }
  for (let count = 0; JSON.stringify(envelope).length < bytes; count++)
    envelope.data.fields.push({ first_name: `Dirna ${count}`, remote_was_deleted: false })
  const body = Buffer.from(JSON.stringify(envelope))
  return { body, signature: `${createHmac('sha256', SECRET).update(body).digest('base64url')}=` }
}

const quiet = { debug() {}, info() {}, warn() {}, error() {} }

export function integrationsOver(storage: Storage) {
  const options: Options = {
    merge: { apiKey: 'a-key' },
    storage,
    secrets: [Buffer.alloc(32, 7).toString('base64')],
    webhookSecrets: [SECRET],
    sync: { models: ['hris.Employee'] },
    logger: quiet,
  }
  return createIntegrations(options)
}
