import type { Change, ChangesQuery, VersionedRecord } from './record.ts'

export type { Change, ChangesQuery, VersionedRecord } from './record.ts'

/**
 * The storage port: the one interface between this SDK and your database.
 *
 * The whole safety case rests on a few promises, and each method below says what
 * it must do on a hit, a miss, a race and a crash. Four of them matter everywhere:
 *
 * 1. What a method reports as done is durable before it returns.
 * 2. Ids are compared byte for byte: no case folding, no trimming, no truncation.
 * 3. Nothing is shared: what goes in is copied, and what comes out is the caller's to change.
 * 4. Safety never depends on a clock. Leases and due times are the store's own clock's (pass `clock`
 *    to an adapter in tests): callers name durations and never moments, because two machines' clocks are never
 *    compared. They only decide who works when, never what is kept. The store's clock may be set back too: see
 *    {@link Storage.claim}.
 *
 * A failure of the database itself (connection, disk, lock that never came) throws an
 * `IntegrationError` with code `STORE_UNAVAILABLE` that says what to do; nothing is half-written (in profile
 * `ordered`, records of a page may be there without its checkpoint, which the next walk makes good).
 * The contract suite in `@connect-integration/testkit` checks every sentence here.
 */
export interface Storage {
  /** The version of this contract that the adapter implements. The core refuses any other and prints both numbers. */
  readonly contract: 1

  /**
   * `atomic`: `commit` and `purge` are all or nothing. `ordered`: a store without multi-row
   * transactions; it checks the fence with every record, and writes records first, then the
   * checkpoint (in `purge`: tombstone and fence first, then what is to be deleted).
   */
  readonly profile: 'atomic' | 'ordered'

  /**
   * Creates or upgrades what the adapter needs; does nothing where that has been done.
   * In a race between two processes one applies and the other waits. When it fails it
   * throws, and what was there before still works. A schema newer than this code is
   * refused with `STORE_CONTRACT`.
   */
  migrate(): Promise<void>

  /** Gives back connections and files that the adapter opened itself. Safe to call twice. */
  close(): Promise<void>

  /**
   * Get-or-insert on the unique `slot`, in one atomic step.
   *
   * Hit (a row with this `slot` exists): returns it untouched, `created: false`, whatever else
   * the argument says. Miss: inserts with revision 1, fence 0, dirty 0 and no `due`, `created: true`.
   * Race: of any number of callers with one slot exactly one creates, and all get the same row.
   * `originId` is unique too, tombstones included: a new slot with a used `originId` throws `STORE_CONFLICT`.
   * So does a used `id`. Needs a real unique index; reading first and then inserting creates two rows on a double click.
   */
  reserve(account: NewAccount): Promise<{ account: Account; created: boolean }>

  /**
   * One account by one of three keys, tombstones (`status: 'deleted'`) included. Miss: `null`.
   *
   * With `id` the organization is part of the key: another organization's id is a miss.
   * With `originId` the category is. Of two rows with one `linkedAccountId` the living one is meant. Reads its own writes: never from a lagging replica or a cache.
   */
  get(key: AccountKey): Promise<Account | null>

  /**
   * Compare-and-set: applies `patch` if the row's revision still equals `revision`, and raises it by one.
   *
   * In a patch `undefined` (or absent) leaves a field, `null` clears it; `wake` does what
   * {@link Storage.schedule} does, in the same write. Hit: returns the row as it is now.
   * Miss (no such row, another revision, or a tombstone): `'conflict'`, nothing written.
   * Race: of two callers with the same revision one wins and the other gets `'conflict'`.
   * A slot that another account holds throws `STORE_CONFLICT`, nothing written. Never used to make a tombstone: that is `purge`.
   */
  update(id: string, revision: number, patch: AccountPatch): Promise<Account | 'conflict'>

  /**
   * Accounts in order of `id` (byte order), a page at a time: pass `next` as `after` to go on; the last page has `next: null`.
   * Filters are combined with AND; `userId: null` asks for accounts of the organization as such.
   * Without `status` tombstones are left out. An account that exists throughout is listed exactly once.
   */
  list(query: AccountQuery): Promise<{ accounts: Account[]; next: string | null }>

