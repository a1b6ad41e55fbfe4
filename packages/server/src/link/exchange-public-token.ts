import { ErrorCode, IntegrationError } from '../errors.ts'
import { Secret } from '../secrets/secret.ts'
import { everyAccount } from '../storage/every-account.ts'
import type { Account, Status } from '../storage/port.ts'
import { attach } from './attach.ts'
import type { LinkContext } from './context.ts'
import { readDetails } from './details.ts'
import { GRACE_MS } from './open-modals.ts'
import type { OwnerKey } from './origin-id.ts'

/** The longest life of a link token that a modal can be opened with. */
const LONGEST_LINK_MS = 720 * 60_000
/** How long a twin of this call is given to store what it got for the same token. */
const TWIN_WAITS_MS = [0, 500, 1_000, 2_000]

/**
 * Exchanges Merge Link's public token and attaches the account that Merge confirms it belongs to.
 *
 * Hit: the linked account, also when the same public token is exchanged again. Miss: `LINK_NOT_FOUND`, the same for a token that is
 * garbage, spent, or another owner's (then the account is attached to its owner: a stolen token cannot be burnt). Merge is
 * not asked at all unless this owner has an attempt open, so that guessing cannot use up Merge's error budget; nor, with `RATE_LIMITED`, when
 * it has refused this organization's last one and too many others.
 * A connection that was deleted while its modal was open: the new link is removed at Merge again, and `LINK_CANCELLED` is thrown.
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
  const open = accounts.filter((account) => openUntil(account) + GRACE_MS > now || context.openModals.isOpen(account.id))
  if (open.length === 0) throw notFound()
  const exchanged = await context.gateway.exchangePublicToken(token, owner.organizationId)
  if (exchanged === null) return resultOfTwin(context, owner, token)
  const categories = [
    ...new Set([
      ...open.map((account) => account.category),
      ...exchanged.categories.filter((category) => context.categories.has(category)),
    ]),
  ]
  const attached = await attach(context, { ...exchanged, publicToken: token }, categories, accounts)
  if (attached === null) return resultOfTwin(context, owner, token)
  const { account, cancelled } = attached
  if (account.organizationId !== owner.organizationId || account.userId !== owner.userId) {
    context.logger.warn('A public token was exchanged by somebody else than the owner of its account; its owner got the account', {
      accountId: account.id,
    })
    return resultOfTwin(context, owner, token)
  }
  if (cancelled) {
    throw new IntegrationError(
      ErrorCode.LINK_CANCELLED,
      'The connection was deleted while it was being linked; the new link was removed again.',
      { accountId: account.id },
    )
  }
  return account
}

/** Until when a modal of this account may still end with a public token, epoch milliseconds. Of a deleted one nothing is kept but when it went. */
function openUntil(account: Account): number {
  if (account.status === 'deleted') return account.updatedAt + LONGEST_LINK_MS
  return readDetails(account).linkExpiresAt ?? Number.NEGATIVE_INFINITY
}

/**
 * Merge does not know the token: a twin of this call (a double click, a repeated request) may have spent it a moment ago, and then its result
 * is ours too. Every miss comes through here, so that another owner's token is not told from garbage by how long the answer takes.
 */
async function resultOfTwin(context: LinkContext, owner: OwnerKey, token: Secret): Promise<Account> {
  for (const wait of TWIN_WAITS_MS) {
    await context.sleep(wait)
    const twin = findExchanged(context, await accountsOf(context, owner), token)
    if (twin) return twin
  }
  throw notFound()
}

function findExchanged(context: LinkContext, accounts: readonly Account[], token: Secret): Account | undefined {
  return accounts.find((account) => {
    const { exchanged } = readDetails(account)
    return account.status !== 'deleting' && exchanged !== null && context.vault.isDigest(exchanged, token, 'public-token', account)
  })
}

const EVERY_STATUS: readonly Status[] = ['pending', 'active', 'held', 'relink_needed', 'deleting', 'error', 'deleted']

/** Tombstones included. */
function accountsOf(context: LinkContext, owner: OwnerKey): Promise<Account[]> {
  const { organizationId, userId } = owner
  return Array.fromAsync(everyAccount(context.storage, { organizationId, userId, status: EVERY_STATUS }))
}

function notFound(): IntegrationError {
  return new IntegrationError(
    ErrorCode.LINK_NOT_FOUND,
    'No open connection of this owner belongs to that public token. It may have been used or have expired: open the connection again.',
  )
}
