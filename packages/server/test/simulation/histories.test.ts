import { availableParallelism } from 'node:os'
import { expect, test } from 'vitest'
import { explain } from './trial/explain.ts'
import { runMany } from './trial/many.ts'
import { neglected, summary } from './trial/report.ts'

const WANTED = 6_000
/** Fewer would not meet every kind of trouble often enough. */
const AT_LEAST = 6_000
/** A share of the ten thousand that meet each of them a hundred times: `npm run prove` demands those. */
const ENOUGH = 60
const MILLISECONDS = 75_000

test('nothing is lost, stale or brought back in any history', async () => {
  const threads = Math.min(4, availableParallelism())
  const { counts, failures } = await runMany({ first: 1, count: WANTED, threads, milliseconds: MILLISECONDS, atLeast: AT_LEAST })
  console.log(summary(counts))
  const [failure] = failures
  expect(counts.wrong, failure && (await explain(failure.seed))).toBe(0)
  expect(counts.problems).toEqual({})
  expect(neglected(counts, ENOUGH)).toEqual([])
})
