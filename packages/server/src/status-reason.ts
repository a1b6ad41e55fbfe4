import type { BrokenReason } from './link/details.ts'
import type { Status } from './storage/port.ts'
import type { Readiness } from './sync/progress.ts'

/** Why a connection is not as it should be, for the people who use it. */
export interface StatusReason {
  /** To switch on, and for operators: one of ours, or the code of the problem. Never shown to the customer. */
  code: string
  /** One or two sentences in English for the customer. It may be the source's own text: show it as text, never as markup. */
  message: string
  /** What helps: the customer signs in again, waits, or contacts you. `null`: nothing of these. */
  action: 'relink' | 'wait' | 'contact' | null
}

/** What a reason is made from. */
export interface ReasonFacts {
  status: Status
  /** What Merge said when the connection broke; `null` where it was not asked, or could not be. */
  reason: BrokenReason | null
  /** `null`: the sync is not looked at. */
  sync: SyncFacts | null
}

export interface SyncFacts {
  readiness: Readiness | 'none'
  /** The code of what went wrong last, where something did. */
  problem: string | null
  /** Why Merge's own syncs of the wanted models stand still (`sync_status_reason`). */
  reasons: readonly string[]
}

/** `null`: there is nothing to say, because all is well, or because the status says it all. Pure. */
export function statusReason({ status, reason, sync }: ReasonFacts): StatusReason | null {
  switch (status) {
    case 'relink_needed':
      return { code: reason?.code ?? 'SIGN_IN_NEEDED', message: reason?.message ?? SIGN_IN.message, action: SIGN_IN.action }
    case 'error':
      return { code: 'CONNECTION_GONE', message: 'This connection no longer exists. Delete it here, then connect again.', action: null }
    case 'active':
      return sync === null ? null : syncReason(sync)
    default:
      return null
  }
}

/** What only a person can solve is said always, what passes by itself only while something is missing because of it. */
function syncReason({ readiness, problem, reasons }: SyncFacts): StatusReason | null {
  const quiet = readiness === 'complete' || readiness === 'none'
  const known = problem === null ? null : { code: problem, ...wordsOf(problem) }
  if (known !== null && (known.action !== 'wait' || !(quiet || readiness === 'partial'))) return known
  if (quiet) return null
  const reason = Object.keys(REASONS).find((name) => reasons.includes(name))
  const words = reason === undefined ? STATES[readiness] : { code: reason, ...REASONS[reason as keyof typeof REASONS] }
  return words ?? null
}

type Words = Omit<StatusReason, 'code'>

const SIGN_IN: Words = {
  message: 'The sign-in to this system no longer works. Sign in again to keep the data up to date.',
  action: 'relink',
}
const SLOWED: Words = { message: 'This system limits how fast its data can be read, so updates take longer than usual.', action: 'wait' }

function wordsOf(problem: string): Words {
  return PROBLEMS.get(problem) ?? (problem.startsWith('UPSTREAM_') ? SILENT : UNFINISHED)
}

const SILENT: Words = { message: 'This system cannot be read at the moment. We keep trying.', action: 'wait' }
const UNFINISHED: Words = { message: 'The last update could not be completed. We keep trying.', action: 'wait' }

const PROBLEMS: ReadonlyMap<string, Words> = new Map(
  Object.entries({
    ACCOUNT_RELINK_NEEDED: SIGN_IN,
    OTHER_COMPANY: {
      message: 'This connection now leads to another company than before. Nothing was changed. Please contact support before you go on.',
      action: 'contact',
    },
    SYNC_MASS_DELETION: {
      message: 'Unusually many records would be removed at once. They are kept until somebody has confirmed it. Please contact support.',
      action: 'contact',
    },
    SYNC_SINK_FAILED: { message: 'New data has arrived and could not be saved yet. We keep trying.', action: 'wait' },
    SYNC_TOO_SLOW: { message: 'There is more data than could be read so far. This takes longer than usual.', action: 'wait' },
    UPSTREAM_REJECTED: {
      message: 'This system does not let us read some of the data. Please contact support if this goes on.',
      action: 'contact',
    },
    UPSTREAM_THROTTLED: SLOWED,
  } satisfies Record<string, Words>),
)

/** In the order of weight. */
const REASONS = {
  RATE_LIMITED: SLOWED,
  WAITING_ON_OTHER_MODELS: { message: 'Other data of this connection has to arrive first. This can take a while.', action: 'wait' },
} as const satisfies Record<string, Words>

/** Where nothing more is known than how good the copy is. */
const STATES: Partial<Record<SyncFacts['readiness'], StatusReason>> = {
  stale: {
    code: 'NOT_UPDATED',
    message: 'The data is not being updated at the moment. If this goes on, please contact support.',
    action: 'wait',
  },
  degraded: { code: 'PARTLY_READ', message: 'Some of the data could not be read. We keep trying.', action: 'wait' },
  partial: { code: 'PARTLY_AVAILABLE', message: 'Some of the data is not available from this system.', action: null },
}
