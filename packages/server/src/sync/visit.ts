import type { Caller } from '../merge/call.ts'
import type { Claim } from '../storage/port.ts'
import type { Company, Facts } from './account-checkpoint.ts'
import type { Wishes } from './context.ts'
import type { Deadline } from './deadline.ts'
import type { Lease } from './lease.ts'
import type { Progress, WalkResult } from './look.ts'

/** What one look found out, as far as it came: kept also when it is cut off. */
export interface Findings {
  results: readonly WalkResult[]
  facts: Facts | null
  company: Company | null
  /** Something came of it: an answer of Merge's, a page, rows that were rewritten. */
  moved: boolean
}

export interface Visit {
  claim: Claim
  wishes: Wishes
  asked: boolean
  /** The store's clock, epoch milliseconds. */
  now: () => number
  deadline: Deadline
  lease: Pick<Lease, 'keep'>
  caller: Pick<Caller, 'turn' | 'throttled'>
  progress: Progress
}
