import type { ListedAccount, ListedSync } from './accounts.ts'

/** What the list says about one account: keys of texts, and what can be done. */
export interface AccountView {
  /** The color of the status, also as `data-tone` on the row. */
  tone: 'good' | 'busy' | 'warn' | 'quiet'
  status: `status_${string}`
  /** Empty: there is nothing to add. */
  advice: `advice_${string}` | ''
  /** Which button opens the sign-in, if any. */
  connect: 'relink' | 'continue' | null
  /** `connect`: the button that helps now. It stands out. */
  urgent: boolean
  remove: 'delete' | 'remove' | null
  /** The first sync: 0 to 1, or `null` while nothing can be told; `undefined` when there is none going on. */
  progress: number | null | undefined
  records: number
  lastSyncedAt: string | null
  /** Something will change soon by itself. */
  moving: boolean
}

/** Pure. A status or a readiness that is not known yet counts as a connected account without anything to add. */
export function viewAccount({ status, sync }: ListedAccount): AccountView {
  const records = sync?.records ?? Object.values(sync?.models ?? {}).reduce((sum, model) => sum + (model.records ?? 0), 0)
  const settled = { records, progress: undefined, lastSyncedAt: null, moving: false }
  const linked = { ...settled, lastSyncedAt: sync?.lastSyncedAt ?? null, connect: 'relink', urgent: false, remove: 'delete' } as const
  switch (status) {
    case 'pending':
      return {
        ...linked,
        tone: 'quiet',
        status: 'status_pending',
        advice: 'advice_pending',
        connect: 'continue',
        remove: 'remove',
        lastSyncedAt: null,
      }
    case 'held':
      return { ...linked, tone: 'quiet', status: 'status_held', advice: 'advice_held' }
    case 'relink_needed':
      return { ...linked, tone: 'warn', status: 'status_relink_needed', advice: 'advice_relink_needed', urgent: true }
    case 'error':
      return { ...linked, tone: 'warn', status: 'status_error', advice: 'advice_error', connect: null }
    case 'deleting':
      return {
        ...settled,
        tone: 'quiet',
        status: 'status_deleting',
        advice: 'advice_deleting',
        connect: null,
        urgent: false,
        remove: null,
        moving: true,
      }
    case 'active':
      return { ...linked, ...viewSync(sync, records) }
    default:
      return { ...linked, tone: 'quiet', status: 'status_unknown', advice: '' }
  }
}

function viewSync(
  sync: ListedSync | null | undefined,
  records: number,
): Pick<AccountView, 'tone' | 'status' | 'advice' | 'progress' | 'moving'> {
  const connected = { tone: 'good', status: 'status_active', advice: '', progress: undefined, moving: false } as const
  const readiness = sync?.readiness ?? (sync?.ready === false ? 'waiting' : 'complete')
  // One part of it may wait while another comes in.
  switch (readiness === 'waiting' && records > 0 ? 'initial' : readiness) {
    case 'waiting':
      return { ...connected, tone: 'busy', status: 'status_waiting', advice: 'advice_waiting', progress: null, moving: true }
    case 'initial':
      return { ...connected, tone: 'busy', status: 'status_initial', advice: 'advice_waiting', progress: share(sync), moving: true }
    case 'partial':
      return { ...connected, advice: 'advice_partial' }
    case 'degraded':
      return { ...connected, advice: 'advice_degraded' }
    case 'stale':
      return { ...connected, tone: 'warn', advice: 'advice_stale' }
    // `complete`; `none`, a connection of which nothing is to be synced; and words that are not known yet.
    default:
      return connected
  }
}

/** How many of the models have been read. */
function share(sync: ListedSync | null | undefined): number | null {
  const wanted = Object.values(sync?.models ?? {}).filter((model) => model.state !== 'off')
  return wanted.length > 1 ? wanted.filter((model) => model.ready).length / wanted.length : null
}
