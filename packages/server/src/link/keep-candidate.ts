import { ErrorCode, IntegrationError } from '../errors.ts'
import { hasStatus } from '../merge/has-status.ts'
import type { Secret } from '../secrets/secret.ts'
import type { Account } from '../storage/port.ts'
import { attach } from './attach.ts'
import type { LinkContext } from './context.ts'
import { decideAnnouncedRelink } from './decide.ts'
import { type Candidate, readDetails, writeDetails } from './details.ts'
import { holdsToken } from './holds-token.ts'

/** As a webhook named it: keys to look it up by, not known to be true. */
export interface NamedAccount {
  linkedAccountId: string
  originId: string | null
  category: string | null
}

/**
 * `relink`: Merge says that the customer has signed in again. `kept`: the token is stored, or was used, or the relink was counted; else there was
 * no need, and the account only wants a look.
 */
export type KeepCandidate = (
  named: NamedAccount,
  accountToken: Secret,
  relink: boolean,
) => Promise<{ accountId: string; kept: boolean } | null>

/** More at once would be somebody's game; what falls off the front the customer's next click brings back. */
const MOST_CANDIDATES = 4
const MOST_REMEMBERED = 1_000

/**
 * Stores the token of a `LinkedAccount.linked` webhook, sealed, beside the row that it names; durable when this resolves. It becomes the
 * row's token once Merge has confirmed it ({@link settleCandidates}, in the work loop), so a forged body changes nothing.
 *
 * Miss (no row of this store): `null`. The row has this very token: a relink of an active account that nobody has told of yet is counted, so that
 * everything is read anew ({@link decideAnnouncedRelink}); else nothing is written, and neither for a token that Merge has refused before. Race: decided on the
 * row as it is when it is written. The row is being deleted, or is a tombstone: nothing can wait there, so Merge is asked at once,
 * and what it confirms is deleted again; a tombstone's token is used once. Throws `UPSTREAM_*` when Merge cannot be asked then,
 * `STORE_*` as the store does.
 */
export function createKeepCandidate(context: LinkContext): KeepCandidate {
  const usedForTombstones = new Set<string>()

  async function forTombstone(row: Account, named: NamedAccount, token: Secret): Promise<void> {
    const digest = context.vault.digest(token, 'candidate-token', row)
    if (usedForTombstones.has(digest)) return
    usedForTombstones.add(digest)
    const [oldest = ''] = usedForTombstones
    if (usedForTombstones.size > MOST_REMEMBERED) usedForTombstones.delete(oldest)
    try {
      await deleteIfOurs(context, row, named, token)
    } catch (error) {
      usedForTombstones.delete(digest)
      throw error
    }
  }

  return async (named, token, relink) => {
    for (let attempt = 1; attempt <= 20; attempt++) {
      const row = await find(context, named)
      if (row === null) return null
      if (row.status === 'deleted') {
        await forTombstone(row, named, token)
        return { accountId: row.id, kept: true }
      }
      if (await holdsToken(context, row, token)) {
        const patch = relink ? decideAnnouncedRelink(row, readDetails(row), context.clock.now()) : null
        if (patch === null) return { accountId: row.id, kept: false }
        if ((await context.storage.update(row.id, row.revision, patch)) === 'conflict') continue
        context.events('account.relinked', { accountId: row.id, organizationId: row.organizationId })
        return { accountId: row.id, kept: true }
      }
      if (row.status === 'deleting') {
        const source = { accountToken: token, linkedAccountId: named.linkedAccountId, integration: null, publicToken: null }
        await attach(context, source, [row.category], [row])
        return { accountId: row.id, kept: true }
      }
      const details = readDetails(row)
      const digest = context.vault.digest(token, 'candidate-token', row)
      if (details.candidates.some((known) => known.digest === digest)) return { accountId: row.id, kept: false }
      const sealed = await context.vault.seal(token, 'candidate-token', row)
      const candidate: Candidate = { token: sealed, digest, linkedAccountId: named.linkedAccountId, refusals: 0, tryAt: 0 }
      const candidates = [...details.candidates, candidate].slice(-MOST_CANDIDATES)
      const patch = { details: writeDetails({ ...details, candidates }), updatedAt: context.clock.now(), wake: 0 } as const
      if ((await context.storage.update(row.id, row.revision, patch)) !== 'conflict') return { accountId: row.id, kept: true }
    }
    throw new IntegrationError(ErrorCode.STORE_CONFLICT, 'The linked account kept changing while a token was to be stored. Try again.')
  }
}

/** By our own origin id, which a row has from its first moment on; by Merge's id where the webhook names none of ours. */
async function find(
  { storage, categories: known }: LinkContext,
  { originId, category, linkedAccountId }: NamedAccount,
): Promise<Account | null> {
  const categories = category !== null && known.has(category) ? [category] : known
  for (const each of originId === null ? [] : categories) {
    const row = await storage.get({ originId: originId ?? '', category: each })
    if (row !== null) return row
  }
  return storage.get({ linkedAccountId })
}

/** Deletes at Merge, and only what Merge itself says belonged to this row. */
async function deleteIfOurs(context: LinkContext, row: Account, named: NamedAccount, token: Secret): Promise<void> {
  try {
    const details = await context.gateway.accountDetails(row.category, token)
    if (details.originId !== row.originId || details.linkedAccountId !== named.linkedAccountId) return
  } catch (error) {
    // Dead already: a replay, or somebody else was faster.
    if (hasStatus(error, 400, 401, 403, 404)) return
    throw error
  }
  await context.gateway.deleteAccount(row.category, token)
  context.logger.info('An account was linked after its connection had been deleted, and was removed at Merge again', { accountId: row.id })
}
