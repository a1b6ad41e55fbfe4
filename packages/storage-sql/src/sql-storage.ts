import type { Storage } from '@connect-integration/server/storage'

/** What every storage of this package can do beyond the port. */
export interface SqlStorage<Transaction = unknown> extends Storage {
  /**
   * What `migrate()` would apply now, in order: to print a plan before it is carried out. Empty when there is nothing to do.
   * Changes nothing. A schema newer than this code throws `STORE_CONTRACT`, a database that cannot be used `STORE_UNAVAILABLE`.
   */
  pending(): Promise<readonly Migration[]>

  /**
   * The same storage inside a transaction of yours: what its methods write is kept when you commit, and gone when you roll back.
   * The connection in `transaction` must have one open; it is neither committed, rolled back nor closed here.
   * Locks are held until you end it, so keep it short. `migrate` and `close` of the returned storage do nothing.
   */
  within(transaction: Transaction): Storage
}

/** One numbered step of the schema. A step that was published is never changed; another one is added. */
export interface Migration {
  /** The schema's version after it: 1, 2, 3 … */
  readonly version: number
  /** Whole words, for the plan: "accounts, models and records". */
  readonly name: string
  /**
   * SQL, one statement each, without a closing semicolon and without parameters. All of it: also what writes down that this version
   * has been reached, so that a database on which somebody ran them by hand counts as migrated.
   */
  readonly statements: readonly string[]
}
