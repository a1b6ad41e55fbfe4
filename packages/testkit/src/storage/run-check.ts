import { setTimeout } from 'node:timers/promises'
import type { Storage } from '@connect-integration/server/storage'
import type { CheckClock, CheckContext, StorageCheck } from './check.ts'
import { newPlace, type StorageFactory, type StorageFixture } from './fixture.ts'
import { manualClock } from './manual-clock.ts'

export interface RunCheckOptions {
  /** The same place is the same store: then a fixture without `reopen` is opened again by a second call of the factory. */
  shared?: boolean
}

/**
 * Runs one check on a store of its own. `skipped` is the reason why it does not apply, or `null`
 * when it ran and holds. Rejects when it does not hold; the store is given back in any case.
 */
export async function runStorageCheck(
  check: StorageCheck,
  factory: StorageFactory,
  { shared = false }: RunCheckOptions = {},
): Promise<{ skipped: string | null }> {
  const request = { clock: manualClock(), place: newPlace() }
  const fixture = await factory(request)
  if (shared) fixture.reopen ??= async () => (await factory(request)).storage
  const opened = [fixture.storage]
  try {
    const skipped = reasonToSkip(check, fixture)
    if (skipped) return { skipped }
    await fixture.storage.migrate()
    await check.run(contextOf(fixture, opened))
    return { skipped: null }
  } catch (error) {
    throw new Error(`${check.id}\n\n${messageOf(error)}\n\nWhat this protects: ${check.protects}`, { cause: error })
  } finally {
    for (const storage of opened) await storage.close().catch(() => undefined)
    await fixture.close()
  }
}

/** What the system's clock says, which nobody can move. */
export const realClock: CheckClock = { now: () => Date.now(), advance: (milliseconds) => setTimeout(milliseconds), exact: false }

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function reasonToSkip(check: StorageCheck, { storage, clock, reopen, durability }: StorageFixture) {
  if (check.needs === 'atomic' && storage.profile !== 'atomic') return `the profile is "${storage.profile}"`
  if (check.needs === 'reopen' && !reopen) return 'the fixture has no "reopen"'
  if (check.needs === 'durability' && !durability) return 'the fixture has no "durability"'
  if (check.needs === 'clock' && !clock) return 'the fixture has no "clock", so that the kit cannot set the one that the store goes by'
  return null
}

function contextOf({ storage, clock, reopen, durability }: StorageFixture, opened: Storage[]): CheckContext {
  const context = { storage, clock: clock ? exactClock(clock) : realClock, ...(durability && { durability }) }
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
