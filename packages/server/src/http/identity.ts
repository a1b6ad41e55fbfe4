import { ErrorCode, IntegrationError } from '../errors.ts'
import type { LinkedAccount } from '../linked-account.ts'

/** Who is asking, from your own session. Nothing that the browser sends is ever taken for it. */
export interface Identity {
  organization: { id: string; name: string }
  user: { id: string; email: string }
}

export interface AuthorizeInput extends Identity {
  action: Action
  /** The account concerned, where there is one. */
  account: LinkedAccount | null
}

export type Action = 'connect' | 'exchange' | 'list' | 'read' | 'rename' | 'relink' | 'sync' | 'delete' | 'catalog'

/** Throws `CONFIG_INVALID` when `authenticate` returned something that is neither `null` nor an identity. */
export function checkIdentity(identity: unknown): Identity | null {
  if (identity === null || identity === undefined) return null
  const { organization, user } = identity as Partial<Identity>
  for (const [name, value] of Object.entries({
    'organization.id': organization?.id,
    'organization.name': organization?.name,
    'user.id': user?.id,
    'user.email': user?.email,
  })) {
    if (typeof value !== 'string' || value === '') {
      throw new IntegrationError(
        ErrorCode.CONFIG_INVALID,
        `"authenticate" returned an identity without "${name}": return { organization: { id, name }, user: { id, email } }, or null for nobody.`,
      )
    }
  }
  return identity as Identity
}
