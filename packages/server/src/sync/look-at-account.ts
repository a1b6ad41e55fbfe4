import { ErrorCode, IntegrationError } from '../errors.ts'
import { isResting } from '../merge/circuit-breaker.ts'
import type { Account, Claim } from '../storage/port.ts'
import { ACCOUNT, type AccountCheckpoint, type Facts, readAccountCheckpoint } from './account-checkpoint.ts'
import type { SyncContext, Wishes } from './context.ts'
import { startDeadline } from './deadline.ts'
import { createGovernor, type Governor } from './governor.ts'
import type { Lease } from './lease.ts'
import type { Progress } from './look.ts'
import { hasPassed } from './moments.ts'
import { nextLook, TOO_SLOW_AFTER, type Turn } from './next-look.ts'
import { isReady } from './progress.ts'
import { readAccount } from './read-account.ts'
import type { Findings } from './visit.ts'
import { wishesText } from './wishes.ts'

export interface LookOptions {
  /** Ends the look at once: what was stored stays, and the next look goes on from there. */
  signal: AbortSignal
  /** `clock.monotonic()` after which nothing is begun; what is under way then has `settings.graceMs` (10 seconds) to end. */
  until: number
  lease: Lease
  /** The store's clock, epoch milliseconds. */
  now: () => number
}

/**
 * One look at one claimed account: asks Merge how its syncs stand, reads what is new of every wanted model, and gives the lease back with the time
 * of the next look. Resolves with what was stored. Never throws for what Merge answers: a failing look is told as an event, and the next one
 * comes with back-off. When the lease was lost it just stops; when the store fails it throws, and the lease runs out by itself.
 */
export async function lookAtAccount(context: SyncContext, claim: Claim, options: LookOptions): Promise<Progress> {
  const before = readAccountCheckpoint(claim.account)
  const wishes = context.wishes(claim.account)
  const governor = createGovernor(context.settings.plan, context.clock, context.sleep, before.pace)
  const deadline = startDeadline(context, { until: options.until, signals: [options.signal, options.lease.lost] })
  const progress: Progress = { pages: 0, records: 0 }
  const asked = claim.dirty > before.dirtySeen
  const findings: Findings = {
    results: [],
    facts: before.wishesSeen === wishesText(wishes) ? reusable(before.facts, asked, options.now()) : null,
    company: before.company,
    moved: false,
  }
  const visit = {
    claim,
    wishes,
    asked,
    now: options.now,
    deadline,
    lease: options.lease,
    progress,
    caller: { turn: () => governor.turn(deadline.signal), throttled: governor.throttled },
  }
  const end = () => release(context, claim, { before, wishes, findings, governor, progress, options })
  try {
    await readAccount(context, visit, findings)
    if (!findings.results.some((result) => result.outcome === 'fenced')) await end()
  } catch (error) {
    if (options.lease.lost.aborted) return progress
    if (!IntegrationError.isInstance(error) || error.code === ErrorCode.ABORTED) {
      // Cut off in mid-wait: what was stored stays, and the next look goes on from there.
      if (!deadline.isCut()) throw error
      findings.results = [{ outcome: 'unfinished' }]
    } else if (error.code.startsWith('STORE_')) throw error
    else if (isResting(error)) findings.results = [{ outcome: 'postponed', retryAfterMs: error.retryAfterMs ?? 0 }]
    else {
      tellProblem(context, claim.account, error)
      findings.results = [{ outcome: 'failed', error }]
    }
    await end()
  } finally {
    deadline.stop()
  }
  return progress
}

/** How long what Merge said serves a next look: a while where that look stored pages with it, and beyond a day where it came to nothing. */
const FRESH_MS = 5 * 60_000
const FRUITLESS_MS = 25 * 3_600_000

/**
 * What was asked before the first page need not be asked again by a look that goes on with an unfinished one, or looks that are short never come to
 * a page. It is safe however old it is: a watermark only has to be from before the first page.
 */
