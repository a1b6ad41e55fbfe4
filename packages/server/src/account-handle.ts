import { checkModel, createChangeReader, type ReadChanges, type ReadChangesPage } from './change-reader.ts'
import type { Core } from './core.ts'
import { ErrorCode, IntegrationError } from './errors.ts'
import { askForRebuild, confirmCompany, confirmDeletions } from './link/change-wishes.ts'
import type { LinkTokenResult } from './link/create-link-token.ts'
import { deleteAccount } from './link/delete-account.ts'
import { releaseAccount } from './link/release-account.ts'
import { type RelinkInput, relink } from './link/relink.ts'
import { renameAccount } from './link/rename-account.ts'
import { type LinkedAccount, viewAccount } from './linked-account.ts'
import type { AccountIssue } from './merge/gateway.ts'
import type { AnyModelName } from './merge/model-table.ts'
import { createOfficialClient } from './merge/official-client.ts'
import type { Secret } from './secrets/secret.ts'
import type { Account } from './storage/port.ts'
import { readAccountCheckpoint } from './sync/account-checkpoint.ts'
import { readCheckpoint } from './sync/checkpoint.ts'
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
  /** Wants it looked at by the work loop as soon as possible, and returns at once. Looks that are asked for so are at least 5 seconds apart. */
  wake(): Promise<LinkedAccount>
  /** Reads one model, or all of them, anew from the beginning, and believes what it finds even where a stamp went backwards. Returns at once; the work loop does it. */
  rebuild(model?: AnyModelName): Promise<LinkedAccount>
  /** Lets a mass deletion through that was held back (`problem: 'SYNC_MASS_DELETION'`). Where none is held it does nothing; the next one is held again. */
  confirmDeletions(model: AnyModelName): Promise<LinkedAccount>
  /**
   * Confirms that the connection is to lead to another company from now on (`problem: 'OTHER_COMPANY'`): two full syncs replace what was stored.
   * Where no other company was found it does nothing. The way back is a relink to the company of before.
   */
  confirmCompany(): Promise<LinkedAccount>
  /** Asks Merge to read the source anew: all models, not in every plan, and it costs a sync credit. Throws `UPSTREAM_REJECTED` where the plan has none. */
  resyncUpstream(): Promise<void>
  /** What changed in one model since `after` (0 or absent: everything), in order; each record once, with its newest content. */
  changes: ReadChanges
  /** A page of {@link AccountHandle.changes}; `next` is the `after` of the following page, `null` at the end. */
  changesPage: ReadChangesPage
  /**
   * What is or was broken at the source, as Merge tells it, newest first: a revoked permission, an expired password. One that is mended stays
   * `ongoing` for a day. Empty where nothing was, and before it is linked. Throws `UPSTREAM_*` when Merge cannot be asked.
   */
  issues(): Promise<AccountIssue[]>
  /**
   * Merge's official client, bound to this account: for writes and everything else. Needs `@mergeapi/merge-node-client` to be installed
   * (`CONFIG_PEER_MISSING` otherwise), and is named by the caller, so that those who do not use it pay nothing for its types:
   * `await account.client<MergeClient>()`.
   */
  client<Client = unknown>(): Promise<Client>
}

export function createAccountHandle(core: Core, account: Account): AccountHandle {
  let row = account
  const key = { id: account.id, organizationId: account.organizationId }

  async function refresh(): Promise<LinkedAccount> {
    const found = await core.storage.get(key)
    if (found === null || found.status === 'deleted') throw gone(account.id)
    row = found
    return viewAccount(row, core.sync.settings.models)
  }

  function openToken(): Promise<Secret> {
    if (row.token === null)
      throw new IntegrationError(
        ErrorCode.ACCOUNT_RELINK_NEEDED,
        `Linked account ${account.id} has not been linked yet, so there is nothing to call.`,
        { accountId: account.id },
      )
    return core.link.vault.open(row.token, 'account-token', row)
  }

  /** The row after a change, or the error when there is none any more. */
  function changed(result: Account | null): LinkedAccount {
    if (result === null) throw gone(account.id)
    row = result
    return viewAccount(row, core.sync.settings.models)
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
      return changed(await renameAccount(core.link, row, displayName))
    },
    async release() {
      const result = changed(await releaseAccount(core.link, row))
      core.wakeup.ring()
      return result
    },
    async syncNow() {
      await lookNow(core, account.id)
      return refresh()
    },
    async wake() {
      await core.storage.schedule(account.id, 0)
      core.wakeup.ring()
      return refresh()
    },
    async rebuild(model) {
      const models = model === undefined ? core.sync.settings.models.map((wanted) => wanted.model) : [checkModel(core, model).model]
      const result = changed(await askForRebuild(core.link, row, models))
      core.wakeup.ring()
      return result
    },
    async confirmDeletions(model) {
      const { model: name } = checkModel(core, model)
      const held = ({ models }: Account) => {
        const { held, holds } = readCheckpoint(models[name]?.checkpoint)
        return held ? holds : null
      }
      const result = changed(await confirmDeletions(core.link, row, name, held))
      core.wakeup.ring()
      return result
    },
    async confirmCompany() {
      const models = core.sync.settings.models.filter(({ category }) => category === row.category).map(({ model }) => model)
      const isStrange = (current: Account) => readAccountCheckpoint(current).company?.strange != null
      const result = changed(await confirmCompany(core.link, row, models, isStrange))
      core.wakeup.ring()
      return result
    },
    async resyncUpstream() {
      await refresh()
      await core.link.gateway.resync(row.category, await openToken())
    },
    async issues() {
      await refresh()
      return row.linkedAccountId === null ? [] : core.link.gateway.issues(row.category, row.linkedAccountId)
    },
    ...createChangeReader(core, account.id),
    async client<Client>() {
      await refresh()
      return (await createOfficialClient(core.hosts, core.apiKey, await openToken())) as Client
    },
  }
}

function gone(accountId: string): IntegrationError {
  return new IntegrationError(ErrorCode.LINK_NOT_FOUND, `Linked account ${accountId} was deleted.`, { accountId })
}
