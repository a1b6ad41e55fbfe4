import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { SandboxOptions } from '@connect-integration/sandbox'
import type { Options } from '../../src/index.ts'
import { ACME, ORGANIZATION, setup, type World, type WorldOptions } from './setup.ts'

export const WEBHOOK_SECRET = 'a-signature-key-of-the-dashboard'

/** A signature as Merge makes it, by other means than the code that checks it. */
export function sign(body: string | Uint8Array, secret = WEBHOOK_SECRET): string {
  return createHmac('sha256', secret).update(body).digest('base64').replaceAll('+', '-').replaceAll('/', '_')
}

export interface Body {
  name: string
  rawBody: string
  signature: string
  /** Encodings that are no signature. */
  hex: string
  base64: string
}

/** Bodies of every documented event, signed with `key`. */
export const BODIES = JSON.parse(readFileSync(new URL('../webhooks/bodies.json', import.meta.url), 'utf8')) as {
  key: string
  bodies: Body[]
}

export interface Delivery {
  text: string
  signature: string
  event: string
}

export interface Mail {
  /** Every body that Merge sent, in order. */
  sent: Delivery[]
  /** What Merge is answered with for each. */
  answers: number[]
  /** `false`: what Merge sends is lost on the way. */
  arrives: boolean
}

/** A world whose Merge sends its webhooks to its SDK. `deliver` sends what is waiting at Merge; `world.work` alone does not. */
export function withWebhooks(options: Partial<Options> = {}, more: WorldOptions & { sandbox?: SandboxOptions } = {}) {
  const mail: Mail = { sent: [], answers: [], arrives: true }
  const receive: typeof fetch = async (url, init) => {
    const request = new Request(url, init)
    const [text, signature] = [await request.text(), request.headers.get('x-merge-webhook-signature') ?? '']
    mail.sent.push({ text, signature, event: JSON.parse(text).hook.event })
    if (!mail.arrives) throw new TypeError('lost')
    const { status } = await world.integrations.receiveWebhook({ body: Buffer.from(text), signature })
    mail.answers.push(status)
    return new Response(null, { status })
  }
  const webhooks = { url: 'https://app.test/api/integrations/webhook', secret: WEBHOOK_SECRET, fetch: receive }
  const world: World = setup({ webhookSecrets: [WEBHOOK_SECRET], ...options }, { ...more, sandbox: { webhooks, ...more.sandbox } })
  return Object.assign(world, {
    mail,
    deliver: () => world.run(world.sandbox.deliverWebhooks()),
    /** Sends a body once more, or one of our own making. */
    async post(body: string | object, signature?: string) {
      const text = typeof body === 'string' ? body : JSON.stringify(body)
      return world.run(world.integrations.receiveWebhook({ body: Buffer.from(text), signature: signature ?? sign(text) }))
    },
  })
}

export type WebhookWorld = ReturnType<typeof withWebhooks>

/** An envelope as Merge sends it. */
export function envelope(event: string, account: Record<string, unknown>, data: unknown = {}) {
  return { hook: { id: 'hook_1', event, target: 'https://app.test/' }, linked_account: { category: 'hris', ...account }, data }
}

/** A customer finishes in Merge's modal, and the tab closes before anybody hears of it. */
export async function closedTab(world: WebhookWorld, organizationId = ORGANIZATION) {
  const { accountId, linkToken } = await world.run(
    world.integrations.forOrganization(organizationId).createLinkToken({ category: 'hris', ...ACME }),
  )
  const publicToken = world.complete(linkToken)
  return { accountId, publicToken }
}
