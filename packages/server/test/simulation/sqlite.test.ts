import { availableParallelism } from 'node:os'
import { expect, test } from 'vitest'
import { runMany } from './trial/many.ts'
import { summary } from './trial/report.ts'

/** Others than in memory, so that nothing is run twice. */
const FIRST = 20_000_000
const STORAGE = { module: new URL('../../../storage-sql/test/fixtures/simulated.ts', import.meta.url).href, options: { kind: 'sqlite' } }

test('nothing is lost, stale or brought back on SQLite', async () => {
  const threads = Math.min(4, availableParallelism())
  const { counts, failures } = await runMany({ first: FIRST, count: 2_000, threads, milliseconds: 15_000, atLeast: 300, storage: STORAGE })
  console.log(`On SQLite: ${summary(counts)}`)
  expect(failures.map(({ seed, problems }) => ({ again: `npm run prove -- --storage sqlite --replay ${seed}`, problems }))).toEqual([])
  expect(counts.histories).toBeGreaterThanOrEqual(300)
  expect(counts.records).toBeGreaterThan(counts.histories)
})

test('a history ends the same way on SQLite every time', async () => {
  const run = () => runMany({ first: FIRST, count: 15, threads: 1, storage: STORAGE })
  expect(await run()).toEqual(await run())
})
