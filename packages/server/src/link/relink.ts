import { ErrorCode, IntegrationError } from '../errors.ts'
import type { Account } from '../storage/port.ts'
import type { LinkContext } from './context.ts'
import { checkPerson, type LinkTokenResult, offerLink } from './create-link-token.ts'

export interface RelinkInput {
  organizationName: string
  userEmail: string
  language?: string
}

/**
 * A link token for the same origin id: the customer signs in again, and the linked account keeps its id and its token.
 * Data that was synced stays readable meanwhile. Throws `BUSY` while the account is being deleted.
 * Source: docs.merge.dev, merge-link/relinking.
 */
export async function relink(context: LinkContext, account: Account, input: RelinkInput): Promise<LinkTokenResult> {
  checkPerson(input)
  if (account.status === 'deleting') {
    throw new IntegrationError(ErrorCode.BUSY, 'This connection is being deleted and cannot be relinked.', { accountId: account.id })
  }
  return offerLink(context, account, input)
}
