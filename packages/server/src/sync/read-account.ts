import { ErrorCode, IntegrationError } from '../errors.ts'
import type { Caller } from '../merge/call.ts'
import type { ModelStatus } from '../merge/gateway.ts'
import { hasStatus } from '../merge/has-status.ts'
import { isFirstSyncOpen, statusOf } from '../merge/model-status.ts'
import type { ModelRow } from '../merge/model-table.ts'
import type { Secret } from '../secrets/secret.ts'
import type { Account, Claim } from '../storage/port.ts'
import type { Company, Facts } from './account-checkpoint.ts'
import { acknowledged, judgeCompany, UNHEARD_OF } from './company.ts'
import type { SyncContext, Wishes } from './context.ts'
import type { Deadline } from './deadline.ts'
import { findKnownRecord } from './find-known-record.ts'
import type { Lease } from './lease.ts'
import type { Look, Progress, WalkResult } from './look.ts'
import { rereadQuarantine } from './reread-quarantine.ts'
import { reshapeRows } from './reshape.ts'
import { fingerprintOf } from './shape.ts'
import { walkModel } from './walk-model.ts'

/** What one look found out, as far as it came: kept also when it is cut off. */
export interface Findings {
  results: readonly WalkResult[]
  facts: Facts | null
  company: Company | null
  /** Something came of it: an answer of Merge's, a page, rows that were rewritten. */
  moved: boolean
}

export interface Visit {
  claim: Claim
  wishes: Wishes
  asked: boolean
  /** The store's clock, epoch milliseconds. */
  now: () => number
  deadline: Deadline
  lease: Pick<Lease, 'keep'>
  caller: Pick<Caller, 'turn' | 'throttled'>
  progress: Progress
}

const UNFINISHED: readonly WalkResult[] = [{ outcome: 'unfinished' }]

/** Asks Merge how the account and its syncs stand, sees that it still is the same company's, and reads what is new of every wanted model into `findings`. */
export async function readAccount(context: SyncContext, visit: Visit, findings: Findings): Promise<void> {
  const { claim, deadline, lease, now } = visit
  const { account } = claim
  const shaped = await reshapeRows(context, { claim, isOver: deadline.isOver, keepLease: lease.keep })
  if (shaped !== 'done') return void Object.assign(findings, { results: [{ outcome: shaped }], moved: true })
  if (account.token === null) return
  const caller = { ...visit.caller, lane: 'sync', signal: deadline.signal } as const
  const token = await context.vault.open(account.token, 'account-token', account)

  findings.facts ??= await askDetails(context, visit, token, caller, findings)
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
    isOver: deadline.isOver,
    progress: visit.progress,
  }
  const verdict = await seeWhose(context, visit, look, rows, findings)
  if (verdict !== 'same') return void Object.assign(findings, { results: NOT_READ[verdict] })
  findings.results = await walkAll(context, look, rows, models, deadline.stop)
}

const NOT_READ = { other: [{ outcome: 'strange' }], waiting: [{ outcome: 'waiting' }], unfinished: UNFINISHED } as const

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

function othersOf(models: readonly ModelStatus[]): Look['others'] {
  if (models.length === 0) return 'silent'
  return models.some((model) => model.status === 'SYNCING' && isFirstSyncOpen(model)) ? 'busy' : 'settled'
}

