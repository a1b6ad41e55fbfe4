import { createHash } from 'node:crypto'
import { IntegrationError } from '../errors.ts'
import type { Caller } from '../merge/call.ts'
import { isResting } from '../merge/circuit-breaker.ts'
import type { ModelStatus } from '../merge/gateway.ts'
import { hasStatus } from '../merge/has-status.ts'
import { type ModelRow, matchModel } from '../merge/model-table.ts'
import type { Secret } from '../secrets/secret.ts'
import type { Account, Claim } from '../storage/port.ts'
import { ACCOUNT, type AccountCheckpoint, readAccountCheckpoint } from './account-checkpoint.ts'
import type { SyncContext } from './context.ts'
import { createGovernor, type Governor } from './governor.ts'
import type { Look, WalkResult } from './look.ts'
import { nextLook, type Turn } from './next-look.ts'
import { isReady } from './progress.ts'
import { rereadQuarantine } from './reread-quarantine.ts'
import { walkModel } from './walk-model.ts'

/**
 * One look at one claimed account: asks Merge how its syncs stand, reads what is new of every wanted model, and gives the
 * lease back with the time of the next look. Bounded by a slice (55 seconds unless set otherwise). Never throws for what Merge
 * answers: a failing look is told as an event, and the next one comes with back-off. When the lease was lost
 * it just stops; when the store fails it throws, and the lease runs out by itself.
 */
export async function lookAtAccount(context: SyncContext, claim: Claim, signal: AbortSignal): Promise<void> {
  const before = readAccountCheckpoint(claim.account)
  const governor = createGovernor(context.settings.plan, context.clock, context.sleep, before.pace)
  const end = (findings: Findings) => release(context, claim, { before, findings, governor, signal })
  try {
    const findings = await read(context, claim, before, governor, signal)
    if (findings.results.some((result) => result.outcome === 'fenced')) return
    await end(findings)
  } catch (error) {
    // Aborted in mid-wait: what was stored stays, and the next look goes on from there.
    if (signal.aborted) return await end({ results: [{ outcome: 'unfinished' }], statuses: [] })
    if (!IntegrationError.isInstance(error) || error.code.startsWith('STORE_')) throw error
    if (isResting(error)) return await end({ results: [{ outcome: 'postponed', retryAfterMs: error.retryAfterMs ?? 0 }], statuses: [] })
    tellProblem(context, claim.account, error)
    await end({ results: [{ outcome: 'failed', error }], statuses: [] })
  }
}

interface Findings {
  results: readonly WalkResult[]
  statuses: readonly ModelStatus[]
}

const NOTHING: Findings = { results: [], statuses: [] }

async function read(
  context: SyncContext,
  claim: Claim,
  before: AccountCheckpoint,
  governor: Governor,
  outer: AbortSignal,
): Promise<Findings> {
  const { account } = claim
  if (account.token === null) return NOTHING
  const stop = new AbortController()
  const signal = AbortSignal.any([outer, stop.signal])
  const wishes = context.wishes(account)
  const caller = { lane: 'sync', signal, turn: () => governor.turn(signal), throttled: governor.throttled } as const

  const token = await context.vault.open(account.token, 'account-token', account)
  if (!(await checkHealth(context, account, token, caller))) return NOTHING
  const rows = context.settings.models.filter((row) => row.category === account.category)
  const { date, models } = await context.gateway.syncStatus(account.category, token, caller)
  const look: Look = {
    claim,
    token,
    date,
    asked: claim.dirty > before.dirtySeen,
    fingerprint: (row) => fingerprint(context, wishes.relinks, row),
    generation: (row) => wishes.rebuilds[row.model] ?? 0,
    confirmedDeletions: (row) => wishes.confirmedDeletions[row.model] ?? null,
    caller,
    keepLease: leaseKeeper(context, claim),
    until: context.clock.now() + context.settings.sliceMs,
  }
  const walks = rows.map((row) => walkModel(context, look, row, statusOf(models, row)))
  try {
    const results = await Promise.all(walks)
    const well = rows.filter((_, place) => results[place]?.outcome === 'walked' || results[place]?.outcome === 'rested')
    const reread = await rereadQuarantine(context, look, well)
    return { results: reread === 'fenced' ? [...results, { outcome: reread }] : results, statuses: models }
  } catch (error) {
    // The others must have put down their work before the lease is given back.
    stop.abort()
    await Promise.allSettled(walks)
    throw error
  } finally {
    // A page that was on its way when its walk ended: nobody waits for it.
    stop.abort()
  }
}

