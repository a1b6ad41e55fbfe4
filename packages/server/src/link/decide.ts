import type { AccountDetails, Integration } from '../merge/gateway.ts'
import type { Account, AccountPatch, Status } from '../storage/port.ts'
import { type Details, noted, writeDetails } from './details.ts'
import { foreignDomain } from './email-domain.ts'

/**
 * The link state machine, pure: what is there and what happened, to what must be written and done.
 *
 *   pending ─▶ active ⇄ relink_needed ─▶ deleting ─▶ deleted
 *                 └────▶ error (gone at Merge)
 *
 * A row is read, Merge is asked, and what is decided here is written by compare-and-set; on a conflict
 * everything starts again from the row as it is then.
 */

export type ConnectDecision = 'offer' | 'already_connected' | 'busy'

/** A click on Connect, for the row that holds the slot. Whatever is there, its token is never touched. */
export function decideConnect(status: Status): ConnectDecision {
  switch (status) {
    case 'pending':
    case 'relink_needed':
    case 'error':
      return 'offer'
    case 'active':
    case 'held':
      return 'already_connected'
    case 'deleting':
    case 'deleted':
      return 'busy'
  }
}

/** A token for this row, confirmed by Merge. */
export interface Confirmation {
  details: AccountDetails
  integration: Integration | null
  /** Sealed for this row. */
  token: string
  /** Digest of the public token it came from; `null`: it came without one, announced by a webhook or adopted. */
  exchanged: string | null
  /** The row holds this very token already. */
  known: boolean
}

export type AttachDecision =
  | { do: 'attach'; patch: AccountPatch; event: 'linked' | 'relinked' | null }
  /** Told again what the row says already: nothing is written. */
  | { do: 'keep' }
  /** The connection was deleted meanwhile: the token is kept for the reaper (where there still is a row) and used at once to delete at Merge. */
  | { do: 'delete_at_merge'; patch: AccountPatch | null }
  /** Not what this row stands for: nothing is written, and nothing is deleted at Merge either. */
  | { do: 'refuse'; reason: 'other_account_type' }

/** `strategy` decides whether the slot is freed for "add another". `now` in epoch milliseconds. */
export function decideAttach(
  account: Account,
  details: Details,
  confirmation: Confirmation,
  context: { freeSlot: boolean; hold: boolean; now: number },
): AttachDecision {
  if (account.status === 'deleted') return { do: 'delete_at_merge', patch: null }
  if (account.status === 'deleting') {
    if (details.closed) return { do: 'delete_at_merge', patch: null }
    return {
      do: 'delete_at_merge',
      patch: { token: confirmation.token, linkedAccountId: confirmation.details.linkedAccountId, updatedAt: context.now, wake: 0 },
    }
  }
  if (
    details.accountType !== null &&
    confirmation.details.accountType !== null &&
    details.accountType !== confirmation.details.accountType
  ) {
    return { do: 'refuse', reason: 'other_account_type' }
  }
  const first = account.status === 'pending'
  const status = attachedStatus(account.status, confirmation.details.status, context.hold)
  if (confirmation.known && confirmation.exchanged === null && status === account.status) return { do: 'keep' }
  // The webhook was faster than the browser: what it announced now has its public token, and nobody has signed in a second time.
  const awaited = confirmation.known && details.announced && confirmation.exchanged !== null
  const next = {
    ...details,
    integration: confirmation.integration ?? details.integration,
    accountType: confirmation.details.accountType ?? details.accountType,
    exchanged: confirmation.exchanged ?? details.exchanged,
    announced: first && confirmation.exchanged === null,
    signedInAt: context.now,
    reason: null,
    // A relink is counted once more, though it is told once: what was announced may have been the sign-in before this one.
    relinks: first || (awaited && details.relinks === 0) ? details.relinks : details.relinks + 1,
  }
  return {
    do: 'attach',
    event: first ? 'linked' : awaited ? null : 'relinked',
    patch: {
      status,
      token: confirmation.token,
      linkedAccountId: confirmation.details.linkedAccountId,
      details: writeDetails(awaited ? next : noted(next, context.now, first ? 'linked' : 'relinked', remark(details, confirmation))),
      updatedAt: context.now,
      wake: 0,
      ...(context.freeSlot ? { slot: null } : {}),
    },
  }
}

/** Merge's own retries end within a minute; what comes later than this was another sign-in, and if it was not, a sweep too many does no harm. */
const SAME_SIGN_IN_MS = 10 * 60_000
/**
 * Two machines' clocks may differ by so much. A sign-in that lies further in the future was counted by a clock that was wrong: how long ago it
 * was is unknown.
 */
const CLOCKS_DIFFER_MS = 10_000

/**
 * A webhook says that the customer has signed in again, to a row that has its token already: a tab that was closed before the exchange,
 * or Merge's own dashboard. Other credentials may be behind it now, so everything is read anew, as after the exchange. `null`: nothing is
 * written. It tells of a sign-in that has been counted; or the row is not `active`, and the next look finds out how it is.
 */
export function decideAnnouncedRelink(account: Account, details: Details, now: number): AccountPatch | null {
  if (account.status !== 'active') return null
  const { signedInAt } = details
  if (signedInAt !== null && now - signedInAt < SAME_SIGN_IN_MS && signedInAt - now <= CLOCKS_DIFFER_MS) return null
  const next = { ...details, announced: true, signedInAt: now, relinks: details.relinks + 1 }
  return { details: writeDetails(noted(next, now, 'relinked')), updatedAt: now, wake: 0 }
}

/** What the integrator should know of a link, and what is no error: another system than before, or one that is connected elsewhere too. */
function remark(before: Details, { details, integration }: Confirmation): string | undefined {
  const domain = foreignDomain(before, details)
  if (domain !== null) return `in the name of somebody at ${domain}, where nobody opened this connection`
  if (details.isDuplicate) return 'the same account of the source is connected elsewhere too'
  if (before.integration === null || integration === null || integration.slug === before.integration.slug) return
  return `${integration.name} instead of ${before.integration.name}`
}

/** Merge's word on the account, in ours; what is held stays held, whatever Merge says. Source: help.merge.dev/en/articles/6074068. */
function attachedStatus(before: Status, atMerge: string, hold: boolean): Exclude<Status, 'deleted'> {
  if (before === 'held' || (before === 'pending' && hold)) return 'held'
  return atMerge === 'RELINK_NEEDED' || atMerge === 'INCOMPLETE' ? 'relink_needed' : 'active'
}

export type DeleteDecision =
  /** Record the intent before anything else, also for a row without a token: a link that completes meanwhile must see it. */
  | { do: 'intend'; patch: AccountPatch }
  /** The intent is recorded already. */
  | { do: 'continue' }

/** The work loop steps in a minute after the intent, should whoever recorded it not live to carry it out. */
export function decideDelete(account: Account, details: Details, now: number): DeleteDecision {
  if (account.status === 'deleting') return { do: 'continue' }
  return {
    do: 'intend',
    patch: { status: 'deleting', details: writeDetails(noted(details, now, 'deletion requested')), updatedAt: now, wake: 60_000 },
  }
}