/** `null`: Merge does not know the account any more. A broken connection still serves what it has, so it is read on. */
async function askDetails(
  context: SyncContext,
  { claim: { account }, now }: Visit,
  token: Secret,
  caller: Caller,
  findings: Findings,
): Promise<Facts | null> {
  const at = now()
  try {
    const { status, integrationSlug, instanceId } = await context.gateway.accountDetails(account.category, token, caller)
    findings.moved = true
    const broken = status === 'RELINK_NEEDED' || status === 'INCOMPLETE'
    if (broken || account.status !== 'active') await context.reportHealth(account, broken ? 'relink_needed' : 'healthy')
    return { at, details: { slug: integrationSlug, instance: instanceId }, status: null, pages: 0 }
  } catch (error) {
    if (!hasStatus(error, 401, 403, 404) || account.linkedAccountId === null) throw error
    // A dead token, or a dead account? The API key alone can tell; and if it is the key that is refused, this throws and nothing is changed.
    const found = await context.gateway.findLinkedAccount(account.category, account.linkedAccountId, ofLook(caller))
    await context.reportHealth(account, found === null ? 'gone' : 'relink_needed')
    return null
  }
}

/** Decides whose data the connection leads to, and keeps what was found out in `findings.company`. */
async function seeWhose(
  context: SyncContext,
  { claim: { account }, wishes }: Visit,
  look: Look,
  rows: readonly ModelRow[],
  findings: Findings,
): Promise<'same' | 'other' | 'waiting' | 'unfinished'> {
  const hasRecords = rows.some((row) => (account.models[row.model]?.records ?? 0) > 0)
  // Whoever read it first may have died before this was written down; then a record has to be found again after a relink.
  const known = findings.company ?? (hasRecords && wishes.relinks > 0 ? UNHEARD_OF : null)
  const details: Facts['details'] = findings.facts?.details ?? { slug: null, instance: null }
  const asked = { relinks: wishes.relinks, companies: wishes.companies }
  const changed = known === null || known.relinks !== asked.relinks || known.confirmed !== asked.companies
  if (changed && details.subdomain === undefined) {
    details.subdomain = await askSubdomain(context, account, ofLook(look.caller))
    findings.moved = true
  }
  const found = { ...details, subdomain: details.subdomain ?? null }
  const verdict = judgeCompany(known, found, asked)
  const told = acknowledged(known, found, asked)
  if (verdict === 'same' || known === null) {
    findings.company = told
    return 'same'
  }
  if (verdict === 'other') {
    findings.company = { ...known, strange: known.strange ?? 'identity' }
    return 'other'
  }
  const statuses = findings.facts?.status?.models ?? []
  const searched = rows.filter((row) => statusOf(statuses, row)?.status !== 'DISABLED')
  const record = await findKnownRecord(context, look, searched, known.search)
  findings.moved = true
  if (record.outcome === 'unfinished') {
    findings.company = { ...known, search: record.search }
    return 'unfinished'
  }
  const isSyncing = statuses.some((status) => status.status === 'SYNCING')
  // Lists that are empty where records are stored: nothing is deleted for that. Merge may not have synced anew; once it has, no record was found again.
  const isEmptied = record.outcome === 'nothing' && searched.some((row) => (account.models[row.model]?.records ?? 0) > 0)
  if (isEmptied && isSyncing) return 'waiting'
  if (record.outcome === 'none' || isEmptied) {
    findings.company = { ...known, relinks: asked.relinks, strange: 'records', search: null }
    return 'other'
  }
  // What Merge had before it has synced anew may be the company's of before: then this is looked at again.
  const final = record.outcome === 'known' && !isSyncing
  findings.company = final ? told : { ...told, relinks: known.relinks }
  return 'same'
}

/** A call with the API key alone: it ends with the look, and is not of the account's pace. */
function ofLook({ lane, signal }: Caller): Caller {
  return { lane, ...(signal ? { signal } : {}) }
}

/** `null` also where Merge cannot be asked now: it is one sign of three, and no reason to read nothing. */
async function askSubdomain({ gateway }: SyncContext, account: Account, caller: Caller): Promise<string | null> {
  if (account.linkedAccountId === null) return null
  try {
    return (await gateway.findLinkedAccount(account.category, account.linkedAccountId, caller))?.subdomain ?? null
  } catch (error) {
    if (IntegrationError.isInstance(error) && error.code !== ErrorCode.ABORTED) return null
    throw error
  }
}
