import type { Account, Status } from '../storage/port.ts'
import { amend } from './amend.ts'
import type { LinkContext } from './context.ts'
import { noted, readDetails, writeDetails } from './details.ts'

export type Health = 'healthy' | 'relink_needed' | 'gone'

/**
 * Takes over what a look at Merge found out about an account. Only moves between `active`, `relink_needed` and `error`:
 * an account that is held or being deleted stays so. Race: decided on the row as it is when it is written.
 */
export async function reportHealth(context: LinkContext, account: Account, health: Health): Promise<void> {
  const target: Status = health === 'healthy' ? 'active' : health === 'gone' ? 'error' : 'relink_needed'
  let moved = false
  await amend(context.storage, account.id, account.organizationId, (current) => {
    moved = current.status !== target && ['active', 'relink_needed', 'error'].includes(current.status)
    if (!moved) return null
    const details = readDetails(current)
    const now = context.clock.now()
    // Recovered without our modal, by whatever road: other credentials may be behind it now.
    const next = health === 'healthy' ? { ...details, relinks: details.relinks + 1, signedInAt: now } : details
    return { status: target, details: writeDetails(noted(next, now, EVENTS[health].activity)), updatedAt: now }
  })
  if (moved) context.events(EVENTS[health].event, { accountId: account.id, organizationId: account.organizationId })
}

const EVENTS = {
  healthy: { event: 'account.recovered', activity: 'working again' },
  relink_needed: { event: 'account.relink_needed', activity: 'needs to be relinked' },
  gone: { event: 'account.gone', activity: 'no longer known at the source' },
} as const
