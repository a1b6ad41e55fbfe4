/** Every event of Merge that has a meaning here; Merge may send others, and they are no error. */
export type WebhookEventName =
  | 'LinkedAccount.linked'
  | 'LinkedAccount.deleted'
  | 'LinkedAccount.sync_completed'
  /** Deprecated by Merge, and still sent to organizations that have it switched on. */
  | 'LinkedAccount.synced'
  | 'LinkedAccount.synced_initial'
  | 'LinkedAccount.fully_synced_initial'
  | `Issue.${'new' | 'created' | 'reopened' | 'muted' | 'resolved'}`
  /** `Employee.changed`, `CRMContact.removed`: the names of common models as webhooks spell them. */
  | `${string}.${'synced' | 'added' | 'changed' | 'removed'}`
  | 'AsyncPassthrough.resolved'
  | 'AsyncPost.completed'
  | 'AsyncBulkPost.completed'

/**
 * A body as Merge documents it: what `signWebhook` of the test kit takes. The SDK itself believes none of it but where to look: of a
 * body it reads the event's name, the account's ids, and the token of `LinkedAccount.linked`.
 */
export type WebhookPayload = KnownWebhook | UnknownWebhook | WebhookPing

/** Narrow it by `hook.event`. */
export type KnownWebhook =
  | Envelope<'LinkedAccount.linked', { account_token: string; is_relink?: boolean }>
  | Envelope<'LinkedAccount.deleted', Record<string, unknown>>
  | Envelope<'LinkedAccount.sync_completed', SyncCompleted>
  | Envelope<
      'LinkedAccount.synced' | 'LinkedAccount.synced_initial' | 'LinkedAccount.fully_synced_initial',
      IntegrationNamed & { is_initial_sync?: boolean; sync_status?: Record<string, unknown> }
    >
  | Envelope<`Issue.${'new' | 'created' | 'reopened' | 'muted' | 'resolved'}`, WebhookIssue>
  | Envelope<`${string}.synced`, IntegrationNamed & { synced_fields?: string[]; sync_status?: Record<string, unknown> }>
  | Envelope<`${string}.${'added' | 'changed' | 'removed'}`, { id: string; [field: string]: unknown }>
  | Envelope<'AsyncPassthrough.resolved' | 'AsyncPost.completed' | 'AsyncBulkPost.completed', Record<string, unknown>>

/** An event that this version does not know. */
export interface UnknownWebhook {
  hook: Hook<string & {}>
  linked_account?: WebhookAccount
  data?: unknown
}

/** What the dashboard's "Send test POST request" sends: no envelope at all. */
export interface WebhookPing {
  response: string
}

export interface WebhookAccount {
  /** Merge's id. */
  id: string
  /** Ours. */
  end_user_origin_id?: string | null
  category?: string
  /** The name as shown; `integration_slug` is the slug. */
  integration?: string
  integration_slug?: string
  end_user_organization_name?: string
  end_user_email_address?: string
  status?: 'COMPLETE' | 'INCOMPLETE' | 'RELINK_NEEDED' | 'IDLE' | (string & {})
  webhook_listener_url?: string
  is_duplicate?: boolean | null
  account_type?: 'PRODUCTION' | 'TEST' | (string & {})
  completed_at?: string | null
}

interface Envelope<Event extends WebhookEventName, Data> {
  hook: Hook<Event>
  linked_account: WebhookAccount
  data: Data
}

/** `id` is the webhook's, as configured, and the same in every body: nothing tells two deliveries apart. */
interface Hook<Event extends string> {
  id?: string
  event: Event
  target?: string
}

interface IntegrationNamed {
  integration_name?: string
  integration_id?: string
}

interface SyncCompleted extends IntegrationNamed {
  is_initial_sync?: boolean
  /** By `model_id`. */
  sync_status?: Record<string, { last_sync_result?: string | null; last_sync_finished?: string | null; [more: string]: unknown }>
}

interface WebhookIssue {
  id: string
  status?: 'ONGOING' | 'RESOLVED' | (string & {})
  error_description?: string
  [more: string]: unknown
}
