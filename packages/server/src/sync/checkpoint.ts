/**
 * Where a model stands: the core's state per (account, model), kept by the store as opaque text. Its moments are the store's clock's,
 * the one that all workers share, and one that lies in the future counts as unknown; what has to be told apart exactly is counted instead.
 */
export interface Checkpoint {
  /** `modified_after` of the next incremental walk, epoch milliseconds; `null`: read from the beginning. */
  low: number | null
  /** Complete walks in a row that left `low` where it was, because they met a record without its stamp. */
  lowKept: number
  walk: Walk | null
  /** Counts commits, so that a later page is newer than an earlier one. */
  commits: number
  /** Raised only to accept a stamp that went backwards at the source. */
  generation: number
  /** Number of the newest sweep begun; 0 when there was none. */
  sweep: number
  /** When a sweep or the initial walk was last completed, epoch milliseconds. */
  sweptAt: number | null
  /** When a sweep since then met a list without an end, epoch milliseconds. */
  endlessAt: number | null
  /** What a record looks like and where it comes from; another one means reading everything anew. */
  fingerprint: string | null
  /** What the stored rows look like: the omitted fields, and whether data is kept; `null`: nothing was stored under this rule yet. */
  shape: string | null
  /** Rewriting the stored rows to another shape, as far as it has come in the change feed; `refused`: not all of them. `null`: not under way. */
  reshape: { shape: string; after: number; until: number; refused: boolean } | null
  /** How many confirmations of another company were carried out, and how many full syncs are still to follow the newest of them. */
  companies: number
  owed: number
  /** Merge's last sync as known when the last complete walk began: unchanged means nothing new of that kind. */
  seen: string | null
  /** An initial walk was completed after Merge's own first sync. */
  ready: boolean
  completeness: 'none' | 'partial' | 'complete'
  /** Merge's word when last asked; `null`: it does not list the model. */
  status: string | null
  /** Merge's own reason for that, where it gave one. */
  reason: string | null
  /** ISO 8601, from Merge: its copy has everything that the source had then. */
  freshAsOf: string | null
  /** Since when Merge's first sync is waited for, epoch milliseconds. */
  waitingSince: number | null
  /** End of the last complete walk, epoch milliseconds. */
  walkedAt: number | null
  /** Error code of the last attempt, if it failed. */
  problem: string | null
  /** Counts the mass deletions that had to be confirmed; the newest one is `held` until the walk that met it ends. */
  holds: number
  held: boolean
  /** Records that the last walk of everything, or a walk since, met without anything that tells them apart. */
  withoutId: number
  /** Records that could not be stored, at most 100. Taken off by whoever can store one later, and by a walk of everything that does not meet it. */
  quarantine: Quarantined[]
  /** Everything that the last walk of everything met had to be left out, and nothing was stored since. */
  hollow: boolean
  /** Deletions after this `seq` of the change feed have yet to reach the sink. */
  unsunk: number | null
}

export interface Quarantined {
  id: string
  /** Microseconds since the epoch. */
  modifiedAt: number
  code: string
  /** When it was last left out, epoch milliseconds. */
  at: number
  /** The checkpoint's `commits` then: whether a walk has met it is told by this and by no clock. */
  commit: number
  /** How often it was asked for by its id, and when last, epoch milliseconds. */
  tries?: number
  triedAt?: number
  /** Merge does not show it by its id; forgotten when a walk meets it again. */
  hidden?: boolean
}

/** A walk in progress. It can be resumed by anybody from `cursor`. */
export interface Walk {
  kind: 'initial' | 'incremental' | 'sweep'
  /** Epoch milliseconds; `null`: no lower bound. */
  after: number | null
  /** What `low` becomes with the last page. */
  nextLow: number
  /** Of a sweep: what it does not meet is gone only where it was written before this moment of Merge's clock, epoch milliseconds. */
  goneBefore: number
  cursor: string | null
  startedAt: number
  /** When its newest page was stored, or it was begun from its first page again. */
  progressedAt: number
  /** The checkpoint's `commits` when it began. */
  firstCommit: number
  /** Records that it could not store: without an id, refused by the store, or nested too deeply. While there is one, it deletes nothing. */
  leftOut: number
  withoutId: number
  /** It is for a rebuild: until it has ended, rows that it has not met are of a generation before. */
  raises: boolean
  /** How often it met a cursor that had come before; at the second time its list counts as `endless`. */
  loops: number
  endless: boolean
  seen: string | null
  /** It met a record without its stamp. */
  unstamped: boolean
  /** How complete Merge's own copy was when this walk began. */
  completeness: Checkpoint['completeness']
  /** Delivered so far. */
  records: number
  /** Live records in the store when it began, and how many of them it has turned into tombstones since. */
  live: number
  deleted: number
  /** Live records and `deleted` as they were when the newest look at it began. */
  look: { live: number; deleted: number }
}

export const EMPTY_CHECKPOINT: Checkpoint = {
  low: null,
  lowKept: 0,
  walk: null,
  commits: 0,
  generation: 0,
  sweep: 0,
  sweptAt: null,
  endlessAt: null,
  fingerprint: null,
  shape: null,
  reshape: null,
  companies: 0,
  owed: 0,
  seen: null,
  ready: false,
  completeness: 'none',
  status: null,
  reason: null,
  freshAsOf: null,
  waitingSince: null,
  walkedAt: null,
  problem: null,
  holds: 0,
  held: false,
  withoutId: 0,
  quarantine: [],
  hollow: false,
  unsunk: null,
}

/** Text that is no checkpoint of ours reads as empty: then everything is read again, which is slow and safe. */
export function readCheckpoint(text: string | null | undefined): Checkpoint {
  if (text == null) return EMPTY_CHECKPOINT
  try {
    return { ...EMPTY_CHECKPOINT, ...(JSON.parse(text) as Partial<Checkpoint>) }
  } catch {
    return EMPTY_CHECKPOINT
  }
}
