import type { Integration } from '../integrations.ts'
import { plainRecord } from '../merge/plain-record.ts'
import { issueShape, modelSynced, syncCompleted } from '../merge/shapes.ts'
import { tokenFrom, uuidFrom } from '../random.ts'
import type { Settings } from '../settings.ts'
import { eventModel } from '../webhook-events.ts'
import type { Webhooks } from '../webhooks.ts'
import { type AccountStatus, companyName, type EndUser, type Issue, type LinkedAccount } from './linked-account.ts'
import { type Copy, createMirror, type RecordChange } from './mirror.ts'
import { createSource } from './source.ts'
import type { ModelSync, Permission } from './sync-runs.ts'

export interface LinkedAccounts {
  /** In the order of creation, each caught up with the clock. */
  list(): LinkedAccount[]
  /** Null when there is none, or no longer. */
  byId(id: string): LinkedAccount | null
  byToken(accountToken: string): LinkedAccount | null
  byIdentity(originId: string, category: string): LinkedAccount | null
  /** The account with this identity, INCOMPLETE when it had to be made. */
  open(user: EndUser): LinkedAccount
  /**
   * Makes it COMPLETE: a new one gets its token and starts its first sync; a known one keeps both its id and its token. `elsewhere`: a known
   * one was signed in to another company, whose records take the place of the old ones.
   */
  complete(account: LinkedAccount, integration: Integration, how?: { elsewhere?: boolean }): void
  /** `reason`: what Merge says of RELINK_NEEDED; see `Actions.setStatus`. */
  setStatus(account: LinkedAccount, status: AccountStatus, reason?: StatusReason): void
  /** A new token; the old one is dead at once. */
  regenerateToken(account: LinkedAccount): string
  /** The id, the token and the data are gone; the identity is free again. */
  delete(account: LinkedAccount): void
}

/** Why a connection is broken, in Merge's words. `detail: null`: its list says nothing, as with some integrations. */
export interface StatusReason {
  /** The `status_detail` of the list of linked accounts. */
  detail?: string | null
  /** The description of the issue. */
  issue?: string
}

const permissions: Record<AccountStatus, Permission> = { COMPLETE: 'run', IDLE: 'pause', INCOMPLETE: 'stop', RELINK_NEEDED: 'stop' }

export function createLinkedAccounts(settings: Settings, emit: Webhooks['emit']): LinkedAccounts {
  const accounts = new Map<string, LinkedAccount>()
  let created = 0
  let tokens = 0
  const newToken = () => tokenFrom(settings.seed, 'account-token', ++tokens)
  const caughtUp = (account: LinkedAccount | undefined): LinkedAccount | null => {
    account?.data?.mirror.catchUp(settings.clock.now())
    return account ?? null
  }
  const find = (test: (account: LinkedAccount) => boolean) => caughtUp([...accounts.values()].find(test))

  const byIdentity = (originId: string, category: string) =>
    find((account) => account.originId === originId && account.category.name === category)

  return {
    list: () => [...accounts.values()].map((account) => caughtUp(account)!),
    byId: (id) => caughtUp(accounts.get(id)),
    byToken: (token) => find((account) => account.accountToken === token),
    byIdentity,
    open(user) {
      const known = byIdentity(user.originId, user.category.name)
      if (known) return known
      const id = uuidFrom(settings.seed, 'linked-account', ++created)
      const empty = { integration: null, accountToken: null, completedAt: null, issues: [], added: 0, data: null }
      const account: LinkedAccount = { id, ...user, status: 'INCOMPLETE', statusDetail: null, company: 0, ...empty }
      accounts.set(id, account)
      return account
    },
    complete(account, integration, { elsewhere = false } = {}) {
      const now = settings.clock.now()
      account.integration = integration
      const relinked = account.data !== null
      account.completedAt ??= now
      account.accountToken ??= newToken()
      if (account.data === null) account.data = linkData(account, now)
      else if (elsewhere) {
        account.company++
        account.data.source.moveTo({ company: account.company, organizationName: companyName(account), today: now })
      }
      account.status = 'COMPLETE'
      account.statusDetail = null
      const { accountToken } = account
      emit(account, 'LinkedAccount.linked', () => ({ account_token: accountToken, is_relink: relinked }))
      resolveIssues(account)
      const { mirror } = account.data
      mirror.permit('run')
      mirror.catchUp(now)
      // After a relink Merge looks at once for what it missed.
      if (relinked) mirror.requestSync(now)
    },
    setStatus(account, status, reason = {}) {
      const now = settings.clock.now()
      account.data?.mirror.catchUp(now)
      account.status = status
      account.statusDetail =
        status !== 'RELINK_NEEDED' ? null : reason.detail === undefined ? 'The credentials no longer work.' : reason.detail
      account.data?.mirror.permit(permissions[status])
      if (status === 'RELINK_NEEDED') reportIssue(account, now, reason.issue)
      else resolveIssues(account)
    },
    regenerateToken(account) {
      account.accountToken = newToken()
      return account.accountToken
    },
    delete(account) {
      accounts.delete(account.id)
      emit(account, 'LinkedAccount.deleted', () => ({}))
    },
  }

  function linkData(account: LinkedAccount, now: number) {
    const { category, company } = account
    const shape = { category, company, organizationName: companyName(account), seed: settings.seed, linkedAccountId: account.id }
    const source = createSource({ ...shape, size: settings.sizeOf(category.name), today: now })
    const written = (copy: Copy, change: RecordChange) => {
      const model = category.models.find(({ id }) => id === copy.model)!
      emit(account, `${eventModel(category.name, model)}.${change}`, () => plainRecord(copy, model))
    }
    const finished = (run: { initial: boolean; models: ModelSync[] }) => {
      for (const sync of run.models) emit(account, `${eventModel(category.name, sync.model)}.synced`, () => modelSynced(account, sync))
      emit(account, 'LinkedAccount.sync_completed', () => syncCompleted(account, run.initial, run.models))
    }
    return { source, mirror: createMirror({ category, source, settings, linkedAt: now, written, finished }) }
  }

  function resolveIssues(account: LinkedAccount): void {
    for (const issue of account.issues.filter((each) => each.status === 'ONGOING')) {
      issue.status = 'RESOLVED'
      emit(account, 'Issue.resolved', () => issueShape(issue, account))
    }
  }

  /** One issue per problem and account, updated in place. */
  function reportIssue(
    account: LinkedAccount,
    now: number,
    description = 'The credentials for this account no longer work. The account has to be linked again.',
  ): void {
    const ongoing = account.issues.find((issue) => issue.status === 'ONGOING')
    if (ongoing) Object.assign(ongoing, { lastAt: now, description })
    else {
      const id = uuidFrom(settings.seed, account.id, 'issue', account.issues.length)
      const issue: Issue = { id, status: 'ONGOING', description, firstAt: now, lastAt: now }
      account.issues.push(issue)
      emit(account, 'Issue.new', () => issueShape(issue, account))
    }
  }
}
