import type { IntegrationError } from '../errors.ts'
import type { Caller } from '../merge/call.ts'
import type { ModelRow } from '../merge/model-table.ts'
import type { Secret } from '../secrets/secret.ts'
import type { Claim } from '../storage/port.ts'

/** One look at one account: what its models share. */
export interface Look {
  claim: Claim
  token: Secret
  /** Merge's clock when sync-status was read, epoch milliseconds. */
  date: number | null
  asked: boolean
  /** Paces every call of this look, whichever model it is for. */
  caller: Caller & { signal: AbortSignal }
  fingerprint: (row: ModelRow) => string
  /** How often a rebuild of this model was asked for. */
  generation: (row: ModelRow) => number
  /** When somebody last confirmed a mass deletion, epoch milliseconds. */
  confirmedDeletions: (row: ModelRow) => number | null
  /** Extends the lease where that is due, or at once; false: somebody else has the account now, or it is gone. */
  keepLease: (atOnce: boolean) => Promise<boolean>
  /** No new page is begun after this moment (epoch milliseconds): the rest is for the next look. */
  until: number
}

/** What became of one model in one look. */
export type WalkResult =
  | { outcome: 'walked' | 'rested' | 'waiting' | 'off' | 'unfinished' | 'fenced' }
  | { outcome: 'failed'; error: IntegrationError }
  /** Merge is down and was not asked; it may be again after so many milliseconds. */
  | { outcome: 'postponed'; retryAfterMs: number }
