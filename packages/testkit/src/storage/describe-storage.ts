import { setTimeout } from 'node:timers/promises'
import type { Storage } from '@connect-integration/server/storage'
import type { CheckClock, CheckContext, StorageCheck } from './check.ts'
import { storageChecks } from './checks/index.ts'

/** What a factory gives for each check: an empty store that no other check sees. */
export interface StorageFixture {
  storage: Storage
  /** The clock that was passed to the adapter. Absent: the store goes by real time, and checks of leases wait for it (about a second each). */
  clock?: { now(): number; advance(milliseconds: number): Promise<void> | void }
  /** Opens the same store once more while the first stays open; absent where that makes no sense (memory). */
  reopen?: () => Promise<Storage>
  /** Removes the store. The kit has closed what it opened before. */
  close(): Promise<void>
}

export type StorageFactory = () => Promise<StorageFixture>

export type TestFunction = (name: string, run: () => Promise<void>) => unknown

export interface DescribeStorageOptions {
  /** Your runner's `test`; without it the global one (vitest with `globals`, jest, mocha, bun). */
  test?: TestFunction
  /** `id`s of checks not to run, each with the reason, which becomes part of the name of a test that does nothing. */
  skip?: Readonly<Record<string, string>>
}

/**
 * Registers one test per check of the storage contract. A failing test says which sentence of
 * the contract does not hold, and what users of the adapter would lose.
 */
export function describeStorage(name: string, factory: StorageFactory, options: DescribeStorageOptions = {}): void {
  const test = options.test ?? globalTest()
  const skip = options.skip ?? {}
  const unknown = Object.keys(skip).filter((id) => !storageChecks.some((check) => check.id === id))
  if (unknown.length > 0) throw new Error(`describeStorage("${name}"): "skip" names no check: ${unknown.join('; ')}`)
  for (const check of storageChecks) {
    const reason = skip[check.id]
    if (reason === undefined) test(`${name} › ${check.id}`, () => runStorageCheck(check, factory).then(() => undefined))
    else test(`${name} › ${check.id} (skipped: ${reason})`, async () => undefined)
  }
}

/**
 * Runs one check on a store of its own. `skipped` is the reason why it does not apply, or `null`
 * when it ran and holds. Rejects when it does not hold; the store is given back in any case.
 */
export async function runStorageCheck(check: StorageCheck, factory: StorageFactory): Promise<{ skipped: string | null }> {
  const fixture = await factory()
  const opened = [fixture.storage]
  try {
    const skipped = reasonToSkip(check, fixture)
    if (skipped) return { skipped }
    await fixture.storage.migrate()
    await check.run(contextOf(fixture, opened))
    return { skipped: null }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new Error(`${check.id}\n\n${message}\n\nWhat this protects: ${check.protects}`, { cause: error })
  } finally {
    for (const storage of opened) await storage.close()
    await fixture.close()
  }
}

function reasonToSkip(check: StorageCheck, { storage, reopen }: StorageFixture) {
  if (check.needs === 'atomic' && storage.profile !== 'atomic') return `the profile is "${storage.profile}"`
  if (check.needs === 'reopen' && !reopen) return 'the fixture has no "reopen"'
  return null
}

function contextOf({ storage, clock, reopen }: StorageFixture, opened: Storage[]): CheckContext {
  const context = { storage, clock: clock ? exactClock(clock) : realClock }
  if (!reopen) return context
  const open = async () => {
    const second = await reopen()
    opened.push(second)
    return second
  }
  return { ...context, reopen: open }
}

function exactClock(clock: NonNullable<StorageFixture['clock']>): CheckClock {
  return { now: () => clock.now(), advance: (milliseconds) => clock.advance(milliseconds), exact: true }
}

const realClock: CheckClock = { now: () => Date.now(), advance: (milliseconds) => setTimeout(milliseconds), exact: false }

function globalTest(): TestFunction {
  const { test, it } = globalThis as { test?: TestFunction; it?: TestFunction }
  const found = test ?? it
  if (!found)
    throw new Error('describeStorage found no global "test": pass your runner\'s, as in describeStorage(name, factory, { test }).')
  return found
}
