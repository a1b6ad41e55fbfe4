import type { MirrorSettings } from './account/mirror.ts'
import type { SandboxClock } from './clock.ts'
import type { Ordering } from './merge/cursor.ts'
import type { VariantChoice } from './variants.ts'
import type { WebhookTarget } from './webhook-events.ts'

/** Everything has a default; `createSandbox()` is a working Merge. */
export interface SandboxOptions extends Partial<MirrorSettings> {
  /** Every id, token, name and salary follows from it. Default 1. */
  seed?: number
  /** Default the system clock. Pass `manualClock()` to move it by hand. */
  clock?: SandboxClock
  /** Main records per linked account: people, candidates, contacts, invoices, tickets, files, articles, messages. Default 2500; the rest is in proportion. */
  records?: number
  /** The same for the people of an HRIS account. Counts for every other category as well as long as `records` is not given. */
  employees?: number
  /** How long the first sync of an account takes, in milliseconds of the clock. Default 8000; 0: there at once. */
  initialSyncMs?: number
  /** How long every later sync takes, in milliseconds. Default 0. */
  syncMs?: number
  /** From the end of a sync to the next, in milliseconds. Default 24 hours; 0: only when asked for. */
  syncEveryMs?: number
  /** Milliseconds between a row's timestamp and the moment it can be read. Default 0. */
  visibilityLagMs?: number
  /** How many rows Merge writes under one timestamp: how long the ties are that paging has to survive. Default 25. */
  batchSize?: number
  /** False: a deletion does not change `modified_at`. Default true. */
  stampDeletions?: boolean
  /** The one that is accepted. Default `test_sandbox_key`. One that starts with `production_` makes production accounts. */
  apiKey?: string
  /** Requests per account token in any 60 seconds. Default 100, the smallest plan's; Infinity for none. */
  rateLimitPerMinute?: number
  /** More than `errors` failed answers (400 and up, but not 429) to one address in `windowMs` block it for `blockMs`. False turns that off. */
  addressBlock?: false | { errors?: number; windowMs?: number; blockMs?: number }
  /** Whether `POST /sync-status/resync` is in the plan. Default false, as on the smallest. */
  resyncInPlan?: boolean
  /** Of list endpoints; Merge does not say which it is. Default `created_at`. */
  ordering?: Ordering
  /** Added to the clock for the `Date` header, in milliseconds. Default 0. */
  dateSkewMs?: number
  /** Answers that are as lawful as the usual ones, and rarer: a list of them, or `'seeded'` for a mixture that follows from the seed. Default none. */
  variants?: VariantChoice
  /** Absent: Merge sends none. What is due is sent by `deliverWebhooks`, which a listening sandbox calls by itself. */
  webhooks?: WebhookTarget
  /** Called once for each answered request; holds no token and no query value that could be one. */
  onRequest?: (entry: RequestEntry) => void
  /** For faults that delay and webhooks that are tried again. Default the system's timer. */
  sleep?: (milliseconds: number) => Promise<void>
}

export interface RequestEntry {
  method: string
  /** With tokens replaced by `***`. */
  path: string
  status: number
  linkedAccountId: string | null
}

export interface Settings extends MirrorSettings {
  seed: number
  clock: SandboxClock
  /** Main records of an account of this category. */
  sizeOf(category: string): number
  apiKey: string
  accountType: 'TEST' | 'PRODUCTION'
  rateLimitPerMinute: number
  addressBlock: false | { errors: number; windowMs: number; blockMs: number }
  resyncInPlan: boolean
  ordering: Ordering
  dateSkewMs: number
  variants: VariantChoice
  webhooks: WebhookTarget | null
  onRequest: (entry: RequestEntry) => void
  sleep: (milliseconds: number) => Promise<void>
}

export function resolveSettings(options: SandboxOptions): Settings {
  const apiKey = options.apiKey ?? 'test_sandbox_key'
  const block = options.addressBlock
  return {
    seed: options.seed ?? 1,
    clock: options.clock ?? { now: () => Date.now() },
    sizeOf: (category) => (category === 'hris' ? (options.employees ?? options.records) : (options.records ?? options.employees)) ?? 2500,
    initialSyncMs: options.initialSyncMs ?? 8000,
    syncMs: options.syncMs ?? 0,
    syncEveryMs: options.syncEveryMs ?? 86_400_000,
    visibilityLagMs: options.visibilityLagMs ?? 0,
    batchSize: options.batchSize ?? 25,
    stampDeletions: options.stampDeletions ?? true,
    apiKey,
    accountType: apiKey.startsWith('production_') ? 'PRODUCTION' : 'TEST',
    rateLimitPerMinute: options.rateLimitPerMinute ?? 100,
    addressBlock: block === false ? false : { errors: 20, windowMs: 10_000, blockMs: 10_000, ...block },
    resyncInPlan: options.resyncInPlan ?? false,
    ordering: options.ordering ?? 'created_at',
    dateSkewMs: options.dateSkewMs ?? 0,
    variants: options.variants ?? [],
    webhooks: options.webhooks ?? null,
    onRequest: options.onRequest ?? (() => {}),
    sleep: options.sleep ?? ((milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds))),
  }
}
