import type { Core } from './core.ts'
import { describeError, ErrorCode, IntegrationError } from './errors.ts'
import { finishDeletion } from './link/delete-account.ts'
import { settleCandidates } from './link/settle-candidates.ts'
import type { Account, Claim } from './storage/port.ts'
import { ACCOUNT, readAccountCheckpoint } from './sync/account-checkpoint.ts'
import { holdLease, type Lease } from './sync/lease.ts'
import type { Progress } from './sync/look.ts'
import { lookAtAccount } from './sync/look-at-account.ts'
import { hasPassed, storeTime } from './sync/moments.ts'
import { wishesText } from './sync/wishes.ts'
import { SPACING_MS } from './webhooks/wake-account.ts'

const BATCH = 100
const POLL_MS = 2_000
const LONGEST_PAUSE_MS = 60_000
const MINUTE_MS = 60_000

/** The smallest budget of a tick: time for one request at the pace of the smallest plan. */
export const SMALLEST_BUDGET_MS = 1_000

export interface TickOptions {
  /** Milliseconds, {@link SMALLEST_BUDGET_MS} at least. What is under way at its end has ten more seconds. */
  budgetMs: number
  signal?: AbortSignal
}

/** What a tick moved. `records`: delivered by Merge, changed or not. */
export interface TickReport extends Progress {
  /** Sync runs, of one account each. */
  runs: number
}

/**
 * Does what is due and returns: for cron jobs and serverless functions. Begins nothing new after `budgetMs`; a page that is under way then may
 * take ten seconds more and is stored, and the next tick goes on behind it. What Merge said of the account is kept between ticks, so that small
 * budgets come to pages too. Three ticks in a row without any answer are told as `SYNC_TOO_SLOW`. Ends at once when `signal` aborts.
 * Throws `INPUT_INVALID` for a budget in which nothing could be done.
 */
export async function tick(core: Core, options: TickOptions): Promise<TickReport> {
  checkBudget(options.budgetMs, 'budgetMs', ErrorCode.INPUT_INVALID)
  const { clock } = core
  const signal = options.signal ?? new AbortController().signal
  const until = clock.monotonic() + options.budgetMs
  const report: TickReport = { runs: 0, pages: 0, records: 0 }
  while (!signal.aborted && clock.monotonic() < until) {
    const claims = await claimDue(core, 1)
    if (claims.length === 0) break
    for (const claim of claims) add(report, await attend(core, claim, { signal, until }))
  }
  return report
}

/** Throws where `budgetMs` is no number or too small to do anything. */
export function checkBudget(budgetMs: unknown, name: string, code: ErrorCode): void {
  if (typeof budgetMs === 'number' && Number.isFinite(budgetMs) && budgetMs >= SMALLEST_BUDGET_MS) return
  throw new IntegrationError(
    code,
    `"${name}" must be a number of milliseconds, and ${SMALLEST_BUDGET_MS} at least: in less, not even one request to Merge can be made.`,
  )
}

function add(report: TickReport, { pages, records }: Progress): void {
  report.runs += 1
  report.pages += pages
  report.records += records
}

/**
 * Does what is due until aborted: for a server process. At most `concurrency` accounts at a time. A failing store is
 * waited for with back-off; nothing is lost by it. Resolves when aborted and everything under way has been put down.
 */
export async function run(core: Core, options: { signal: AbortSignal; concurrency?: number }): Promise<void> {
  const concurrency = options.concurrency ?? 8
  const busy = new Set<Promise<unknown>>()
  let failures = 0
  while (!options.signal.aborted) {
    try {
      const claims = await claimDue(core, Math.min(BATCH, concurrency - busy.size))
      failures = 0
      for (const claim of claims) {
        const work = attend(core, claim, { signal: options.signal }).finally(() => {
          busy.delete(work)
          core.wakeup.ring()
        })
        busy.add(work)
      }
      if (claims.length === 0 || busy.size >= concurrency) await core.wakeup.wait(POLL_MS, options.signal)
    } catch (error) {
      failures++
      core.logger.error('No work could be fetched from the store; trying again', describeError(error))
      await core.wakeup.wait(Math.min(LONGEST_PAUSE_MS, 1_000 * 2 ** failures), options.signal)
    }
  }
  await Promise.all(busy)
}

