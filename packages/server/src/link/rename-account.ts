import type { Account } from '../storage/port.ts'
import { amend } from './amend.ts'
import type { LinkContext } from './context.ts'
import { checkDisplayName } from './create-link-token.ts'
import { readDetails, writeDetails } from './details.ts'

/** Sets your customer's own name for the connection. `null` when it was deleted meanwhile; a bad name throws `INPUT_INVALID`. */
export async function renameAccount(context: LinkContext, account: Account, displayName: string): Promise<Account | null> {
  checkDisplayName(displayName)
  return amend(context.storage, account.id, account.organizationId, (current) => ({
    details: writeDetails({ ...readDetails(current), displayName: displayName.trim() }),
    updatedAt: context.clock.now(),
  }))
}
