import { fileURLToPath } from 'node:url'
import type { Storage } from '@connect-integration/server/storage'
import type { StorageFactory } from '@connect-integration/testkit'
import { afterEach, expect, test, vi } from 'vitest'
import { processChecks } from '../src/processes/index.ts'
import { kitPage } from '../src/processes/pages.ts'
import { runProcessCheck } from '../src/processes/run-process-check.ts'
import { EMPLOYEE } from '../src/storage/examples.ts'
import { createStorage } from './fixtures/adapters/shared.ts'
import { processSaboteurs } from './fixtures/process-saboteurs.ts'

const module = fileURLToPath(new URL('./fixtures/adapters/shared.ts', import.meta.url))
const execArgv = ['--no-warnings', '--import', new URL('./fixtures/from-source.mjs', import.meta.url).href]

/** Real processes race or die by the clock, so that a mistake shows in most rounds and not in every one. */
const ROUNDS = 5

afterEach(() => vi.unstubAllEnvs())

test.each(processSaboteurs)('caught: $mistake ($caughtBy)', async ({ caughtBy, faults, profile = 'atomic' }) => {
  const check = processChecks.find(({ id }) => id === caughtBy)
  if (!check) throw new Error(`there is no check "${caughtBy}"`)
  vi.stubEnv('KIT_TEST_ADAPTER', JSON.stringify({ faults, profile }))
  let error: Error | null = null
  for (let round = 0; round < ROUNDS && error === null; round++) {
    error = await runProcessCheck(check, { module, factory: createStorage, processes: 4, execArgv }).then(
      () => null,
      (reason: Error) => reason,
    )
  }
  if (error === null) expect.fail(`not caught by "${caughtBy}" in ${ROUNDS} rounds`)
  expect(error.message).toContain(`What this protects: ${check.protects}`)
})

test.each(['atomic', 'ordered'])('the adapter without a mistake, profile %s, passes each of these checks', async (profile) => {
  vi.stubEnv('KIT_TEST_ADAPTER', JSON.stringify({ profile }))
  for (const check of processChecks) await runProcessCheck(check, { module, factory: createStorage, processes: 4, execArgv })
})

/** What a database server does for a process that has died, after the account was read and before its records are. */
const LATE: Record<string, (storage: Storage, accountId: string) => Promise<unknown>> = {
  'kill: commit: every page that was reported is there, and none in part': async (storage, accountId) => {
    const account = await storage.get({ id: accountId, organizationId: 'org-1' })
    const page = Number(account?.models[EMPLOYEE]?.checkpoint ?? 0) + 1
    return storage.commit({ accountId, fence: account?.fence ?? 0, model: EMPLOYEE, records: kitPage(page), checkpoint: `${page}` })
  },
  'kill: purge: whole or not at all (ordered: fenced first, and completed by the next one)': (storage, accountId) =>
    storage.purge(accountId),
}

test.each(Object.entries(LATE))('what a server ends after its client has died is no mistake: %s', async (id, end) => {
  const check = processChecks.find((each) => each.id === id)
  if (!check) throw new Error(`there is no check "${id}"`)
  vi.stubEnv('KIT_TEST_ADAPTER', JSON.stringify({ profile: 'atomic' }))
  const late = vi.fn(end)
  const factory: StorageFactory = async (context) => {
    const fixture = await createStorage(context)
    const { storage } = fixture
    const changes: Storage['changes'] = async (query) => {
      if (late.mock.calls.length === 0) await late(storage, query.accountId)
      return storage.changes(query)
    }
    return { ...fixture, storage: { ...storage, changes } }
  }
  await runProcessCheck(check, { module, factory, processes: 4, execArgv })
  expect(late).toHaveBeenCalledOnce()
})
