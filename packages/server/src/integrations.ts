import { createCatalog } from './catalog.ts'
import type { Core } from './core.ts'
import { describeError, ErrorCode, IntegrationError } from './errors.ts'
import { createEvents, type EventName, type IntegrationEvents } from './events.ts'
import { type HealthOptions, type HealthReport, health } from './health.ts'
import { type AuditReport, auditAccounts } from './link/audit-accounts.ts'
import { readDetails } from './link/details.ts'
import { createKeepCandidate } from './link/keep-candidate.ts'
import { createOpenModals } from './link/open-modals.ts'
import { generateOriginId } from './link/origin-id.ts'
import { reportHealth } from './link/report-health.ts'
import { type RotationReport, rotateSecrets } from './link/rotate-secrets.ts'
import { createCircuitBreaker } from './merge/circuit-breaker.ts'
import { createErrorBudget } from './merge/error-budget.ts'
import { type CatalogEntry, createGateway } from './merge/gateway.ts'
import { resolveHosts } from './merge/region.ts'
import { createTransport } from './merge/transport.ts'
import { wantedCategories, wantedModels } from './models-option.ts'
import { checkOptions, checkTls, type Options } from './options.ts'
import { createOwner, type Owner } from './owner.ts'
import { openVault } from './secrets/key-management.ts'
import { Secret } from './secrets/secret.ts'
import { prepared } from './storage/prepared.ts'
import type { ModelVerdict } from './sync/verify-model.ts'
import {
  forgivingLogger,
  steady,
  systemClock,
  systemEnvironment,
  systemFetch,
  systemLogger,
  systemRandom,
  systemRandomBytes,
  systemSleep,
} from './system.ts'
import { verify } from './verify.ts'
import { createWakeup } from './wakeup.ts'
import { createWebhookReceiver, type WebhookInput, type WebhookVerdict } from './webhooks/receive.ts'
import { createVerify } from './webhooks/verify.ts'
import { run, type TickOptions, type TickReport, tick } from './work.ts'

/** What {@link createIntegrations} gives: the whole SDK for one Merge API key and one store. */
export interface Integrations {
  /** The accounts that belong to an organization as such. The id is your own. */
  forOrganization(organizationId: string): Owner
  /** The accounts that belong to one user of it: for file storage. */
  forUser(organizationId: string, userId: string): Owner
  /** What can be connected: name, slug, logo, color, categories. */
  catalog(query?: { category?: string }): Promise<CatalogEntry[]>
  /**
   * Takes one of Merge's webhooks, where `createHandler` cannot: `body` as it arrived, `signature` the header `x-merge-webhook-signature`.
   * Answer Merge with the verdict's `status`; it is reached well within 5 seconds, and what it says has been stored by then. Throws
   * `WEBHOOK_RAW_BODY_REQUIRED` when `body` is no bytes, and `CONFIG_INVALID` without `webhookSecrets`.
   */
  receiveWebhook(input: WebhookInput): Promise<WebhookVerdict>
  /**
   * Does due work for `budgetMs` milliseconds (1,000 at least) and returns what it moved: cron, serverless. A page that is under way at the end may take
   * ten seconds more. Throws `INPUT_INVALID` for a budget that is too small to do anything.
   */
  tick(options: TickOptions): Promise<TickReport>
  /** Does due work until aborted: a server process. Any number of processes may run it on one store. */
  run(options: { signal: AbortSignal; concurrency?: number }): Promise<void>
  /** Compares Merge's linked accounts with the store: orphans, gone, unfinished, in need of their customer. For an operator, or once a day. */
  audit(): Promise<AuditReport>
  /**
   * Compares the records at Merge with those in the store, one verdict per account and model: missing, extra, stale. Reads everything anew
   * at each account's pace, and changes nothing. For an operator. Throws what Merge answers for the first account that cannot be read.
   */
  verify(query?: { organization?: string; model?: string; signal?: AbortSignal }): AsyncGenerator<ModelVerdict>
  /**
   * For a probe: does the store answer, how much waits and how long, does Merge answer. Never throws, makes no request to Merge, tells no secret.
   * With `{ quarantine: true }`, for a report: of which connections how many records are left out.
   */
  health(options?: HealthOptions): Promise<HealthReport>
  /**
   * Seals every token under the first of `secrets`. Online, resumable, safe in several processes; afterwards the other keys can go.
   * A token that cannot be opened is left as it is and thrown at the end (`CRYPTO_KEY_UNKNOWN`, `CRYPTO_TAMPERED`).
   */
  rotateSecrets(): Promise<RotationReport>
  /** Listens in this process. Returns the function that stops it. */
  on<Name extends EventName>(name: Name, listener: (event: IntegrationEvents[Name]) => void): () => void
  /** @internal What `createHandler` needs; not for applications. */
  readonly core: Core
}