  /**
   * Wants the account synced within `delayMs` milliseconds: `due = min(due, the store's now + delayMs)` and `dirty + 1`, in one atomic
   * step. 0 means now. A later time never overwrites a sooner one. Miss or tombstone: nothing happens. A call during a run is not
   * lost: see `dirtySeen`.
   */
  schedule(accountId: string, delayMs: number): Promise<void>

  /**
   * Leases up to `limit` accounts whose `due` has come (`due ≤` the store's now) and that nobody has on lease,
   * oldest `due` first. With `accountId` only that one, due or not.
   *
   * Each claim raises the account's `fence` by one (an integer that never goes down, not even on release)
   * and sets the lease to `leaseMs` from now. Pick, raise and lease are one atomic step: of two racing callers one gets an account,
   * the other does not. Tombstones and accounts that have no `due` are never claimed (the latter only by `accountId`).
   * An expired lease may be claimed by anybody. Miss: an empty array.
   *
   * A store remembers with each account the moment (its own now) at which it was last scheduled, woken, claimed, renewed or released. When that
   * moment lies more than {@link CLOCK_SLACK_MS} ahead of the store's now, the store's clock was set back since: then the account
   * counts as due, if it has any `due` at all, and its lease as ended. So nothing waits until the old time comes round. Whichever of these
   * calls then overwrites that moment first ends the lease for good and sets `due` to now, so that a worker that dies later leaves nothing that waits.
   * Accounts whose `due` has come go first; those that only count as due come after them, in any order.
   */
  claim(query: ClaimQuery): Promise<Claim[]>

  /**
   * Extends the lease to `leaseMs` from now. `false` when the fence is not the account's current one
   * (somebody else claimed it, or it was purged): the caller must stop. An expired lease that nobody claimed can be renewed.
   */
  renew(accountId: string, fence: number, leaseMs: number): Promise<boolean>

  /**
   * Stores one page. The one operation that carries the safety case:
   *
   * 1. Fence: if `fence` is not exactly the account's current one, or the account is a tombstone, returns `'fenced'` and writes nothing.
   *    (An expired lease alone does not fence.)
   * 2. Each record is inserted, or overwrites the stored one when its version
   *    `(generation, modifiedAt, fence, page)` is ≥ the stored one **and** its `hash` differs. An equal hash leaves the row
   *    alone, its version included; only a row that `retire` made a tombstone comes back with an equal hash too (`deleted` differs). An id that occurs twice in a page counts once: the later place wins if its version is ≥.
   * 3. Each row inserted or overwritten gets the next `seq` of (account, model): 1, 2, 3 … without
   *    gaps, assigned under the account's lock, so a reader never sees a higher one before a lower one.
   * 4. `checkpoint` replaces the model's checkpoint (opaque text of any length; `null` clears it).
   * 5. `sweep`: every id in `records`, changed or not, is marked as seen in sweep `sweep.number`. With `retire`, after that: each live row of the
   *    model that was not seen in this sweep, and was missing in sweep `number − 1` too, and whose `modifiedAt ≤ olderThan`, is turned into a
   *    tombstone (`deleted: true`, its data kept, next `seq`); the other unseen ones are remembered as missing in this one.
   *    A record that any commit brings is not missing any more: its misses are counted anew.
   * 6. `deleteAtMost`: if all of the above would turn more live rows than that into tombstones (by `deleted` or by `retire`), nothing at all is
   *    written and the answer is `'held'`: somebody has to confirm a mass deletion first. 0 holds every deletion.
   * 7. `release`: ends the lease; `due` becomes the store's now if `dirty > dirtySeen`, else the store's now + `release.delayMs` (`null`: not due at all). The fence stays.
   *
   * All of it is one transaction (profile `ordered`: in this order, each record under the fence). `changed` counts rows inserted, overwritten or retired; `deleted` counts live rows
   * that became tombstones; `seq` is the model's newest.
   * Race with a claim or purge: one is first, and if it was not this one, this is `'fenced'` (in profile `ordered` one may come in the middle: then records of the page may stay, and its checkpoint does not).
   * Crash: all or nothing; a page whose fate is unknown can be sent again and changes nothing the second time.
   */
  commit(page: Page): Promise<Committed | 'fenced' | 'held'>

  /**
   * Forgets an account: in one transaction makes it a tombstone (status `deleted`; slot, token, details, due and lease `null`;
   * fence + 1, revision + 1) and deletes its records, marks and models. `id`, owner, category, `originId` and `linkedAccountId` stay,
   * so that nothing can revive it. Whoever held the lease is fenced. Miss, or a tombstone: does nothing.
   */
  purge(accountId: string): Promise<void>

