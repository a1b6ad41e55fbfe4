import type { Account, Status } from '../storage/port.ts'
import { amend } from './amend.ts'
import type { LinkContext } from './context.ts'
import { noted, readDetails, writeDetails } from './details.ts'
import { findReason } from './find-reason.ts'

export type Health = 'healthy' | 'relink_needed' | 'gone'

/**
 * Takes over what a look at Merge found out about an account. Only moves between `active`, `relink_needed` and `error`:
 * an account that is held or being deleted stays so. One that needs its customer is kept with the reason that Merge gives, which is asked for
 * once; where it could not be asked, the next report asks again. Race: decided on the row as it is when it is written.
 */
export async function reportHealth(context: LinkContext, account: Account, health: Health): Promise<void> {
  const target: Status = health === 'healthy' ? 'active' : health === 'gone' ? 'error' : 'relink_needed'
  const found = target === 'relink_needed' && wantsReason(account) ? await findReason(context, account) : null
  let moved = false
  await amend(context.storage, account.id, account.organizationId, (current) => {
    moved = current.status !== target && MOVABLE.includes(current.status)
    const before = readDetails(current)
    const details = { ...before, reason: target === 'relink_needed' ? (found ?? before.reason) : null }
    const now = context.clock.now()
    if (!moved) {
      const learned = current.status === target && found !== null
      return learned ? { details: writeDetails(details), updatedAt: now } : null
    }
    // Recovered without our modal, by whatever road: other credentials may be behind it now.
    const next = health === 'healthy' ? { ...details, relinks: details.relinks + 1, signedInAt: now } : details
    return { status: target, details: writeDetails(noted(next, now, EVENTS[health].activity)), updatedAt: now }
  })
  if (moved) context.events(EVENTS[health].event, { accountId: account.id, organizationId: account.organizationId })
}

const MOVABLE: readonly Status[] = ['active', 'relink_needed', 'error']

function wantsReason(account: Account): boolean {
  return MOVABLE.includes(account.status) && (account.status !== 'relink_needed' || readDetails(account).reason === null)
}

const EVENTS = {
  healthy: { event: 'account.recovered', activity: 'working again' },
  relink_needed: { event: 'account.relink_needed', activity: 'needs to be relinked' },
  gone: { event: 'account.gone', activity: 'no longer known at the source' },
} as const
