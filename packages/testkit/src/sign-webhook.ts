import { createHmac } from 'node:crypto'
import type { WebhookPayload } from '@connect-integration/server'

export interface SignWebhookOptions {
  /** The signature key: one of your `webhookSecrets`. */
  secret: string
  /** What Merge says; text and bytes are signed as they are. */
  payload: WebhookPayload | string | Uint8Array
}

export interface SignedWebhook {
  /** Send exactly these bytes. */
  body: Uint8Array<ArrayBuffer>
  signature: string
  /** The headers that Merge sends. */
  headers: { 'content-type': 'application/json'; 'x-merge-webhook-signature': string }
}

/**
 * A webhook as Merge would send it, to try your own endpoint with: `fetch(url, { method: 'POST', ...signWebhook({ secret, payload }) })`.
 * Nothing is checked: a payload that Merge would never send is signed as well.
 */
export function signWebhook({ secret, payload }: SignWebhookOptions): SignedWebhook {
  const body = new Uint8Array(bytesOf(payload))
  // Merge keeps the padding, which Node's base64url leaves out; 32 bytes always have one.
  const signature = `${createHmac('sha256', secret).update(body).digest('base64url')}=`
  return { body, signature, headers: { 'content-type': 'application/json', 'x-merge-webhook-signature': signature } }
}

function bytesOf(payload: SignWebhookOptions['payload']): Uint8Array {
  if (payload instanceof Uint8Array) return payload
  return Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload))
}
