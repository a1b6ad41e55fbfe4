import { describeError, ErrorCode, IntegrationError } from '../errors.ts'
import type { Account } from '../storage/port.ts'
import { amend } from './amend.ts'
import type { LinkContext } from './context.ts'
import { decideDelete } from './decide.ts'
import { noted, readDetails, writeDetails } from './details.ts'
import { settleCandidates } from './settle-candidates.ts'

const FIRST_RETRY_MS = 30_000
const LONGEST_RETRY_MS = 6 * 3_600_000

/**
 * Deletes a linked account here and at Merge: first the intent is recorded, then Merge is asked, and only then is everything of it
 * purged. `'deleted'` when it is done, also when it was gone at Merge already. `'deleting'` when Merge could not be asked: the intent
 * stays, syncing has stopped, and the work loop carries it out. Safe to call twice, at once, or after a crash.
 */
export async function deleteAccount(context: LinkContext, account: Account): Promise<'deleted' | 'deleting'> {
  const row = await amend(context.storage, account.id, account.organizationId, (current) => {
    const decision = decideDelete(current, readDetails(current), context.clock.now())
    return decision.do === 'intend' ? decision.patch : null
  })
  const result = row === null ? 'deleted' : await finishDeletion(context, row)
  return result === 'deleted' ? 'deleted' : 'deleting'
}

/** One attempt to carry out a recorded intent; also what the work loop calls. `retryInMs`: when to call it again, milliseconds from now. */
export async function finishDeletion(context: LinkContext, account: Account): Promise<'deleted' | { retryInMs: number }> {
  // What a webhook brought before the intent was recorded would be lost with the row, and stay linked at Merge.
  const settled = await settleCandidates(context, account)
  if (settled.againInMs !== null) return { retryInMs: settled.againInMs }
  const key = { id: account.id, organizationId: account.organizationId }
  let removed: string | null = null
  for (let row = settled.attached ? await context.storage.get(key) : account; row !== null && row.status !== 'deleted'; ) {
    if (row.token !== null && row.token !== removed) {
      removed = row.token
      try {
        await removeAtMerge(context, row, row.token)
      } catch (error) {
        return { retryInMs: await postpone(context, row, error) }
      }
      // A late link may have stored another token meanwhile: that one must go as well.
      row = await context.storage.get(key)
    } else if (await close(context, row)) break
    else row = await context.storage.get(key)
  }
  await context.storage.purge(account.id)
  context.events('account.deleted', { accountId: account.id, organizationId: account.organizationId })
  return 'deleted'
}

/** The purge does not compare: so from here on a late link is no longer given to this row, which would lose its token. False: the row has changed. */
async function close(context: LinkContext, row: Account): Promise<boolean> {
  const details = readDetails(row)
  if (details.closed) return true
  const patch = { details: writeDetails({ ...details, closed: true }), updatedAt: context.clock.now() }
  return (await context.storage.update(row.id, row.revision, patch)) !== 'conflict'
}

async function removeAtMerge(context: LinkContext, account: Account, sealed: string): Promise<void> {
  const token = await context.vault.open(sealed, 'account-token', account)
  if ((await context.gateway.deleteAccount(account.category, token)) === 'deleted') return
  // Refused because it is gone, or because something else is wrong: only the API key can tell.
  const found = account.linkedAccountId === null ? null : await context.gateway.findLinkedAccount(account.category, account.linkedAccountId)
  if (found !== null) {
    throw new IntegrationError(
      ErrorCode.UPSTREAM_REJECTED,
      'Merge refuses the token of an account that it still has. Have the customer relink it, or delete it in the Merge dashboard.',
      { accountId: account.id },
    )
  }
}

/** Counts the failure. Returns how long to wait before the next try, in milliseconds. */
async function postpone(context: LinkContext, account: Account, error: unknown): Promise<number> {
  const now = context.clock.now()
  const row = await amend(context.storage, account.id, account.organizationId, (current) => {
    const details = readDetails(current)
    return { details: writeDetails(noted({ ...details, deletions: details.deletions + 1 }, now, 'deletion postponed')), updatedAt: now }
  })
  const failures = row === null ? 1 : readDetails(row).deletions
  context.logger.warn('A linked account could not be deleted at Merge yet; it will be tried again', {
    accountId: account.id,
    code: describeError(error).code,
  })
  return Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (failures - 1))
}