/**
 * Looks at one account now, unless another worker is doing so, which then looks again. Resolves after a minute at the latest; what is not
 * done by then goes on in the background.
 */
export async function lookNow(core: Core, accountId: string): Promise<void> {
  await core.storage.schedule(accountId, 0)
  const claims = await core.storage.claim({ owner: core.worker, leaseMs: core.sync.settings.leaseMs, limit: 1, accountId })
  if (claims.length === 0) return
  const { signal } = new AbortController()
  const timer = new AbortController()
  const minute = core.sleep(MINUTE_MS, { signal: timer.signal }).catch(() => {})
  await Promise.race([minute, ...claims.map((claim) => attend(core, claim, { signal, urgent: true }))])
  timer.abort()
}

function claimDue(core: Core, limit: number): Promise<Claim[]> {
  return limit > 0 ? core.storage.claim({ owner: core.worker, leaseMs: core.sync.settings.leaseMs, limit }) : Promise.resolve([])
}

interface AttendOptions {
  signal: AbortSignal
  /** `clock.monotonic()` after which nothing is begun, where that is sooner than the end of a slice. */
  until?: number
  /** The caller waits for it. */
  urgent?: boolean
}

/** One account's trouble is never another's. Resolves with what was stored. */
async function attend(
  core: Core,
  claim: Claim,
  { signal, until = Number.POSITIVE_INFINITY, urgent = false }: AttendOptions,
): Promise<Progress> {
  const { account } = claim
  const now = storeTime(claim, core.clock)
  const lease = holdLease(core.sync, claim)
  const end = Math.min(until, core.clock.monotonic() + core.sync.settings.sliceMs)
  try {
    if (account.status === 'deleting') {
      const result = await finishDeletion(core.link, account)
      if (result !== 'deleted') await putDown(core, claim, lease, result.retryInMs)
      return NOTHING
    }
    const settled = await settleCandidates(core.link, account)
    // What was claimed is not what is there any more: it is claimed again at once.
    if (settled.attached) await putDown(core, claim, lease, 0)
    else if (account.status === 'active' || account.status === 'relink_needed' || account.status === 'error') {
      const waitMs = urgent ? null : tooSoon(core, account, now())
      if (waitMs === null) return await lookAtAccount(core.sync, claim, { signal, until: end, lease, now })
      await putDown(core, claim, lease, waitMs)
    } else await putDown(core, claim, lease, settled.againInMs)
  } catch (error) {
    core.logger.error('Work on a linked account failed; it will be tried again', {
      accountId: account.id,
      ...describeError(error),
    })
  } finally {
    await lease.end()
  }
  return NOTHING
}

const NOTHING: Progress = { pages: 0, records: 0 }

/**
 * For how many milliseconds it is too soon: a look was only asked for, as webhooks do, within 5 seconds of the one before. So no number of
 * webhooks uses up what Merge allows the account. `null`: look. A look that stopped half way goes on, and neither is what the row itself asks for kept waiting.
 */
function tooSoon(core: Core, account: Account, now: number): number | null {
  const { lookedAt, nextLookAt, wishesSeen } = readAccountCheckpoint(account)
  if (lookedAt === null || nextLookAt === null || now >= nextLookAt || wishesSeen !== wishesText(core.sync.wishes(account))) return null
  return hasPassed(lookedAt, SPACING_MS, now) ? null : Math.min(SPACING_MS, lookedAt + SPACING_MS - now)
}

async function putDown(core: Core, claim: Claim, lease: Lease, delayMs: number | null): Promise<void> {
  const { account } = claim
  await lease.end()
  await core.storage.commit({
    accountId: account.id,
    fence: claim.fence,
    model: ACCOUNT,
    records: [],
    checkpoint: account.models[ACCOUNT]?.checkpoint ?? null,
    release: { delayMs, dirtySeen: claim.dirty },
  })
}
