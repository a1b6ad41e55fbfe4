import { createHmac } from 'node:crypto'
import type { LinkedAccount } from './account/linked-account.ts'
import { webhookAccount } from './merge/shapes.ts'
import { uuidFrom } from './random.ts'
import { SandboxError } from './sandbox-error.ts'
import type { Settings } from './settings.ts'
import { checkedEvents, type WebhookEvent, type WebhookTarget, webhookEvents } from './webhook-events.ts'

export interface Webhooks {
  /** Puts an event aside, with the account as it is now. */
  emit(account: LinkedAccount, event: WebhookEvent, data: () => object): void
  /** From now on these, instead of those before. Throws a `SandboxError` for one that Merge does not send, and when there is no address. */
  setEvents(events: readonly WebhookEvent[]): void
  /** Sends what was put aside. Resolves with the number of bodies that were taken (answered with 2xx). */
  deliver(): Promise<number>
}

/** Three tries, a second and two seconds apart; what is answered with 4xx is lost at once. */
const waitsMs = [1000, 2000]
const timeoutMs = 10_000

export function createWebhooks(settings: Settings): Webhooks {
  const target = settings.webhooks
  let on = new Set<string>(checkedEvents(target?.events ?? webhookEvents))
  let waiting: string[] = []

  return {
    emit(account, event, data) {
      if (!target || !(on.has(event) || on.has(event.replace(/^[^.]+/, '*')))) return
      const hook = { id: uuidFrom(settings.seed, 'hook', event), event, target: target.url }
      waiting.push(JSON.stringify({ hook, linked_account: webhookAccount(account, settings), data: data() }))
    },
    setEvents(events) {
      if (!target) throw new SandboxError('There is nowhere to send webhooks to. Pass webhooks: { url, secret } to createSandbox.')
      on = new Set(checkedEvents(events))
    },
    async deliver() {
      if (!target) return 0
      const bodies = waiting
      waiting = []
      const taken = await Promise.all(bodies.map((body) => send(target, body)))
      return taken.filter(Boolean).length
    },
  }

  async function send({ url, secret, fetch: fetchFn = fetch }: WebhookTarget, body: string): Promise<boolean> {
    const signature = createHmac('sha256', secret).update(body).digest('base64').replaceAll('+', '-').replaceAll('/', '_')
    const headers = { 'content-type': 'application/json', 'x-merge-webhook-signature': signature }
    for (let attempt = 0; ; attempt++) {
      const init = { method: 'POST', headers, body, signal: AbortSignal.timeout(timeoutMs) }
      const status = await fetchFn(url, init).then(
        (response) => response.status,
        () => 599,
      )
      if (status < 500) return status < 300
      const wait = waitsMs[attempt]
      if (wait === undefined) return false
      await settings.sleep(wait)
    }
  }
}
