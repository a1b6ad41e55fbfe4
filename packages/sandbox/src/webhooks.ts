import { createHmac } from 'node:crypto'
import type { LinkedAccount } from './account/linked-accounts.ts'
import { accountDetails } from './merge/shapes.ts'
import { uuidFrom } from './random.ts'
import { SandboxError } from './sandbox-error.ts'
import type { Settings } from './settings.ts'
import type { ModelDefinition } from './world/category.ts'

/** Where Merge's webhooks go. One address for the whole organization, as set in Merge's dashboard. */
export interface WebhookTarget {
  url: string
  /** Signs every body. */
  secret: string
  /** Which events are on. Default the five of connections and issues; those of records are off unless named here. */
  events?: readonly WebhookEvent[]
  /** Default the global one. Replace it to lose, double or reorder deliveries. */
  fetch?: typeof fetch
}

export type WebhookEvent = (typeof webhookEvents)[number] | RecordEvent

/**
 * Of one model, called as Merge calls it in webhooks (`Employee.changed`, `CRMContact.removed`), or of every one (`*.added`). One for each
 * record that Merge writes after the first sync; `synced`: one for each model that took part in a sync.
 */
export type RecordEvent = `${string}.${RecordChange | 'synced'}`
export type RecordChange = 'added' | 'changed' | 'removed'

export const webhookEvents = [
  'LinkedAccount.linked',
  'LinkedAccount.sync_completed',
  'LinkedAccount.deleted',
  'Issue.new',
  'Issue.resolved',
] as const

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
  let on = new Set<string>(checked(target?.events ?? webhookEvents))
  let waiting: string[] = []

  return {
    emit(account, event, data) {
      if (!target || !(on.has(event) || on.has(event.replace(/^[^.]+/, '*')))) return
      const hook = { id: uuidFrom(settings.seed, 'hook', event), event, target: target.url }
      waiting.push(JSON.stringify({ hook, linked_account: accountDetails(account, settings), data: data() }))
    },
    setEvents(events) {
      if (!target) throw new SandboxError('There is nowhere to send webhooks to. Pass webhooks: { url, secret } to createSandbox.')
      on = new Set(checked(events))
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

function checked(events: readonly string[]): readonly string[] {
  const unknown = Array.isArray(events)
    ? events.find((event) => !(webhookEvents as readonly string[]).includes(event) && !RECORD_EVENT.test(event))
    : String(events)
  if (unknown === undefined) return events
  throw new SandboxError(
    `There is no webhook ${unknown}. Known: ${webhookEvents.join(', ')}, and Employee.changed or *.changed and the like.`,
  )
}

const RECORD_EVENT = /^(\*|(?!LinkedAccount\.|Issue\.)\w+)\.(synced|added|changed|removed)$/

/** What Merge calls a model in a webhook's event: the end of its `model_id`, or that with its category in front. */
export function eventModel(category: string, model: ModelDefinition): string {
  const name = model.id.slice(model.id.indexOf('.') + 1)
  const [prefix, names] = PREFIXED[category] ?? ['', []]
  return names === 'all' || names.includes(name) ? `${prefix}${name}` : name
}

const PREFIXED: Record<string, [prefix: string, names: readonly string[] | 'all']> = {
  crm: ['CRM', ['Account', 'Contact', 'User']],
  accounting: ['Accounting', ['Attachment', 'Employee', 'Period', 'PhoneNumber', 'Transaction']],
  knowledgebase: ['KnowledgeBase', 'all'],
}
