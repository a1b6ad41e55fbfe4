import { ErrorCode, IntegrationError } from '../errors.ts'
import type { Account } from '../storage/port.ts'
import { amend } from './amend.ts'
import type { LinkContext } from './context.ts'
import { noted, readDetails, writeDetails } from './details.ts'

/** Lets an account that is held be read from now on; does nothing where it is not held. Throws `BUSY` while it is pending or being deleted. `null` when it is gone. */
export async function releaseAccount(context: LinkContext, account: Account): Promise<Account | null> {
  return amend(context.storage, account.id, account.organizationId, (current) => {
    if (current.status === 'pending' || current.status === 'deleting') {
      throw new IntegrationError(ErrorCode.BUSY, `Linked account ${account.id} is ${current.status}: there is nothing to release.`, {
        accountId: account.id,
        retryable: false,
      })
    }
    if (current.status !== 'held') return null
    const now = context.clock.now()
    return { status: 'active', details: writeDetails(noted(readDetails(current), now, 'released')), updatedAt: now, wake: 0 }
  })
}
