import type { LinkedAccountAtMerge } from '../merge/gateway.ts'
import { oneLine } from '../merge/plain-text.ts'
import { everyAccount } from '../storage/every-account.ts'
import type { Account } from '../storage/port.ts'
import type { LinkContext } from './context.ts'
import { reportHealth } from './report-health.ts'

/** What Merge has against what the store has. */
export interface AuditReport {
  /** Linked accounts compared, on either side. */
  checked: number
  /** Linked at Merge under no living row of this store: another application's, another store's, or left over. Nothing is done about them. */
  orphans: { linkedAccountId: string; category: string; endUserOriginId: string | null; status: string }[]
  /** Ours, and gone at Merge; they are set to `error`. */
  gone: string[]
  /** Ours and pending, but complete at Merge: the customer finished and the browser never told. The next click on Connect completes them. */
  unfinished: string[]
  /**
   * Ours, taken for well, and at Merge their customer has to sign in again; `reason` is what Merge says of it, as a text and never as markup.
   * Each is looked at as soon as possible, which makes it `relink_needed`.
   */
  relinkNeeded: { accountId: string; organizationId: string; reason: string | null }[]
}

/**
 * Compares every linked account at Merge (production and test) with the store, both ways. Reads only, but for accounts that are
 * gone at Merge, and wants those looked at that are broken there. `wanted`: the categories to look at beside those of the store's own accounts, of which it may have lost some.
 * Throws `UPSTREAM_*` or `CONFIG_AUTH` when Merge cannot be asked: then nothing was changed.
 */
export async function auditAccounts(context: LinkContext, wanted: readonly string[]): Promise<AuditReport> {
  const ours = await Array.fromAsync(everyAccount(context.storage, {}))
  const categories = new Set([...wanted, ...ours.map((account) => account.category)])
  const theirs: LinkedAccountAtMerge[] = []
  for (const category of categories) theirs.push(...(await context.gateway.linkedAccounts(category)))
  const relinkNeeded = await findBroken(context, categories, ours)

  const byOrigin = new Map(ours.map((account) => [placeOf(account.category, account.originId), account]))
  const byId = new Map(theirs.map((account) => [account.linkedAccountId, account]))
  const report: AuditReport = { checked: theirs.length, orphans: [], gone: [], unfinished: [], relinkNeeded }

  for (const account of theirs) {
    const row = account.originId === null ? undefined : byOrigin.get(placeOf(account.category, account.originId))
    const complete = account.status === 'COMPLETE' || account.status === 'IDLE'
    if (row?.status === 'pending' && complete) report.unfinished.push(row.id)
    if (row === undefined && account.status !== 'INCOMPLETE') {
      report.orphans.push({
        linkedAccountId: account.linkedAccountId,
        category: account.category,
        endUserOriginId: account.originId,
        status: account.status,
      })
    }
  }
  const gone: Account[] = []
  for (const account of ours) {
    if (account.linkedAccountId === null || account.status === 'deleting' || byId.has(account.linkedAccountId)) continue
    report.checked++
    // Asked once more by its id: it may have been linked after its list was read.
    if ((await context.gateway.findLinkedAccount(account.category, account.linkedAccountId)) !== null) continue
    gone.push(account)
  }
  for (const account of gone) await reportHealth(context, account, 'gone')
  for (const { accountId } of relinkNeeded) await context.storage.schedule(accountId, 0)
  return { ...report, gone: gone.map((account) => account.id) }
}

/** One question for each category finds every broken account, however many there are. */
async function findBroken(
  { gateway }: LinkContext,
  categories: Iterable<string>,
  ours: readonly Account[],
): Promise<AuditReport['relinkNeeded']> {
  const well = new Map(ours.filter(({ status }) => status === 'active').map((account) => [account.linkedAccountId, account]))
  const broken: AuditReport['relinkNeeded'] = []
  for (const category of categories) {
    for (const { linkedAccountId, statusDetail } of await gateway.brokenAccounts(category)) {
      const account = well.get(linkedAccountId)
      if (account?.category !== category) continue
      broken.push({ accountId: account.id, organizationId: account.organizationId, reason: oneLine(statusDetail) })
    }
  }
  return broken
}

/** JSON keeps two places apart whatever characters an origin id of somebody else has. */
function placeOf(category: string, originId: string): string {
  return JSON.stringify([category, originId])
}
