import { ErrorCode, IntegrationError } from '../errors.ts'
import type { ModelStatus } from '../merge/gateway.ts'
import { statusOf } from '../merge/model-status.ts'
import type { ModelRow } from '../merge/model-table.ts'
import type { Account } from '../storage/port.ts'
import type { Identity } from './account-checkpoint.ts'
import { acknowledged, judgeCompany, UNHEARD_OF } from './company.ts'
import type { SyncContext } from './context.ts'
import { findKnownRecord, newSearch } from './find-known-record.ts'
import type { Look } from './look.ts'
import { hasPassed } from './moments.ts'
import type { Findings, Visit } from './visit.ts'

/** After a relink Merge syncs at once, as a rule: so long the beginning of that sync is waited for. */
const BEGIN_WITHIN_MS = 15 * 60_000
/** So long its end is waited for, and lists that are empty or refused are looked at again: what is longer is not known to end. */
const LONGEST_WAIT_MS = 6 * 3_600_000

/**
 * Decides whose data the connection leads to, and keeps what was found out in `findings.company`. `'strange'`: another company's. `'waiting'`: nothing
 * tells yet, and until then nothing is written or deleted either. What Merge serves right after a relink is what it had before, so a record that is
 * found again only tells once Merge has synced since.
 */
export async function seeCompany(
  context: SyncContext,
  { claim: { account }, wishes }: Visit,
  look: Look,
  rows: readonly ModelRow[],
  findings: Findings,
): Promise<'same' | 'strange' | 'waiting' | 'unfinished'> {
  // Whoever read it first may have died before that was written down: after a relink a record has to be found again all the same.
  const isStored = rows.some((row) => (account.models[row.model]?.records ?? 0) > 0)
  const known = findings.company ?? (isStored && wishes.relinks > 0 ? UNHEARD_OF : null)
  const { relinks, companies, confirmedRelink } = wishes
  const asked = { relinks, companies, confirmedRelink }
  const found = await identityOf(
    context,
    account,
    look,
    findings,
    known === null || known.relinks !== relinks || known.confirmed !== companies,
  )
  const verdict = judgeCompany(known, found, asked)
  const statuses = findings.facts?.status?.models ?? []
  const seen = seenOf(statuses)
  const told = acknowledged(known, found, asked, seen)
  if (verdict === 'same' || known === null) {
    findings.company = told
    return 'same'
  }
  if (verdict === 'other') {
    findings.company = { ...known, strange: known.strange ?? 'identity' }
    return 'strange'
  }
  const waiting = known.waiting ?? { since: look.now() }
  const tooLong = hasPassed(waiting.since, LONGEST_WAIT_MS, look.now())
  const isSyncing = statuses.some(({ status }) => status === 'SYNCING')
  const isAsBefore = seen === known.seen && !hasPassed(waiting.since, BEGIN_WITHIN_MS, look.now())
  if ((isSyncing && !tooLong) || isAsBefore) {
    findings.company = { ...known, waiting }
    return 'waiting'
  }
  const searched = rows.filter((row) => statusOf(statuses, row)?.status !== 'DISABLED')
  const begun = known.search?.relinks === relinks ? known.search : newSearch(relinks)
  const record = await findKnownRecord(context, look, searched, begun)
  if (record.outcome === 'known') {
    findings.company = told
    return 'same'
  }
  if (record.outcome === 'unfinished') {
    findings.company = { ...known, waiting, search: record.search }
    return 'unfinished'
  }
  if (record.outcome === 'nothing' && !tooLong) {
    findings.company = { ...known, waiting, search: null }
    return 'waiting'
  }
  // Lists that are refused for ever tell nothing, and are the trouble of their models.
  if (record.outcome === 'nothing' && record.refused) {
    findings.company = told
    return 'same'
  }
  findings.company = { ...known, relinks, strange: 'records', waiting: null, search: null }
  return 'strange'
}

/** What Merge says of the connection. The subdomain is asked for only where it matters, and once. */
async function identityOf(context: SyncContext, account: Account, look: Look, findings: Findings, matters: boolean): Promise<Identity> {
  const { facts } = findings
  if (facts === null) return { slug: null, instance: null, subdomain: null }
  if (matters && facts.details.subdomain === undefined) {
    const subdomain = await askSubdomain(context, account, look)
    findings.facts = { ...facts, details: { ...facts.details, subdomain } }
    findings.moved = true
    return { ...facts.details, subdomain }
  }
  return { ...facts.details, subdomain: facts.details.subdomain ?? null }
}

/** How Merge's syncs stand, as one text: another one once it has begun or finished a sync. */
function seenOf(statuses: readonly ModelStatus[]): string {
  return JSON.stringify(statuses.map(({ model, lastSyncStart, lastSyncFinished }) => [model, lastSyncStart, lastSyncFinished]))
}

/** `null` also where Merge cannot be asked now: it is one sign of three, and no reason to read nothing. It ends with the look, and is not of the account's pace. */
async function askSubdomain({ gateway }: SyncContext, account: Account, { caller }: Look): Promise<string | null> {
  if (account.linkedAccountId === null) return null
  try {
    const { lane, signal } = caller
    return (await gateway.findLinkedAccount(account.category, account.linkedAccountId, { lane, signal }))?.subdomain ?? null
  } catch (error) {
    if (IntegrationError.isInstance(error) && error.code !== ErrorCode.ABORTED) return null
    throw error
  }
}
