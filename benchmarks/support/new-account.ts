import type { NewAccount } from '@connect-integration/server/storage'

/** An account to commit pages of. */
export function newAccount(id: string): NewAccount {
  const names = { category: 'hris', originId: `origin-${id}`, slot: `slot-${id}` }
  return { id, organizationId: 'acme', userId: null, ...names, status: 'active', details: null, createdAt: 0 }
}
