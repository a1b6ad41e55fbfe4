import type { Storage } from '@connect-integration/server/storage'
import type { DurabilitySetting } from './fixture.ts'

/** One sentence of the storage contract, as a test. Every run needs a store of its own. */
export interface StorageCheck {
  /** Unique and stable; starts with the method it is about. */
  readonly id: string
  readonly method: StorageMethod
  /** What users of an adapter that fails this check would lose. */
  readonly protects: string
  /**
   * Absent: holds for every adapter. `atomic`: only for that profile. `reopen`: only where the fixture can open the same store twice.
   * `durability`: only where the fixture can tell its settings. `clock`: only where the kit can set the store's clock.
   */
  readonly needs?: 'atomic' | 'reopen' | 'durability' | 'clock'
  /** Resolves when the sentence holds; rejects with an `AssertionError` when it does not. */
  run(context: CheckContext): Promise<void>
}

export type StorageMethod = Exclude<keyof Storage, 'contract' | 'profile'> | 'storage'

/** What one check gets: a migrated, empty store, and the clock that the store goes by. */
export interface CheckContext {
  readonly storage: Storage
  readonly clock: CheckClock
  /** Opens the same store a second time, as another process would, while the first stays open. */
  readonly reopen?: () => Promise<Storage>
  readonly durability?: () => Promise<readonly DurabilitySetting[]>
}

export interface CheckClock {
  /** Epoch milliseconds. */
  now(): number
  /**
   * Moves the store's clock on by `milliseconds`; where the store cannot be given a clock, waits that long. With a negative number it sets the
   * clock back, which only an exact one can.
   */
  advance(milliseconds: number): Promise<void> | void
  /** `true`: the store's clock is exactly this one, and stands still between calls of `advance`. */
  readonly exact: boolean
}

/** Makes the checks of one method: `check(sentence, what it protects, run)`. */
export function checksOf(method: StorageMethod) {
  const checks: StorageCheck[] = []
  const check = (sentence: string, protects: string, run: StorageCheck['run'], needs?: StorageCheck['needs']) => {
    checks.push({ id: `${method}: ${sentence}`, method, protects, run, ...(needs ? { needs } : {}) })
  }
  return { checks, check }
}

/** The same for checks of several methods, all of which set the store's clock: `check(method, sentence, what it protects, run)`. */
export function checksThatSetTheClock() {
  const checks: StorageCheck[] = []
  const check = (method: StorageMethod, sentence: string, protects: string, run: StorageCheck['run']) => {
    const of = checksOf(method)
    of.check(sentence, protects, run, 'clock')
    checks.push(...of.checks)
  }
  return { checks, check }
}
