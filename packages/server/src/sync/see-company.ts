import { IntegrationError } from '../errors.ts'
import { statusOf } from '../merge/model-status.ts'
import type { ModelRow } from '../merge/model-table.ts'
import type { Account } from '../storage/port.ts'
import { acknowledged, judgeCompany } from './company.ts'
import type { SyncContext } from './context.ts'
import { findKnownRecord } from './find-known-record.ts'
import type { Look } from './look.ts'
import { hasPassed } from './moments.ts'
import type { Findings, Visit } from './visit.ts'

/** Decides whose data the connection leads to, and keeps what was found out in `findings.company`. */
export async function seeCompany(
  context: SyncContext,
  { claim: { account }, wishes }: Visit,
  look: Look,
  rows: readonly ModelRow[],
  findings: Findings,
): Promise<'same' | 'strange' | 'waiting' | 'unfinished'> {
  const known = findings.company
  const details = findings.facts?.details ?? { slug: null, instance: null }
  const asked = { relinks: wishes.relinks, companies: wishes.companies }
  const changed = known === null || known.relinks !== asked.relinks || known.confirmed !== asked.companies
  const found = { ...details, subdomain: changed ? await askSubdomain(context, account) : null }
  const verdict = judgeCompany(known, found, asked)
  const told = acknowledged(known, found, asked)
  if (verdict === 'same' || known === null) {
    findings.company = told
    return 'same'
  }
  if (verdict === 'other') {
    findings.company = { ...known, strange: known.strange ?? 'identity' }
    return 'strange'
  }
  const statuses = findings.facts?.status?.models ?? []
  // Until Merge has synced anew it may serve what it had before, beside what is new: then nothing can be told from it.
  const since = known.waitingSince ?? look.now()
  if (statuses.some(({ status }) => status === 'SYNCING') && !hasPassed(since, LONGEST_WAIT_MS, look.now())) {
    findings.company = { ...known, waitingSince: since }
    return 'waiting'
  }
  const searched = rows.filter((row) => statusOf(statuses, row)?.status !== 'DISABLED')
  const record = await findKnownRecord(context, look, searched, known.search)
  findings.moved = true
  if (record.outcome === 'unfinished') {
    findings.company = { ...known, search: record.search }
    return 'unfinished'
  }
  if (record.outcome === 'none') {
    findings.company = { ...known, relinks: asked.relinks, strange: 'records', waitingSince: null, search: null }
    return 'strange'
  }
  // Where there was nothing to tell by it is looked at again.
  findings.company = record.outcome === 'known' ? told : { ...told, relinks: known.relinks, waitingSince: known.waitingSince }
  return 'same'
}

/** After a relink, so long Merge's own sync is waited for; one that is longer is not known to end. */
const LONGEST_WAIT_MS = 24 * 3_600_000

/** `null` also where Merge cannot be asked now: it is one sign of three, and no reason to read nothing. */
async function askSubdomain({ gateway }: SyncContext, account: Account): Promise<string | null> {
  if (account.linkedAccountId === null) return null
  try {
    return (await gateway.findLinkedAccount(account.category, account.linkedAccountId))?.subdomain ?? null
  } catch (error) {
    if (IntegrationError.isInstance(error)) return null
    throw error
  }
}
