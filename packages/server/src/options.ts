import { ErrorCode, IntegrationError } from './errors.ts'
import type { OriginIdInput, OriginIdStrategy } from './link/origin-id.ts'
import type { Category } from './merge/categories.ts'
import { findModel } from './merge/model-table.ts'
import type { Region } from './merge/region.ts'
import { type ModelsOption, wantedCategories, wantedModels } from './models-option.ts'
import type { KeyManagement } from './secrets/key-management.ts'
import type { Storage } from './storage/port.ts'
import type { MergePlan } from './sync/governor.ts'
import type { Sink } from './sync/sink.ts'
import type { Clock, Environment, Logger, Sleep } from './system.ts'

/** What {@link createIntegrations} takes. The options object is read once and never changed. */
export interface Options {
  merge: MergeOptions
  /** Where everything is kept: `sqliteStorage`, `memoryStorage`, or your own adapter. Migrated before its first use. */
  storage: Storage
  /** Keys that seal account tokens at rest: base64, 32 random bytes or more each. The first seals, all of them open. Or a key management service. */
  secrets: readonly string[] | KeyManagement
  /**
   * Merge's webhook signature keys (dashboard, "Webhooks"): several while one is being changed. Without them there is no webhook route, and
   * changes are found by looking. An empty list is refused: it would look like protection.
   */
  webhookSecrets?: readonly string[]
  /** Opens `GET` and `POST {basePath}/tick` to a cron job that sends it as bearer token: 16 characters or more. Without it there is no such route. */
  tickSecret?: string
  /** How many accounts an owner may have in one category; `many-per-category` unless set. */
  originIds?: OriginIdStrategy
  /** Makes end user origin ids of your own: 1 to 100 characters of `A–Z a–z 0–9 _ . : -`, never the same twice. */
  originId?: (input: OriginIdInput) => string
  /** Categories that Merge has added since this version: `[customCategory('…')]`. Those of the models described in `sync.models` need not be named. */
  categories?: readonly Category[]
  sync: SyncOptions
  /** `hold`: a newly linked account is not read until it is released. */
  onLinked?: (account: { id: string; organizationId: string; category: string }) => 'ready' | 'hold'
  /**
   * What time it is, `now()` in epoch milliseconds; the system's clock unless set. `monotonic()`, which may be left out, gives milliseconds that
   * never go back and never jump (`performance.now()`): durations are measured with it, so that no wait changes when the time is set. Without
   * it they are derived from `now()`: a step back counts as no time, and a step forward as time that has passed.
   */
  clock?: Clock
  sleep?: Sleep
  /** Jitter: 0 ≤ n < 1. */
  random?: () => number
  /** Ids and nonces. Pass your own in simulations only: it must be cryptographically secure. */
  randomBytes?: (size: number) => Uint8Array
  fetch?: typeof fetch
  logger?: Logger
}

export interface MergeOptions {
  apiKey: string
  /** For single-tenant hosts and the sandbox, `/api` included. Beats `region`. */
  baseUrl?: string
  region?: Region
  /** Merge Link's script, for the sandbox; Merge's own unless set. */
  linkScriptUrl?: string
  /** Your Merge plan decides how fast an account may be read; `launch` (100 requests a minute) unless set. */
  plan?: MergePlan
  /** How many processes of yours call Merge from one address, and so share what Merge allows an address; 1 unless set. */
  processes?: number
}

export interface SyncOptions {
  /**
   * Explicit: `['hris.Employee', …]`. `'all'` leaves out what is most sensitive (bank, payroll, pay, benefits, dependents, EEOC, letters): name
   * those. One that Merge has added since this version is described: `{ model: 'email.Thread', category: 'email', path: 'threads' }`.
   */
  models: ModelsOption
  /** Fields dropped before anything is stored: `{ 'hris.Employee': ['ssn'] }`. */
  omit?: { readonly [model: string]: readonly string[] }
  /** Where records go beside the store, or instead of it. */
  sink?: Sink
  /** `versions` (with a sink): the store keeps id, version and hash of each record, and not the record. `records` unless set. */
  store?: 'records' | 'versions'
  /**
   * The largest share of a model's records (0 to 1) that one walk may delete unasked, when that is more than 50 records; 0.5 unless set. Beyond it the walk
   * stops, tells so (`SYNC_MASS_DELETION`), and goes on after `account.confirmDeletions(model)`. `false`: no limit.
   */
  massDeletion?: number | false
  /** Read while Merge's own first sync is still running. Safe, and costs more requests; off unless set. */
  earlyRead?: boolean
  /** Milliseconds between two full sweeps of a model; a week unless set. */
  sweepEvery?: number
  /** Milliseconds between two looks at an account; unless set, 5 minutes to an hour by how often Merge itself syncs the account. */
  lookEvery?: number
  /** Milliseconds after which a model is walked although Merge reports nothing new; an hour unless set. */
  idle?: number
}

