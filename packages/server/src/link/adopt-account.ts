import { ErrorCode, IntegrationError } from '../errors.ts'
import type { AccountDetails } from '../merge/gateway.ts'
import { hasStatus } from '../merge/has-status.ts'
import { Secret } from '../secrets/secret.ts'
import type { Account } from '../storage/port.ts'
import { attach } from './attach.ts'
import type { LinkContext } from './context.ts'
import { type OwnerKey, slotOf } from './origin-id.ts'

export interface AdoptInput {
  /** The `end_user_origin_id` that it was linked under. */
  endUserOriginId: string
  category: string
  accountToken: string
}

/**
 * Takes over an account that was linked before this SDK came: no click, no modal, same origin id, same token. Merge is asked whose token it
 * is before anything is stored.
 *
 * Hit: the account, `active` (or `held`, or `relink_needed`, as after any link). Adopted twice, also at once: the same account, changed
 * by nothing. Miss (Merge refuses the token, or names another origin id or category, or the origin id is another owner's here):
 * `LINK_NOT_FOUND`, nothing stored. Its connection here is being deleted: `BUSY`; was deleted: `LINK_CANCELLED`, because an origin id is
 * never used again. With `one-per-category` and another one in its place: `ALREADY_CONNECTED`. Failure: `UPSTREAM_*`; call it again.
 */
export async function adoptAccount(context: LinkContext, owner: OwnerKey, input: AdoptInput): Promise<Account> {
  check(context, input)
  const accountToken = new Secret(input.accountToken)
  const details = await confirm(context, input, accountToken)
  const row = await placeFor(context, owner, input)
  const source = { accountToken, linkedAccountId: details.linkedAccountId, integration: null, publicToken: null }
  const attached = await attach(context, source, [input.category], [row])
  if (attached === null || attached.account.id !== row.id) throw notFound()
  if (attached.cancelled) throw deletedHere(row)
  return attached.account
}

function check({ categories }: LinkContext, { endUserOriginId, category, accountToken }: AdoptInput): void {
  if (!categories.has(category)) throw invalid(`"category" is none of Merge's: ${[...categories].join(', ')}.`)
  if (typeof endUserOriginId !== 'string' || endUserOriginId === '' || endUserOriginId.length > 100 || !endUserOriginId.isWellFormed())
    throw invalid('"endUserOriginId" must be a text of 1 to 100 characters: the end_user_origin_id that the account was linked under.')
  if (typeof accountToken !== 'string' || !/^[A-Za-z0-9_-]{8,512}$/.test(accountToken))
    throw invalid('"accountToken" is not an account token: pass on what you stored when the account was linked.')
}

async function confirm(context: LinkContext, input: AdoptInput, token: Secret): Promise<AccountDetails> {
  try {
    const details = await context.gateway.accountDetails(input.category, token)
    if (details.originId === input.endUserOriginId && (details.category ?? input.category) === input.category) return details
  } catch (error) {
    if (!hasStatus(error, 400, 401, 403, 404)) throw error
  }
  throw notFound()
}

/** The row of this origin id, or a fresh one in a place of its own: an attempt of the customer's that is open goes on beside it. */
async function placeFor(context: LinkContext, owner: OwnerKey, { endUserOriginId: originId, category }: AdoptInput): Promise<Account> {
  for (let attempt = 1; ; attempt++) {
    const known = await context.storage.get({ originId, category })
    if (known !== null) return checkRow(known, owner)
    const slot = slotOf(owner, category, context.strategy)
    try {
      const { account } = await context.storage.reserve({
        id: `int_${Buffer.from(context.randomBytes(16)).toString('hex')}`,
        ...owner,
        category,
        originId,
        slot: context.strategy === 'one-per-category' ? slot : `${slot}:${originId}`,
        status: 'pending',
        details: null,
        createdAt: context.clock.now(),
      })
      if (account.originId === originId) return checkRow(account, owner)
      throw new IntegrationError(
        ErrorCode.ALREADY_CONNECTED,
        `This owner has another ${category} connection, and "originIds" is 'one-per-category'. Delete that one first, or allow many.`,
        { accountId: account.id },
      )
    } catch (error) {
      // Somebody else adopts it in this moment, or it has the origin id in another category.
      if (!(IntegrationError.isInstance(error) && error.code === ErrorCode.STORE_CONFLICT) || attempt >= 3) throw error
    }
  }
}

function checkRow(row: Account, owner: OwnerKey): Account {
  if (row.organizationId !== owner.organizationId || row.userId !== owner.userId) throw notFound()
  if (row.status === 'deleted') throw deletedHere(row)
  if (row.status === 'deleting')
    throw new IntegrationError(ErrorCode.BUSY, 'This connection is being deleted. Try again when it is gone.', { accountId: row.id })
  return row
}

function deletedHere(row: Account): IntegrationError {
  return new IntegrationError(
    ErrorCode.LINK_CANCELLED,
    'A connection with that end user origin id was deleted here, and origin ids are never used again. Have the customer connect anew.',
    { accountId: row.id },
  )
}

function notFound(): IntegrationError {
  return new IntegrationError(
    ErrorCode.LINK_NOT_FOUND,
    'That token opens no account of this end user origin id and category that this owner could have. Compare the three with the Merge dashboard.',
  )
}

function invalid(message: string): IntegrationError {
  return new IntegrationError(ErrorCode.INPUT_INVALID, message)
}
