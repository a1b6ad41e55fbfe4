import { describeError, ErrorCode, IntegrationError } from '../errors.ts'
import type { AccountDetails, Integration } from '../merge/gateway.ts'
import { hasStatus } from '../merge/has-status.ts'
import type { Secret } from '../secrets/secret.ts'
import type { Account } from '../storage/port.ts'
import type { LinkContext } from './context.ts'
import { decideAttach } from './decide.ts'
import { readDetails } from './details.ts'
import { foreignDomain } from './email-domain.ts'
import { findIntegration } from './find-integration.ts'
import { holdsToken } from './holds-token.ts'

/** An account token from wherever, not yet known to belong to anybody. */
export interface UnconfirmedToken {
  accountToken: Secret
  /** As the source of the token named it; Merge must say the same. */
  linkedAccountId: string
  /** `null`: it did not say; then Merge's catalog is asked. */
  integration: Integration | null
  /** What it was exchanged for. */
  publicToken: Secret | null
}

export interface Attached {
  /** Whose it is: not necessarily the caller's. */
  account: Account
  /** The row had been deleted: the account was deleted at Merge as well, and nothing is linked. */
  cancelled: boolean
}

/**
 * Gives a token to the account that Merge says it belongs to, and to no other: who asks does not matter here.
 * `known` are rows that the caller has read already; they save a question to Merge.
 *
 * Hit: the row as it is now; told again what it says already (a webhook that comes twice, or after the exchange), it is left as it is. Miss (no row of this SDK has that origin id): `null`; nothing is deleted at Merge.
 * Race with another attach or a delete: decided again on the row as it is then. A row that was deleted
 * meanwhile: the account is deleted at Merge with the token in hand, and `cancelled` is true.
 */
export async function attach(
  context: LinkContext,
  source: UnconfirmedToken,
  categories: readonly string[],
  known: readonly Account[],
): Promise<Attached | null> {
  let row: Account | null = null
  for (let attempt = 1; attempt <= 20; attempt++) {
    const details = await confirm(context, source, categories)
    if (details === null) return null
    const key = { originId: details.originId, category: details.category }
    // Merge's word counts only when the row was read before it was asked for: otherwise a token that died in between could replace a newer one.
    row ??= known.find((account) => account.originId === key.originId && account.category === key.category) ?? null
    if (row === null) {
      row = await context.storage.get(key)
      if (row === null) return null
      continue
    }
    const decision = decideAttach(
      row,
      readDetails(row),
      {
        details,
        integration: source.integration ?? (await nameIntegration(context, row, details)),
        token: await context.vault.seal(source.accountToken, 'account-token', row),
        exchanged: source.publicToken === null ? null : context.vault.digest(source.publicToken, 'public-token', row),
        known: await holdsToken(context, row, source.accountToken),
      },
      { freeSlot: context.strategy === 'many-per-category', hold: context.hold(row), now: context.clock.now() },
    )
    if (decision.do === 'refuse') {
      context.logger.warn('A token was not attached: it belongs to an account of another kind', {
        accountId: row.id,
        reason: decision.reason,
      })
      return null
    }
    if (decision.do === 'keep') return { account: row, cancelled: false }
    if (decision.patch !== null) {
      const written = await context.storage.update(row.id, row.revision, decision.patch)
      if (written === 'conflict') {
        row = await context.storage.get(key)
        continue
      }
      if (decision.do === 'attach') {
        if (decision.event !== null) {
          context.events(`account.${decision.event}`, { accountId: row.id, organizationId: row.organizationId })
          tellOfStranger(context, row, details)
        }
        return { account: written, cancelled: false }
      }
    }
    await removeAgain(context, row, source, decision.patch !== null)
    return { account: row, cancelled: true }
  }
  throw new IntegrationError(ErrorCode.STORE_CONFLICT, 'The linked account kept changing while its token was to be stored. Try again.')
}

/** Asks only where the row does not know already what Merge's word names, and where somebody will see it. */
async function nameIntegration(context: LinkContext, row: Account, details: AccountDetails): Promise<Integration | null> {
  const known = readDetails(row).integration
  if (known?.slug === details.integrationSlug || row.status === 'deleting' || row.status === 'deleted') return known
  return findIntegration(context, details)
}

function tellOfStranger({ logger, events }: LinkContext, row: Account, details: AccountDetails): void {
  const known = readDetails(row)
  const domain = foreignDomain(known, details)
  if (domain === null) return
  logger.warn('A connection was linked in the name of somebody whose e-mail domain is that of nobody who opened it', { accountId: row.id })
  events('account.foreign_email', {
    accountId: row.id,
    organizationId: row.organizationId,
    domain,
    expected: known.emailDomains,
  })
}

type Confirmed = AccountDetails & { originId: string; category: string }

/** Asks Merge whose token it is. A wrong category is not reliably an error at Merge, so the id decides. */
async function confirm(context: LinkContext, source: UnconfirmedToken, categories: readonly string[]): Promise<Confirmed | null> {
  for (const category of categories) {
    const details = await accountDetails(context, category, source.accountToken)
    if (details?.originId == null || details.linkedAccountId !== source.linkedAccountId) continue
    return { ...details, originId: details.originId, category: details.category ?? category }
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

/** When Merge cannot be asked, a row that is still being deleted has the token (`kept`) and goes on with it; else only the log can tell. */
async function removeAgain(context: LinkContext, row: Account, source: UnconfirmedToken, kept: boolean): Promise<void> {
  try {
    await context.gateway.deleteAccount(row.category, source.accountToken)
  } catch (error) {
    context.logger.error('An account was linked after its connection had been deleted, and could not be removed at Merge', {
      accountId: row.id,
      linkedAccountId: source.linkedAccountId,
      code: describeError(error).code,
      remedy: kept ? 'It will be tried again.' : 'Delete it in the Merge dashboard.',
    })
  }
}
