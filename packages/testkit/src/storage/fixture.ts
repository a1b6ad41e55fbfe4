import { randomBytes } from 'node:crypto'
import type { Storage } from '@connect-integration/server/storage'

/** What the kit passes to a factory: take what your store can use, and leave the rest. */
export interface StorageRequest {
  /**
   * Pass it to the adapter, and give it back as the fixture's `clock`: it moves when the kit says so, back too. (In another process it is the
   * system's own time.) A store that goes by a clock of its own leaves it alone, and does not give it back.
   */
  clock: { now(): number; advance(milliseconds: number): Promise<void> | void }
  /**
   * Names the store: a letter, then lower-case letters, digits and underscores, 24 characters at most, fit for a file, a schema or a
   * prefix of keys. Each check has a place of its own, which was never used before: open it, and empty nothing. The same name in
   * another process means the same store. A store in memory has no use for it.
   */
  place: string
}

/** What a factory gives for each check: an empty store that no other check sees. */
export interface StorageFixture {
  storage: Storage
  /**
   * The clock that was passed to the adapter. Absent: the store goes by real time; checks of leases wait for it (about a second each), and those
   * of a clock that is set are skipped, with that reason.
   */
  clock?: { now(): number; advance(milliseconds: number): Promise<void> | void }
  /** Opens the same store once more while the first stays open; absent where that makes no sense (memory). */
  reopen?: () => Promise<Storage>
  /**
   * Settings on which it depends that a commit outlives a power cut, as the open store reports them. Nobody can cut the power in a
   * test, and killing a process loses nothing that the operating system has: so this is all that a kit can see of it.
   */
  durability?: () => Promise<readonly DurabilitySetting[]>
  /** Removes the store. The kit has closed what it opened before. Never called in a second process, whose store is the first one's. */
  close(): Promise<void>
}

export interface DurabilitySetting {
  name: string
  value: unknown
  needed: unknown
}

export type StorageFactory = (request: StorageRequest) => Promise<StorageFixture> | StorageFixture

/** A place that nobody has used. */
export function newPlace(): string {
  return `kit_${randomBytes(8).toString('hex')}`
}
