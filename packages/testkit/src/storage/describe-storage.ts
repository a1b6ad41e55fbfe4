import { storageChecks } from './checks/index.ts'
import type { StorageFactory } from './fixture.ts'
import { runStorageCheck } from './run-check.ts'

/** What every runner's `test` has in common: a name and a function whose promise rejects. */
export type TestFunction = (name: string, run: () => Promise<void>) => unknown

export interface DescribeStorageOptions {
  /** Your runner's `test`; without it the global one (vitest with `globals`, jest, mocha). */
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

function globalTest(): TestFunction {
  const { test, it } = globalThis as { test?: TestFunction; it?: TestFunction }
  const found = test ?? it
  if (!found)
    throw new Error('describeStorage found no global "test": pass your runner\'s, as in describeStorage(name, factory, { test }).')
  return found
}
