import { type AccountHandle, createAccountHandle } from './account-handle.ts'
import type { Core } from './core.ts'
import { ErrorCode, IntegrationError } from './errors.ts'
import { type AdoptInput, adoptAccount } from './link/adopt-account.ts'
import { type CreateLinkTokenInput, createLinkToken, type LinkTokenResult } from './link/create-link-token.ts'
import { exchangePublicToken } from './link/exchange-public-token.ts'
import { checkOwner, type OwnerKey } from './link/origin-id.ts'
import { type LinkedAccount, viewAccount } from './linked-account.ts'
import { everyAccount } from './storage/every-account.ts'

/** The door to everything that one organization, or one of its users, has connected. There is no other. */
export interface Owner {
  /** Starts or continues an attempt to connect; hand `linkToken` to the browser at once and keep it nowhere. */
  createLinkToken(input: CreateLinkTokenInput): Promise<LinkTokenResult>
  /** Exchanges what Merge Link's `onSuccess` gave. Returns once Merge has confirmed whose account it is and the token is sealed in the store. */
  exchangePublicToken(publicToken: string): Promise<LinkedAccount>
  /**
   * Takes over an account that was linked before this SDK came: with its end user origin id, its category and its token, which Merge has to confirm.
   * Adopting it twice changes nothing.
   */
  adopt(input: AdoptInput): Promise<LinkedAccount>
  /** All of this owner's accounts, oldest first, those still pending included. */
  list(query?: { category?: string }): Promise<LinkedAccount[]>
  /** `null` when there is none of theirs with this id; another owner's is not told from none. */
  account(accountId: string): Promise<AccountHandle | null>
}

export function createOwner(core: Core, key: OwnerKey): Owner {
  const owner = checkOwner(key)
  const view = core.sync.settings.models
  return {
    createLinkToken: (input) => createLinkToken(core.link, owner, input),

    async exchangePublicToken(publicToken) {
      const account = await exchangePublicToken(core.link, owner, publicToken)
      core.wakeup.ring()
      return viewAccount(account, view)
    },

    async adopt(input) {
      const account = await adoptAccount(core.link, owner, input)
      core.wakeup.ring()
      return viewAccount(account, view)
    },

    async list(query = {}) {
      const category = query.category === undefined ? {} : { category: query.category }
      const accounts: LinkedAccount[] = []
      for await (const account of everyAccount(core.storage, { ...owner, ...category })) accounts.push(viewAccount(account, view))
      return accounts.sort((one, other) => (one.createdAt < other.createdAt ? -1 : one.createdAt > other.createdAt ? 1 : 0))
    },

    async account(accountId) {
      if (typeof accountId !== 'string')
        throw new IntegrationError(ErrorCode.INPUT_INVALID, '"accountId" must be a string: the "id" of a linked account.')
      const account = await core.storage.get({ id: accountId, organizationId: owner.organizationId })
      if (account === null || account.status === 'deleted' || account.userId !== owner.userId) return null
      return createAccountHandle(core, account)
    },
  }
}