  /**
   * The change feed of one model: rows with `seq > after` in order of `seq`, at most `limit`. Each row appears once, with its newest
   * content. `next` is the `after` of the following call, or `null` when nothing was left behind. Unknown account or model: empty.
   */
  changes(query: ChangesQuery): Promise<{ changes: Change[]; next: number | null }>

  /**
   * Counts for a health probe, by the store's own now. `due` counts what {@link Storage.claim} would take, `leased` the accounts with a
   * lease that has not ended; `lateMs` is how long the oldest of those counted in `due` has waited. Tombstones count in `accounts` only.
   */
  stats(): Promise<StorageStats>
}

/** Milliseconds by which a store's clock may seem to run backwards before its moments are taken to be of a clock that was set back. */
export const CLOCK_SLACK_MS = 10_000

export type Status = 'pending' | 'active' | 'held' | 'relink_needed' | 'deleting' | 'error' | 'deleted'

/** A linked account as the store keeps it. */
export interface Account {
  readonly id: string
  readonly organizationId: string
  /** `null`: the connection belongs to the organization as such. */
  readonly userId: string | null
  readonly category: string
  /** Merge's `end_user_origin_id`. Unique, never reused. */
  readonly originId: string
  /** Unique while set. Who holds it decides which attempt a click continues. */
  slot: string | null
  /** Merge's id of the linked account, once known. */
  linkedAccountId: string | null
  status: Status
  /** The account token, always ciphertext. */
  token: string | null
  /** Opaque text of the core: what an operator or customer is shown. Read-modify-write under `revision`. */
  details: string | null
  /** Raised by every `update` and by `purge`; not by `schedule`, `claim`, `renew` or `commit`. */
  revision: number
  /** Epoch milliseconds, by the caller. */
  readonly createdAt: number
  updatedAt: number
  /** Epoch milliseconds, by the store's clock, at which the account wants to be looked at; `null`: not at all. */
  due: number | null
  /** Counts calls of `schedule` and `wake`. */
  dirty: number
  /** Counts claims and purges; never goes down. */
  fence: number
  /** What `commit` keeps per model. */
  models: Record<string, ModelState>
}

export interface ModelState {
  checkpoint: string | null
  /** The newest change's number; 0 when there is none. */
  seq: number
  /** Live rows: stored and not deleted. */
  records: number
}

export interface NewAccount {
  id: string
  organizationId: string
  userId: string | null
  category: string
  originId: string
  slot: string
  status: Status
  details: string | null
  /** Epoch milliseconds; also the first `updatedAt`. */
  createdAt: number
}

export interface AccountPatch {
  slot?: string | null
  linkedAccountId?: string | null
  status?: Exclude<Status, 'deleted'>
  token?: string | null
  details?: string | null
  updatedAt?: number
  /** As {@link Storage.schedule}, in the same write: milliseconds from the store's now. */
  wake?: number
}

export type AccountKey = { id: string; organizationId: string } | { originId: string; category: string } | { linkedAccountId: string }

export interface AccountQuery {
  organizationId?: string
  userId?: string | null
  category?: string
  status?: readonly Status[]
  /** The `next` of the page before. */
  after?: string
  /** 1 or more. */
  limit: number
}

export interface ClaimQuery {
  /** A name for logs. */
  owner: string
  leaseMs: number
  limit: number
  accountId?: string
}

export interface Claim {
  /** The row after the claim, with all its models. */
  account: Account
  fence: number
  /** The account's `dirty` at the time of the claim: pass it back as `dirtySeen`. */
  dirty: number
  /** The store's own now, epoch milliseconds: the one clock that all workers share. */
  now: number
}

export interface Page {
  accountId: string
  fence: number
  model: string
  records: readonly VersionedRecord[]
  checkpoint: string | null
  sweep?: { number: number; retire?: { olderThan: number } }
  deleteAtMost?: number
  release?: { delayMs: number | null; dirtySeen: number }
}

export interface Committed {
  changed: number
  deleted: number
  seq: number
}

export interface StorageStats {
  accounts: Partial<Record<Status, number>>
  due: number
  leased: number
  /** Milliseconds; 0 when nothing is due. */
  lateMs: number
}