function statusOf(models: readonly ModelStatus[], row: ModelRow): ModelStatus | null {
  return models.find((status) => matchModel(row.category, status.model) === row) ?? null
}

/** What the stored records depend on beside the source itself. */
function fingerprint(context: SyncContext, relinks: number, row: ModelRow): string {
  const facts = [relinks, context.settings.store, ...(context.settings.omit[row.model] ?? []).toSorted()]
  return createHash('sha256').update(JSON.stringify(facts)).digest('base64url').slice(0, 16)
}

/** False: Merge does not know the account any more. A broken connection still serves what it has, so it is read on. */
async function checkHealth(context: SyncContext, account: Account, token: Secret, caller: Caller): Promise<boolean> {
  let atMerge: string | null
  try {
    atMerge = (await context.gateway.accountDetails(account.category, token, caller)).status
  } catch (error) {
    if (!hasStatus(error, 401, 403, 404) || account.linkedAccountId === null) throw error
    // A dead token, or a dead account? The API key alone can tell; and if it is the key that is refused, this throws and nothing is changed.
    const found = await context.gateway.findLinkedAccount(account.category, account.linkedAccountId)
    await context.reportHealth(account, found === null ? 'gone' : 'relink_needed')
    return false
  }
  const broken = atMerge === 'RELINK_NEEDED' || atMerge === 'INCOMPLETE'
  if (broken || account.status !== 'active') await context.reportHealth(account, broken ? 'relink_needed' : 'healthy')
  return true
}

function leaseKeeper(context: SyncContext, claim: Claim): Look['keepLease'] {
  let renewedAt = context.clock.now()
  let held = true
  return async (atOnce) => {
    const now = context.clock.now()
    if (!held || (!atOnce && now - renewedAt < context.settings.leaseMs / 3)) return held
    renewedAt = now
    held = await context.storage.renew(claim.account.id, claim.fence, context.settings.leaseMs)
    return held
  }
}

async function release(
  context: SyncContext,
  claim: Claim,
  look: { before: AccountCheckpoint; findings: Findings; governor: Governor; signal: AbortSignal },
): Promise<void> {
  const { account } = claim
  const now = context.clock.now()
  const { after, due, turn } = nextLook(look.before, look.findings.results, {
    now,
    random: context.random,
    lookEveryMs: context.settings.lookEveryMs,
    statuses: look.findings.statuses,
    dirty: claim.dirty,
    aborted: look.signal.aborted,
  })
  const committed = await context.storage.commit({
    accountId: account.id,
    fence: claim.fence,
    model: ACCOUNT,
    records: [],
    checkpoint: JSON.stringify({ ...after, pace: look.governor.pace() }),
    release: { delayMs: due - now, dirtySeen: claim.dirty },
  })
  if (committed === 'fenced') return
  if (turn !== null) tellTurn(context, account, turn, after)
  const stored = await context.storage.get({ id: account.id, organizationId: account.organizationId })
  if (stored === null) return
  const ready = isReady(stored, context.settings.models)
  context.events('sync.looked', {
    accountId: account.id,
    organizationId: account.organizationId,
    ready,
    nextLookAt: new Date(due).toISOString(),
  })
}

function tellTurn(context: SyncContext, { id: accountId, organizationId }: Account, turn: Turn, after: AccountCheckpoint): void {
  if (turn === 'recovered') context.events('account.recovered', { accountId, organizationId })
  else context.events('account.degraded', { accountId, organizationId, failures: after.failures, code: after.problem ?? '' })
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
