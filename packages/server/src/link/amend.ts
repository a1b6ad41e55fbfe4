import { ErrorCode, IntegrationError } from '../errors.ts'
import type { Account, AccountPatch, Storage } from '../storage/port.ts'

const ATTEMPTS = 20

/**
 * Read, decide, compare-and-set, and again from the start when somebody else was faster.
 * `decide` returns the patch to write, or `null` to leave the row as it is. Miss: `null`.
 * A row that changes 20 times under us throws `STORE_CONFLICT`.
 */
export async function amend(
  storage: Storage,
  id: string,
  organizationId: string,
  decide: (account: Account) => Promise<AccountPatch | null> | AccountPatch | null,
): Promise<Account | null> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const account = await storage.get({ id, organizationId })
    if (account === null || account.status === 'deleted') return null
    const patch = await decide(account)
    if (patch === null) return account
    const written = await storage.update(account.id, account.revision, patch)
    if (written !== 'conflict') return written
  }
  throw new IntegrationError(ErrorCode.STORE_CONFLICT, `Linked account ${id} kept changing while it was to be written. Try again.`, {
    accountId: id,
  })
}