/** Throws `CONFIG_INVALID` where an option is missing or of the wrong kind, naming it. */
export function checkOptions(options: Options): void {
  need(
    typeof options?.merge?.apiKey === 'string' && options.merge.apiKey.trim() !== '',
    '"merge.apiKey" is missing: copy it from your Merge dashboard (MERGE_API_KEY).',
  )
  need(
    /^[\x21-\x7e]+$/.test(options.merge.apiKey),
    '"merge.apiKey" has spaces or characters that no key has: copy it again, without quotes or line ends.',
  )
  need(
    options.storage !== undefined && options.storage !== null,
    '"storage" is missing: pass sqliteStorage(…), memoryStorage() or an adapter of your own.',
  )
  need(
    isSecrets(options.secrets),
    '"secrets" is missing: a list of base64 keys that seal account tokens (CONNECT_INTEGRATION_SECRET), or { wrap, unwrap } of a key management service.',
  )
  checkWebhookSecrets(options.webhookSecrets)
  need(
    options.tickSecret === undefined || (typeof options.tickSecret === 'string' && /^[\x21-\x7e]{16,}$/.test(options.tickSecret)),
    '"tickSecret" must be 16 or more characters without spaces, such as 32 random bytes in hex: whoever has it can make the SDK work (CONNECT_INTEGRATION_TICK_SECRET).',
  )
  need(
    options.originIds === undefined || ['many-per-category', 'one-per-category'].includes(options.originIds),
    `"originIds" must be 'many-per-category' or 'one-per-category'.`,
  )
  need(
    options.merge.plan === undefined || ['launch', 'professional', 'enterprise'].includes(options.merge.plan),
    `"merge.plan" must be 'launch', 'professional' or 'enterprise'.`,
  )
  const processes = options.merge.processes
  need(processes === undefined || (Number.isInteger(processes) && processes >= 1), '"merge.processes" must be a whole number, 1 or more.')
  for (const name of ['sweepEvery', 'lookEvery', 'idle'] as const) {
    const value = options.sync?.[name]
    need(
      value === undefined || (Number.isFinite(value) && value >= 1_000),
      `"sync.${name}" must be a number of milliseconds, 1000 or more.`,
    )
  }
  const models = wantedModels(options.sync?.models)
  wantedCategories(options.categories, models)
  for (const [model, fields] of Object.entries(options.sync?.omit ?? {})) {
    const row = findModel(model) ?? models.find((wanted) => wanted.model === model)
    need(row !== undefined, `"sync.omit" names ${JSON.stringify(model)}, which is no model of Merge: its fields would be stored after all.`)
    need(
      Array.isArray(fields) && fields.every((field) => typeof field === 'string'),
      `"sync.omit" must list field names for ${model}, such as ['ssn']: anything else would be stored after all.`,
    )
    need(!fields.includes('id'), `"sync.omit" names the "id" of ${model}; without it a change could not be told from a new record.`)
  }
  need(options.sync?.earlyRead === undefined || typeof options.sync.earlyRead === 'boolean', '"sync.earlyRead" must be true or false.')
  for (const name of ['originId', 'onLinked', 'sleep', 'random', 'randomBytes', 'fetch'] as const)
    need(options[name] === undefined || typeof options[name] === 'function', `"${name}" must be a function.`)
  need(
    options.clock === undefined || typeof options.clock.now === 'function',
    '"clock" must have a method now() that returns milliseconds.',
  )
  need(
    options.clock?.monotonic === undefined || typeof options.clock.monotonic === 'function',
    '"clock.monotonic" must be a method that returns milliseconds, such as performance.now(), or be left out.',
  )
  for (const level of ['debug', 'info', 'warn', 'error'] as const)
    need(options.logger === undefined || typeof options.logger[level] === 'function', `"logger" must have a method ${level}().`)
}

/**
 * Throws `CONFIG_INVALID` in production (`NODE_ENV`) when Node was told to trust any certificate: whoever stands between would read the API
 * key, and with it every linked account.
 */
export function checkTls(environment: Environment): void {
  need(
    !(environment.NODE_ENV === 'production' && environment.NODE_TLS_REJECT_UNAUTHORIZED === '0'),
    'NODE_TLS_REJECT_UNAUTHORIZED=0 switches off every check of certificates, and NODE_ENV is "production". Remove it; to trust an authority of your own, name its certificate in NODE_EXTRA_CA_CERTS.',
  )
}

function checkWebhookSecrets(secrets: Options['webhookSecrets']): void {
  if (secrets === undefined) return
  need(
    Array.isArray(secrets) && secrets.length > 0,
    '"webhookSecrets" is empty: name the signature key of your Merge dashboard (MERGE_WEBHOOK_SECRET), or leave the option out to have no webhook route.',
  )
  for (const [place, secret] of secrets.entries())
    need(
      typeof secret === 'string' && secret !== '' && secret.trim() === secret,
      `"webhookSecrets[${place}]" is empty or has spaces around it: copy the signature key of your Merge dashboard again (MERGE_WEBHOOK_SECRET).`,
    )
}

function isSecrets(secrets: unknown): boolean {
  const { wrap, unwrap } = (secrets ?? {}) as Partial<KeyManagement>
  return Array.isArray(secrets) || (typeof wrap === 'function' && typeof unwrap === 'function')
}

function need(holds: boolean, message: string): void {
  if (!holds) throw new IntegrationError(ErrorCode.CONFIG_INVALID, message)
}
