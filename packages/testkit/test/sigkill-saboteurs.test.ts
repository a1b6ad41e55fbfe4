import { fileURLToPath } from 'node:url'
import { afterEach, expect, test, vi } from 'vitest'
import { processChecks } from '../src/processes/index.ts'
import { runProcessCheck } from '../src/processes/run-process-check.ts'
import { createStorage } from './fixtures/adapters/shared.ts'
import { processSaboteurs } from './fixtures/process-saboteurs.ts'

const module = fileURLToPath(new URL('./fixtures/adapters/shared.ts', import.meta.url))
const execArgv = ['--no-warnings', '--import', new URL('./fixtures/from-source.mjs', import.meta.url).href]

/** Real processes race or die by the clock, so that a mistake shows in most rounds and not in every one. */
const ROUNDS = 5

afterEach(() => vi.unstubAllEnvs())

test.each(processSaboteurs)('caught: $mistake ($caughtBy)', { timeout: 300_000 }, async ({ caughtBy, faults, profile = 'atomic' }) => {
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

test.each(['atomic', 'ordered'])(
  'the adapter without a mistake, profile %s, passes each of these checks',
  { timeout: 300_000 },
  async (profile) => {
    vi.stubEnv('KIT_TEST_ADAPTER', JSON.stringify({ profile }))
    for (const check of processChecks) await runProcessCheck(check, { module, factory: createStorage, processes: 4, execArgv })
  },
)