function reusable(facts: Facts | null, asked: boolean, now: number): Facts | null {
  if (facts === null || (asked && facts.pages > 0)) return null
  return hasPassed(facts.at, facts.pages > 0 ? FRESH_MS : FRUITLESS_MS, now) ? null : facts
}

async function release(
  context: SyncContext,
  claim: Claim,
  look: {
    before: AccountCheckpoint
    wishes: Wishes
    findings: Findings
    governor: Governor
    progress: Progress
    options: LookOptions
  },
): Promise<void> {
  const { account } = claim
  const { before, findings, options, progress } = look
  const { facts, results, company } = findings
  const now = options.now()
  const { after, waitMs, turn } = nextLook(before, results, {
    now,
    random: context.random,
    lookEveryMs: context.settings.lookEveryMs,
    statuses: facts?.status?.models ?? [],
    mergeNow: facts?.status?.date == null ? null : facts.status.date + now - facts.status.at,
    dirty: claim.dirty,
    aborted: options.signal.aborted,
    moved: findings.moved || progress.pages > 0 || progress.searched === true,
  })
  const goesOn =
    facts !== null && results.every(({ outcome }) => outcome !== 'failed') && results.some(({ outcome }) => outcome === 'unfinished')
  await options.lease.end()
  const checkpoint: AccountCheckpoint = {
    ...after,
    wishesSeen: wishesText(look.wishes),
    company,
    facts: goesOn ? { ...facts, pages: facts.pages + progress.pages } : null,
    pace: look.governor.pace(),
  }
  const committed = await context.storage.commit({
    accountId: account.id,
    fence: claim.fence,
    model: ACCOUNT,
    records: [],
    checkpoint: JSON.stringify(checkpoint),
    release: { delayMs: waitMs, dirtySeen: claim.dirty },
  })
  if (committed === 'fenced') return
  if (turn !== null) tellTurn(context, account, turn, after)
  if (after.fruitless === TOO_SLOW_AFTER && before.fruitless < TOO_SLOW_AFTER) tellProblem(context, account, tooSlow(account))
  if (company?.strange != null && before.company?.strange == null) tellOtherCompany(context, account)
  const stored = await context.storage.get({ id: account.id, organizationId: account.organizationId })
  if (stored === null) return
  const ready = isReady(stored, context.settings.models)
  context.events('sync.looked', {
    accountId: account.id,
    organizationId: account.organizationId,
    ready,
    nextLookAt: new Date(after.nextLookAt ?? now).toISOString(),
  })
}

function tellTurn(
  context: SyncContext,
  { id: accountId, organizationId }: Account,
  turn: Turn,
  after: Pick<AccountCheckpoint, 'failures' | 'problem'>,
): void {
  if (turn === 'recovered') context.events('account.recovered', { accountId, organizationId })
  else context.events('account.degraded', { accountId, organizationId, failures: after.failures, code: after.problem ?? '' })
}

function tooSlow(account: Account): IntegrationError {
  return new IntegrationError(
    ErrorCode.SYNC_TOO_SLOW,
    `Merge answers so slowly that ${TOO_SLOW_AFTER} sync runs in a row ended before the first answer. Give "tick" a larger "budgetMs", call it more often, or use a process that runs all the time.`,
    { accountId: account.id },
  )
}

function tellOtherCompany(context: SyncContext, { id: accountId, organizationId }: Account): void {
  context.events('account.other_company', { accountId, organizationId })
  context.logger.warn(
    'A connection leads to another company than the one whose data is stored, so nothing is read or deleted. Call account.confirmCompany() if that is right, or have the customer connect to the company of before again.',
    { accountId, code: ErrorCode.OTHER_COMPANY },
  )
}

function tellProblem(context: SyncContext, account: Account, error: IntegrationError): void {
  context.events('sync.problem', {
    accountId: account.id,
    organizationId: account.organizationId,
    model: null,
    code: error.code,
    message: error.message,
  })
  context.logger.warn('A linked account could not be read; it will be tried again', {
    accountId: account.id,
    code: error.code,
    message: error.message,
  })
}
