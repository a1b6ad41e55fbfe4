import type { IntegrationError } from '../errors.ts'
import type { Caller } from '../merge/call.ts'
import type { ModelRow } from '../merge/model-table.ts'
import type { Secret } from '../secrets/secret.ts'
import type { Claim } from '../storage/port.ts'

/** One look at one account: what its models share. */
export interface Look {
  claim: Claim
  token: Secret
  /** The store's clock, epoch milliseconds; see `moments.ts`. */
  now: () => number
  /** Merge's clock when sync-status was read, epoch milliseconds. */
  date: number | null
  /** What sync-status says of all models together. */
  others: 'silent' | 'busy' | 'settled'
  asked: boolean
  /** Paces every call of this look, whichever model it is for, and ends with its deadline. */
  caller: Caller & { signal: AbortSignal }
  fingerprint: (row: ModelRow) => string
  /** How often a rebuild of this model was asked for. */
  generation: (row: ModelRow) => number
  /** The newest of this model's mass deletions that was confirmed, by its number. */
  confirmedDeletions: (row: ModelRow) => number
  /** How often another company was confirmed. */
  companies: number
  /** Extends the lease at once when asked to; false: another worker has the account now, or it is gone. */
  keepLease: (atOnce: boolean) => Promise<boolean>
  /** Whether the account still is what this look began with. False: it was relinked, confirmed or deleted meanwhile, and the next look begins with that. */
  isCurrent: () => Promise<boolean>
  /** No new page is begun any more: the rest is for the next look. */
  isOver: () => boolean
  /** Counts what was stored. */
  progress: Progress
}

/** What a look, or a tick of several, has moved. */
export interface Progress {
  pages: number
  records: number
  /** A page was read that was not to be stored. */
  searched?: boolean
}

/** What became of one model in one look. */
export type WalkResult =
  | { outcome: 'walked' | 'rested' | 'waiting' | 'off' | 'unfinished' | 'fenced' }
  /** Another company is behind the connection: nothing was read. */
  | { outcome: 'strange' }
  | { outcome: 'failed'; error: IntegrationError }
  /** Merge is down and was not asked; it may be again after so many milliseconds. */
  | { outcome: 'postponed'; retryAfterMs: number }
