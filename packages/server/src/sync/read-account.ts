import type { Caller } from '../merge/call.ts'
import type { ModelStatus } from '../merge/gateway.ts'
import { hasStatus } from '../merge/has-status.ts'
import { isFirstSyncOpen, statusOf } from '../merge/model-status.ts'
import type { ModelRow } from '../merge/model-table.ts'
import type { Secret } from '../secrets/secret.ts'
import type { Account, Claim } from '../storage/port.ts'
import { ACCOUNT, type Facts, readAccountCheckpoint } from './account-checkpoint.ts'
import type { SyncContext } from './context.ts'
import type { Look, WalkResult } from './look.ts'
import { rereadQuarantine } from './reread-quarantine.ts'
import { reshapeRows } from './reshape.ts'
import { seeCompany } from './see-company.ts'
import { fingerprintOf } from './shape.ts'
import type { Findings, Visit } from './visit.ts'
import { walkModel } from './walk-model.ts'
import { wishesText } from './wishes.ts'

const UNFINISHED: readonly WalkResult[] = [{ outcome: 'unfinished' }]

/** Asks Merge how the account and its syncs stand, sees that it still is the same company's, and reads what is new of every wanted model into `findings`. */
export async function readAccount(context: SyncContext, visit: Visit, findings: Findings): Promise<void> {
  const { claim, deadline, lease, now } = visit
  const { account } = claim
  const isOver = () => deadline.isOver() || deadline.signal.aborted
  const shaped = await reshapeRows(context, { claim, isOver, keepLease: lease.keep })
  if (shaped !== 'done') return void Object.assign(findings, { results: [{ outcome: shaped }], moved: true })
  if (account.token === null) return
  const caller = { ...visit.caller, lane: 'sync', signal: deadline.signal } as const
  const token = await context.vault.open(account.token, 'account-token', account)

  const facts = findings.facts ?? (await askDetails(context, visit, token, caller, findings))
  // What the row asks for has changed with it: the next look, at once, begins with that.
  if (facts === 'recovered') return void Object.assign(findings, { results: UNFINISHED })
  findings.facts = facts
  const rows = context.settings.models.filter((row) => row.category === account.category)
  if (findings.facts === null || rows.length === 0) {
    findings.facts = null
    return
  }
  if (findings.facts.status === null) {
    if (deadline.isOver()) return void Object.assign(findings, { results: UNFINISHED })
    const at = now()
    const status = { at, ...(await context.gateway.syncStatus(account.category, token, caller)) }
    findings.facts = { ...findings.facts, status }
    findings.moved = true
  }
  const { date, models } = findings.facts.status ?? { date: null, models: [] }
  const look: Look = {
    claim,
    token,
    now,
    date,
    others: othersOf(models),
    asked: visit.asked,
    fingerprint: (row) => fingerprintOf(context, visit.wishes.relinks, row),
    generation: (row) => visit.wishes.rebuilds[row.model] ?? 0,
    confirmedDeletions: (row) => visit.wishes.confirmedDeletions[row.model] ?? 0,
    companies: visit.wishes.companies,
    caller,
    keepLease: lease.keep,
    isCurrent: createCurrentCheck(context, visit),
    isOver: deadline.isOver,
    progress: visit.progress,
  }
  const verdict = await seeCompany(context, visit, look, rows, findings)
  if (verdict !== 'same') return void Object.assign(findings, { results: rows.map(() => ({ outcome: verdict })) })
  // Known before anything is stored: a process that dies in its first run leaves records, and whose they are.
  if (readAccountCheckpoint(account).company === null && (await keepCompany(context, claim, findings)) === 'fenced')
    return void Object.assign(findings, { results: [{ outcome: 'fenced' }] })
  findings.results = await walkAll(context, look, rows, models, deadline.stop)
}

async function walkAll(
  context: SyncContext,
  look: Look,
  rows: readonly ModelRow[],
  models: readonly ModelStatus[],
  stop: () => void,
): Promise<readonly WalkResult[]> {
  const walks = rows.map((row) => walkModel(context, look, row, statusOf(models, row)))
  try {
    const results = await Promise.all(walks)
    const well = rows.filter((_, place) => results[place]?.outcome === 'walked' || results[place]?.outcome === 'rested')
    const reread = await rereadQuarantine(context, look, well)
    return reread === 'fenced' ? [...results, { outcome: reread }] : results
  } finally {
    // The others must have put down their work before the lease is given back, and a page that is on its way is not waited for.
    stop()
    await Promise.allSettled(walks)
  }
}

function keepCompany({ storage }: SyncContext, { account, fence }: Claim, { company }: Findings) {
  const checkpoint = JSON.stringify({ ...readAccountCheckpoint(account), company })
  return storage.commit({ accountId: account.id, fence, model: ACCOUNT, records: [], checkpoint })
}

/** The models of one look share a check; the next page of each needs another one. */
const CHECK_EVERY_MS = 100

function createCurrentCheck({ storage, clock, wishes }: SyncContext, { claim: { account }, wishes: before }: Visit): Look['isCurrent'] {
  const { id, organizationId } = account
  let checkedAt = clock.monotonic()
  let isCurrent = true
  return async () => {
    if (!isCurrent || clock.monotonic() - checkedAt < CHECK_EVERY_MS) return isCurrent
    checkedAt = clock.monotonic()
    const row = await storage.get({ id, organizationId })
    isCurrent = row !== null && READ.has(row.status) && wishesText(wishes(row)) === wishesText(before)
    return isCurrent
  }
}

const READ: ReadonlySet<Account['status']> = new Set(['active', 'relink_needed', 'error'])

function othersOf(models: readonly ModelStatus[]): Look['others'] {
  if (models.length === 0) return 'silent'
  return models.some((model) => model.status === 'SYNCING' && isFirstSyncOpen(model)) ? 'busy' : 'settled'
}

/** `null`: Merge does not know the account any more. `'recovered'`: it is well again. A broken connection still serves what it has, so it is read on. */
async function askDetails(
  context: SyncContext,
  { claim: { account }, now }: Visit,
  token: Secret,
  caller: Caller,
  findings: Findings,
): Promise<Facts | 'recovered' | null> {
  const at = now()
  try {
    const { status, integrationSlug, instanceId } = await context.gateway.accountDetails(account.category, token, caller)
    findings.moved = true
    const broken = status === 'RELINK_NEEDED' || status === 'INCOMPLETE'
    if (broken || account.status !== 'active') await context.reportHealth(account, broken ? 'relink_needed' : 'healthy')
    if (!broken && account.status !== 'active') return 'recovered'
    return { at, details: { slug: integrationSlug, instance: instanceId }, status: null, pages: 0 }
  } catch (error) {
    if (!hasStatus(error, 401, 403, 404) || account.linkedAccountId === null) throw error
    // A dead token, or a dead account? The API key alone can tell; and if it is the key that is refused, this throws and nothing is changed.
    const found = await context.gateway.findLinkedAccount(account.category, account.linkedAccountId, {
      lane: caller.lane,
      ...(caller.signal ? { signal: caller.signal } : {}),
    })
    await context.reportHealth(account, found === null ? 'gone' : 'relink_needed')
    return null
  }
}
