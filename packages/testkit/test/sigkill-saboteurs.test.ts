import { fileURLToPath } from 'node:url'
import { afterEach, expect, test, vi } from 'vitest'
import { processChecks } from '../src/processes/index.ts'
import { runProcessCheck } from '../src/processes/run-process-check.ts'
import { createStorage } from './fixtures/adapters/shared.ts'
import { processSaboteurs } from './fixtures/process-saboteurs.ts'

const module = fileURLToPath(new URL('./fixtures/adapters/shared.ts', import.meta.url))
const execArgv = ['--no-warnings', '--import', new URL('./fixtures/from-source.mjs', import.meta.url).href]

afterEach(() => vi.unstubAllEnvs())

test.each(processSaboteurs)('caught: $mistake ($caughtBy)', { timeout: 120_000 }, async ({ caughtBy, faults, profile = 'atomic' }) => {
  const check = processChecks.find(({ id }) => id === caughtBy)
  if (!check) throw new Error(`there is no check "${caughtBy}"`)
  vi.stubEnv('KIT_TEST_ADAPTER', JSON.stringify({ faults, profile }))
  const error = await runProcessCheck(check, { module, factory: createStorage, processes: 4, execArgv }).then(
    () => expect.fail(`not caught by "${caughtBy}"`),
    (reason: Error) => reason,
  )
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
