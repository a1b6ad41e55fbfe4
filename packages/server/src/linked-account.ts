import { ErrorCode } from './errors.ts'
import { type Activity, readDetails } from './link/details.ts'
import type { Integration } from './merge/gateway.ts'
import type { ModelRow } from './merge/model-table.ts'
import { type StatusReason, type SyncFacts, statusReason } from './status-reason.ts'
import type { Account, Status } from './storage/port.ts'
import { readProgress, readReasons, type SyncProgress } from './sync/progress.ts'

/** A linked account as you and your customers may see it: no token, no fence, nothing of Merge's inside. */
export interface LinkedAccount {
  /** Ours. */
  id: string
  organizationId: string
  /** `null`: it belongs to the organization as such. */
  userId: string | null
  category: string
  endUserOriginId: string
  /** Merge's; `null` until linked. */
  linkedAccountId: string | null
  accountType: 'PRODUCTION' | 'TEST' | null
  displayName: string | null
  status: Exclude<Status, 'deleted'>
  /** Why it is not as it should be, in plain words for the customer; `null` while there is nothing to say. */
  statusReason: StatusReason | null
  integration: Integration | null
  sync: SyncProgress
  /** The last 50 things that happened to this connection, oldest first. */
  activity: Activity[]
  /** ISO 8601. */
  createdAt: string
  updatedAt: string
}

/** Built field by field, so that nothing is shown that is not named here. */
export function viewAccount(account: Account, models: readonly ModelRow[]): LinkedAccount {
  const details = readDetails(account)
  const sync = readProgress(account, models)
  return {
    id: account.id,
    organizationId: account.organizationId,
    userId: account.userId,
    category: account.category,
    endUserOriginId: account.originId,
    linkedAccountId: account.linkedAccountId,
    accountType: details.accountType,
    displayName: details.displayName,
    status: account.status === 'deleted' ? 'deleting' : account.status,
    statusReason: statusReason({ status: account.status, reason: details.reason, sync: syncFacts(account, models, sync) }),
    integration: details.integration,
    sync,
    activity: details.activity,
    createdAt: new Date(account.createdAt).toISOString(),
    updatedAt: new Date(account.updatedAt).toISOString(),
  }
}

/** What a reason for the customer is made from. A problem that only a person can solve goes before one that passes. */
function syncFacts(account: Account, models: readonly ModelRow[], { readiness, models: progress }: SyncProgress): SyncFacts | null {
  if (account.linkedAccountId === null) return null
  const problems = Object.values(progress).flatMap(({ problem }) => (problem === null ? [] : [problem]))
  const problem = problems.find((code) => !code.startsWith('UPSTREAM_') && code !== ErrorCode.SYNC_SINK_FAILED) ?? problems[0] ?? null
  return { readiness, problem, reasons: readReasons(account, models) }
}
