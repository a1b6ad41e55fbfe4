import type { Core } from './core.ts'
import { ErrorCode, IntegrationError } from './errors.ts'
import type { LinkTokenResult } from './link/create-link-token.ts'
import { deleteAccount } from './link/delete-account.ts'
import { releaseAccount } from './link/release-account.ts'
import { type RelinkInput, relink } from './link/relink.ts'
import { renameAccount } from './link/rename-account.ts'
import { type LinkedAccount, viewAccount } from './linked-account.ts'
import { createOfficialClient } from './merge/official-client.ts'
import type { Account } from './storage/port.ts'
import { lookNow } from './work.ts'

/** One linked account of one owner: got from `forOrganization(…).account(id)` and from nowhere else. */
export interface AccountHandle {
  /** As it was when it was read or last changed through this handle. */
  readonly info: LinkedAccount
  /** A link token for the same account: the customer signs in again. Id, data and token stay. */
  relink(input: RelinkInput): Promise<LinkTokenResult>
  /** Deletes it at Merge and everything of it here. `'deleting'`: Merge could not be asked yet; the work loop goes on with it. */
  delete(): Promise<'deleted' | 'deleting'>
  /** Your customer's own name for it. */
  rename(displayName: string): Promise<LinkedAccount>
  /** Lets an account that `onLinked` held be read. */
  release(): Promise<LinkedAccount>
  /** Looks at it now, and resolves when that look is done (at most a minute; a long first sync goes on in the work loop). Where another worker has it, that one will look again. */
  syncNow(): Promise<LinkedAccount>
  /** Wants it looked at by the work loop as soon as possible, and returns at once. */
  wake(): Promise<LinkedAccount>
  /** What changed in one model since `after` (0 or absent: everything), in order; each record once, with its newest content. */
  changes<Data = Record<string, unknown>>(model: string, options?: { after?: number }): AsyncGenerator<RecordChange<Data>>
  /** A page of {@link AccountHandle.changes}; `next` is the `after` of the following page, `null` at the end. */
  changesPage<Data = Record<string, unknown>>(
    model: string,
    options?: { after?: number; limit?: number },
  ): Promise<{ changes: RecordChange<Data>[]; next: number | null }>
  /**
   * Merge's official client, bound to this account: for writes and everything else. Needs `@mergeapi/merge-node-client` to be installed
   * (`CONFIG_PEER_MISSING` otherwise), and is named by the caller, so that those who do not use it pay nothing for its types:
   * `await account.client<MergeClient>()`.
   */
  client<Client = unknown>(): Promise<Client>
}

export interface RecordChange<Data> {
  /** Keep the highest one you have handled and pass it as `after`. */
  seq: number
  id: string
  op: 'upsert' | 'delete'
  /** Merge's `modified_at` as ISO 8601, cut to milliseconds; the record itself has all its digits. */
  modifiedAt: string
  /** As on the wire: snake_case, `null` kept. Of a deletion: the record as last seen. */
  data: Data
}

const PAGE = 500

export function createAccountHandle(core: Core, account: Account): AccountHandle {
  let row = account
  const key = { id: account.id, organizationId: account.organizationId }

  async function refresh(): Promise<LinkedAccount> {
    const found = await core.storage.get(key)
    if (found === null || found.status === 'deleted') throw gone(account.id)
    row = found
    return viewAccount(row, core.sync.settings.models)
  }

  async function changesPage<Data>(
    model: string,
    options: { after?: number; limit?: number } = {},
  ): Promise<{ changes: RecordChange<Data>[]; next: number | null }> {
    const { after = 0, limit = PAGE } = options
    if (!Number.isSafeInteger(after) || after < 0)
      throw new IntegrationError(ErrorCode.INPUT_INVALID, '"after" must be 0 or the "seq" of a change.')
    if (!Number.isSafeInteger(limit) || limit < 1 || limit > 10_000)
      throw new IntegrationError(ErrorCode.INPUT_INVALID, '"limit" must be a whole number from 1 to 10000.')
    if (!core.sync.settings.models.some((wanted) => wanted.model === model)) {
      throw new IntegrationError(
        ErrorCode.INPUT_INVALID,
        `${JSON.stringify(model)} is not among "sync.models", so nothing is kept of it.`,
        { model },
      )
    }
    const page = await core.storage.changes({ accountId: account.id, model, after, limit })
    return {
      next: page.next,
      changes: page.changes.map(({ seq, id, op, modifiedAt, data }) => ({
        seq,
        id,
        op,
        modifiedAt: new Date(modifiedAt / 1000).toISOString(),
        data: JSON.parse(data) as Data,
      })),
    }
  }

  return {
    get info() {
      return viewAccount(row, core.sync.settings.models)
    },
    async relink(input) {
      await refresh()
      return relink(core.link, row, input)
    },
    async delete() {
      const result = await deleteAccount(core.link, row)
      core.wakeup.ring()
      return result
    },
    async rename(displayName) {
      const renamed = await renameAccount(core.link, row, displayName)
      if (renamed === null) throw gone(account.id)
      row = renamed
      return viewAccount(row, core.sync.settings.models)
    },
    async release() {
      const released = await releaseAccount(core.link, row)
      if (released === null) throw gone(account.id)
      row = released
      core.wakeup.ring()
      return viewAccount(row, core.sync.settings.models)
    },
    async syncNow() {
      await lookNow(core, account.id, new AbortController().signal)
      return refresh()
    },
    async wake() {
      await core.storage.schedule(account.id, 'now')
      core.wakeup.ring()
      return refresh()
    },
    changesPage,
    async *changes<Data>(model: string, options: { after?: number } = {}) {
      for (let after = options.after ?? 0; ; ) {
        const page = await changesPage<Data>(model, { after })
        yield* page.changes
        if (page.next === null) return
        after = page.next
      }
    },
    async client<Client>() {
      await refresh()
      if (row.token === null)
        throw new IntegrationError(
          ErrorCode.ACCOUNT_RELINK_NEEDED,
          `Linked account ${account.id} has not been linked yet, so there is nothing to call.`,
          { accountId: account.id },
        )
      return (await createOfficialClient(core.hosts, core.apiKey, await core.link.vault.open(row.token, 'account-token', row))) as Client
    },
  }
}

function gone(accountId: string): IntegrationError {
  return new IntegrationError(ErrorCode.LINK_NOT_FOUND, `Linked account ${accountId} was deleted.`, { accountId })
}
