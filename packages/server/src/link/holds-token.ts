import type { Secret } from '../secrets/secret.ts'
import type { Account } from '../storage/port.ts'
import type { LinkContext } from './context.ts'

/** Whether the row has this token already. One that cannot be opened, such as one sealed with a key that is gone, is another. */
export async function holdsToken(context: LinkContext, row: Account, token: Secret): Promise<boolean> {
  if (row.token === null) return false
  try {
    return (await context.vault.open(row.token, 'account-token', row)).reveal() === token.reveal()
  } catch {
    return false
  }
}
