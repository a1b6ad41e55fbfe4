import { ErrorCode, IntegrationError } from '../errors.ts'
import { isCategory } from '../merge/categories.ts'
import { Secret } from '../secrets/secret.ts'
import type { Account } from '../storage/port.ts'
import { attach } from './attach.ts'
import type { LinkContext } from './context.ts'
import { readDetails } from './details.ts'
import type { OwnerKey } from './origin-id.ts'

/** How long after its link token expired a modal may still be open. */
const GRACE_MS = 15 * 60_000

/**
 * Exchanges Merge Link's public token and attaches the account that Merge confirms it belongs to.
 *
 * Hit: the linked account, also when the same public token is exchanged again. Miss: `LINK_NOT_FOUND`, the same for a token that is
 * garbage, spent, or another owner's (then the account is attached to its owner: a stolen token cannot be burnt). Merge is
 * not asked at all unless this owner has an attempt open, so that guessing cannot use up Merge's error budget.
 * Failure: `UPSTREAM_*`; the row stays pending, and a new click continues it.
 */
export async function exchangePublicToken(context: LinkContext, owner: OwnerKey, publicToken: string): Promise<Account> {
  if (typeof publicToken !== 'string' || !/^[A-Za-z0-9_-]{8,512}$/.test(publicToken)) {
    throw new IntegrationError(
      ErrorCode.INPUT_INVALID,
      '"publicToken" is not a public token: pass on what onSuccess of Merge Link gave you.',
    )
  }
  const token = new Secret(publicToken)
  const accounts = await accountsOf(context, owner)
  const repeated = findExchanged(context, accounts, token)
  if (repeated) return repeated

  const now = context.clock.now()
  const open = accounts.filter((account) => (readDetails(account).linkExpiresAt ?? Number.NEGATIVE_INFINITY) + GRACE_MS > now)
  const exchanged = open.length === 0 ? null : await context.gateway.exchangePublicToken(token)
  if (exchanged === null) {
    // A twin of this call may have spent the token a moment ago: then its result is ours too.
    const twin = findExchanged(context, await accountsOf(context, owner), token)
    if (twin) return twin
    throw notFound()
  }
  const categories = [...new Set([...open.map((account) => account.category), ...exchanged.categories.filter(isCategory)])]
  const account = await attach(context, { ...exchanged, publicToken: token }, categories)
  if (account === null || account.organizationId !== owner.organizationId || account.userId !== owner.userId) {
    if (account !== null)
      context.logger.warn('A public token was exchanged by somebody else than the owner of its account; it was attached to its owner', {
        accountId: account.id,
      })
    throw notFound()
  }
  return account
}

function findExchanged(context: LinkContext, accounts: readonly Account[], token: Secret): Account | undefined {
  return accounts.find(
    (account) => account.status !== 'deleting' && readDetails(account).exchanged === context.vault.digest(token, 'public-token', account),
  )
}

async function accountsOf(context: LinkContext, owner: OwnerKey): Promise<Account[]> {
  const accounts: Account[] = []
  for (let after: string | undefined; ; ) {
    const page = await context.storage.list({
      organizationId: owner.organizationId,
      userId: owner.userId,
      limit: 100,
      ...(after === undefined ? {} : { after }),
    })
    accounts.push(...page.accounts)
    if (page.next === null) return accounts
    after = page.next
  }
}

function notFound(): IntegrationError {
  return new IntegrationError(
    ErrorCode.LINK_NOT_FOUND,
    'No open connection of this owner belongs to that public token. It may have been used or have expired: open the connection again.',
  )
}
