import type { RecordChange } from './account/mirror.ts'
import { SandboxError } from './sandbox-error.ts'
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

export const webhookEvents = [
  'LinkedAccount.linked',
  'LinkedAccount.sync_completed',
  'LinkedAccount.deleted',
  'Issue.new',
  'Issue.resolved',
] as const

/** Throws a `SandboxError` for one that Merge does not send. */
export function checkedEvents(events: readonly string[]): readonly string[] {
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
