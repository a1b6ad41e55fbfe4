import type { Core } from './core.ts'
import { describeError } from './errors.ts'
import { finishDeletion } from './link/delete-account.ts'
import { settleCandidates } from './link/settle-candidates.ts'
import type { Account, Claim } from './storage/port.ts'
import { ACCOUNT, readAccountCheckpoint } from './sync/account-checkpoint.ts'
import { lookAtAccount } from './sync/look-at-account.ts'
import { SPACING_MS } from './webhooks/wake-account.ts'

const BATCH = 100
const POLL_MS = 2_000
const LONGEST_PAUSE_MS = 60_000

/**
 * Does what is due and returns: for cron jobs and serverless functions. Begins nothing new after `budgetMs` milliseconds; what is under
 * way then stops at the next page and goes on next time. Returns how many accounts were looked at.
 */
export async function tick(core: Core, options: { budgetMs: number; signal?: AbortSignal }): Promise<{ looked: number }> {
  const until = core.clock.now() + options.budgetMs
  const budget = new AbortController()
  const timer = new AbortController()
  core.sleep(options.budgetMs, { signal: timer.signal }).then(
    () => budget.abort(),
    () => {},
  )
  const signal = options.signal ? AbortSignal.any([options.signal, budget.signal]) : budget.signal
  let looked = 0
  try {
    while (!signal.aborted && core.clock.now() < until) {
      const claims = await claimDue(core, 1)
      if (claims.length === 0) break
      await Promise.all(claims.map((claim) => attend(core, claim, signal)))
      looked += claims.length
    }
  } finally {
    timer.abort()
  }
  return { looked }
}

/**
 * Does what is due until aborted: for a server process. At most `concurrency` accounts at a time. A failing store is
 * waited for with back-off; nothing is lost by it. Resolves when aborted and everything under way has been put down.
 */
export async function run(core: Core, options: { signal: AbortSignal; concurrency?: number }): Promise<void> {
  const concurrency = options.concurrency ?? 8
  const busy = new Set<Promise<void>>()
  let failures = 0
  while (!options.signal.aborted) {
    try {
      const claims = await claimDue(core, Math.min(BATCH, concurrency - busy.size))
      failures = 0
      for (const claim of claims) {
        const work = attend(core, claim, options.signal).finally(() => {
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

/** Looks at one account now, if nobody else is doing so. False: somebody is, and will look again. */
export async function lookNow(core: Core, accountId: string, signal: AbortSignal): Promise<boolean> {
  await core.storage.schedule(accountId, 0)
  const claims = await core.storage.claim({ owner: core.worker, leaseMs: core.sync.settings.leaseMs, limit: 1, accountId })
  for (const claim of claims) await attend(core, claim, signal, true)
  return claims.length > 0
}

function claimDue(core: Core, limit: number): Promise<Claim[]> {
  return limit > 0 ? core.storage.claim({ owner: core.worker, leaseMs: core.sync.settings.leaseMs, limit }) : Promise.resolve([])
}

/** One account's trouble is never another's. `urgent`: somebody waits for it. */
async function attend(core: Core, claim: Claim, signal: AbortSignal, urgent = false): Promise<void> {
  const { account } = claim
  try {
    if (account.status === 'deleting') {
      const result = await finishDeletion(core.link, account)
      if (result !== 'deleted') await putDown(core, claim, result.retryAt - core.clock.now())
      return
    }
    const settled = await settleCandidates(core.link, account)
    // What was claimed is not what is there any more: it is claimed again at once.
    if (settled.attached) await putDown(core, claim, 0)
    else if (account.status === 'active' || account.status === 'relink_needed' || account.status === 'error') {
      const at = urgent ? null : notBefore(account, core.clock.now())
      if (at === null) await lookAtAccount(core.sync, claim, signal)
      else await putDown(core, claim, at - core.clock.now())
    } else await putDown(core, claim, settled.again === null ? null : settled.again - core.clock.now())
  } catch (error) {
    core.logger.error('Work on a linked account failed; it will be tried again', {
      accountId: account.id,
      ...describeError(error),
    })
  }
}

/**
 * When it is too soon, epoch milliseconds: somebody only asked for a look, as webhooks do, within 5 seconds of the one before. So
 * no number of webhooks uses up what Merge allows the account. `null`: look. A look that stopped half way goes on, and what was changed here is not kept waiting.
 */
function notBefore(account: Account, now: number): number | null {
  const { lookedAt, nextLookAt } = readAccountCheckpoint(account)
  if (lookedAt === null || nextLookAt === null || now >= nextLookAt || account.updatedAt >= lookedAt) return null
  return now < lookedAt + SPACING_MS && now >= lookedAt ? lookedAt + SPACING_MS : null
}

async function putDown(core: Core, claim: Claim, delayMs: number | null): Promise<void> {
  const { account } = claim
  await core.storage.commit({
    accountId: account.id,
    fence: claim.fence,
    model: ACCOUNT,
    records: [],
    checkpoint: account.models[ACCOUNT]?.checkpoint ?? null,
    release: { delayMs, dirtySeen: claim.dirty },
  })
}
