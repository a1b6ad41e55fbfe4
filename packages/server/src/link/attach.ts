import { ErrorCode, IntegrationError } from '../errors.ts'
import { type AccountDetails, hasStatus, type Integration } from '../merge/gateway.ts'
import type { Secret } from '../secrets/secret.ts'
import type { Account } from '../storage/port.ts'
import type { LinkContext } from './context.ts'
import { decideAttach } from './decide.ts'
import { readDetails } from './details.ts'

/** An account token from wherever, not yet known to belong to anybody. */
export interface UnconfirmedToken {
  accountToken: Secret
  /** As the source of the token named it; Merge must say the same. */
  linkedAccountId: string
  integration: Integration | null
  /** What it was exchanged for. */
  publicToken: Secret | null
}

/**
 * Gives a token to the account that Merge says it belongs to, and to no other: who asks does not matter here.
 *
 * Hit: the row as it is now. Miss (no row of this SDK has that origin id): `null`; nothing is deleted at Merge.
 * Race with another attach or a delete: decided again on the row as it is then. A row that was deleted
 * meanwhile: the account is deleted at Merge with the token in hand, and `LINK_CANCELLED` is thrown.
 */
export async function attach(context: LinkContext, source: UnconfirmedToken, categories: readonly string[]): Promise<Account | null> {
  for (let attempt = 1; attempt <= 20; attempt++) {
    const found = await confirm(context, source, categories)
    if (found === null) return null
    const { account, details } = found
    const decision = decideAttach(
      account,
      readDetails(account),
      {
        details,
        integration: source.integration,
        token: await context.vault.seal(source.accountToken, 'account-token', account),
        exchanged: source.publicToken === null ? null : context.vault.digest(source.publicToken, 'public-token', account),
      },
      { freeSlot: context.strategy === 'many-per-category', hold: context.hold(account), now: context.clock.now() },
    )
    if (decision.do === 'refuse') {
      context.logger.warn('A token was not attached: it belongs to an account of another kind', {
        accountId: account.id,
        reason: decision.reason,
      })
      return null
    }
    if (decision.patch !== null) {
      const written = await context.storage.update(account.id, account.revision, decision.patch)
      if (written === 'conflict') continue
      if (decision.do === 'attach') {
        context.events(decision.event === 'linked' ? 'account.linked' : 'account.relinked', {
          accountId: account.id,
          organizationId: account.organizationId,
        })
        return written
      }
    }
    await context.gateway.deleteAccount(account.category, source.accountToken)
    throw new IntegrationError(
      ErrorCode.LINK_CANCELLED,
      'The connection was deleted while it was being linked; the new link was removed again.',
      { accountId: account.id },
    )
  }
  throw new IntegrationError(ErrorCode.STORE_CONFLICT, 'The linked account kept changing while its token was to be stored. Try again.')
}

/** Asks Merge whose token it is. A wrong category is not reliably an error at Merge, so the origin id decides. */
async function confirm(
  context: LinkContext,
  source: UnconfirmedToken,
  categories: readonly string[],
): Promise<{ account: Account; details: AccountDetails } | null> {
  for (const category of categories) {
    const details = await accountDetails(context, category, source.accountToken)
    if (details?.originId == null || details.linkedAccountId !== source.linkedAccountId) continue
    const account = await context.storage.get({ originId: details.originId, category: details.category ?? category })
    if (account !== null) return { account, details }
  }
  return null
}

async function accountDetails(context: LinkContext, category: string, accountToken: Secret): Promise<AccountDetails | null> {
  try {
    return await context.gateway.accountDetails(category, accountToken)
  } catch (error) {
    if (hasStatus(error, 400, 401, 403, 404)) return null
    throw error
  }
}