/** Puts the SDK together. Checks every option and throws `CONFIG_INVALID` with its name; makes no request and opens no database yet. */
export function createIntegrations(options: Options): Integrations {
  checkOptions(options)
  checkTls(systemEnvironment())
  const core = compose(options)
  return {
    forOrganization: (organizationId) => createOwner(core, { organizationId, userId: null }),
    forUser: (organizationId, userId) => createOwner(core, { organizationId, userId }),
    catalog: createCatalog(core),
    async receiveWebhook(input) {
      if (core.receiveWebhook === null) throw new IntegrationError(ErrorCode.CONFIG_INVALID, NO_WEBHOOK_SECRETS)
      return core.receiveWebhook(input)
    },
    tick: (budget) => tick(core, budget),
    run: (until) => run(core, until),
    async audit() {
      const report = await auditAccounts(
        core.link,
        core.sync.settings.models.map((model) => model.category),
      )
      if (report.relinkNeeded.length > 0) core.wakeup.ring()
      return report
    },
    verify: (query) => verify(core, query),
    health: (options) => health(core, options),
    rotateSecrets: () => rotateSecrets(core.link),
    on: core.events.on,
    core,
  }
}

function compose(options: Options): Core {
  const clock = steady(options.clock ?? systemClock)
  const sleep = options.sleep ?? systemSleep
  const random = options.random ?? systemRandom
  const randomBytes = options.randomBytes ?? systemRandomBytes
  const logger = forgivingLogger(options.logger ?? systemLogger)
  const storage = prepared(options.storage)
  const hosts = resolveHosts(options.merge)
  const apiKey = new Secret(options.merge.apiKey)
  const vault = openVault(options.secrets, randomBytes)
  const budget = createErrorBudget(clock, sleep, options.merge.processes ?? 1)
  const breaker = createCircuitBreaker({ clock, random, logger })
  const gateway = createGateway(
    createTransport({ apiBase: hosts.apiBase, apiKey, fetch: options.fetch ?? systemFetch, clock, sleep, random, logger, breaker, budget }),
    logger,
  )
  const events = createEvents((error) => logger.error('A listener threw', describeError(error)))

  const models = wantedModels(options.sync?.models)
  const link: Core['link'] = {
    storage,
    gateway,
    vault,
    clock,
    sleep,
    randomBytes,
    logger,
    events: events.emit,
    categories: wantedCategories(options.categories, models),
    strategy: options.originIds ?? 'many-per-category',
    originId: options.originId ?? generateOriginId,
    openModals: createOpenModals(clock),
    // Whatever is not a clear yes holds: a promise, for instance, from a caller without types.
    hold: ({ id, organizationId, category }) =>
      options.onLinked !== undefined && options.onLinked({ id, organizationId, category }) !== 'ready',
  }
  const sync: Core['sync'] = {
    storage,
    gateway,
    vault,
    clock,
    sleep,
    random,
    logger,
    events: events.emit,
    settings: {
      plan: options.merge.plan ?? 'launch',
      models,
      omit: structuredClone(options.sync.omit ?? {}) as Record<string, readonly string[]>,
      earlyRead: options.sync.earlyRead ?? false,
      sweepEveryMs: options.sync.sweepEvery ?? 7 * 86_400_000,
      sink: options.sync.sink,
      store: options.sync.store ?? 'records',
      massDeletion: options.sync.massDeletion ?? 0.5,
      lookEveryMs: options.sync.lookEvery ?? null,
      idleMs: options.sync.idle ?? 3_600_000,
      leaseMs: 120_000,
      sliceMs: 48_000,
      graceMs: 10_000,
    },
    reportHealth: (account, health) => reportHealth(link, account, health),
    wishes: readDetails,
  }
  const wakeup = createWakeup(sleep)
  const receiveWebhook =
    options.webhookSecrets === undefined
      ? null
      : createWebhookReceiver({
          verify: createVerify(options.webhookSecrets),
          storage,
          clock,
          sleep,
          logger,
          keepCandidate: createKeepCandidate(link),
          ring: wakeup.ring,
        })
  const tickSecret = options.tickSecret === undefined ? null : new Secret(options.tickSecret)
  const worker = `worker_${Buffer.from(randomBytes(6)).toString('hex')}`
  return {
    worker,
    storage,
    clock,
    sleep,
    logger,
    randomBytes,
    events,
    link,
    sync,
    hosts,
    apiKey,
    wakeup,
    breaker,
    budget,
    receiveWebhook,
    tickSecret,
  }
}

const NO_WEBHOOK_SECRETS =
  'There is no "webhookSecrets" (MERGE_WEBHOOK_SECRET) to verify a webhook with: set the signature key of your Merge dashboard.'
