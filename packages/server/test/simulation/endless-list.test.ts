import { expect, test } from 'vitest'
import 'ky'
import { generateHistory } from './history/generate.ts'
import { type History, HOUR, MINUTE } from './history/history.ts'
import { runHistory } from './trial/run-history.ts'

/** One model whose first sync writes so many rows at once, three to a stamp. */
function quietHistory(list: { rows: number; pageSize: number; offsetCutoff: number }): History {
  const settings = { name: 'hris.Employee', path: 'employees', ordering: 'created_at', ties: true, movingTies: false } as const
  const writes = Array.from({ length: list.rows }, (_, index) => ({ at: index / list.rows, kind: 'create' as const, target: 0 }))
  const initial = { queued: 0, length: MINUTE, result: 'DONE' as const, commits: [], writes }
  return {
    ...generateHistory(1),
    family: 'plain',
    hours: 6,
    models: [{ ...settings, pageSize: list.pageSize, offsetCutoff: list.offsetCutoff, initial }],
    sync: { lookEvery: HOUR, idle: HOUR, sweepEvery: 60 * 24 * HOUR, earlyRead: false },
    sink: false,
    latency: { merge: 400, store: 0 },
    events: [],
  }
}

test('ties that the cursor can leave behind are read to the end', async () => {
  const { problems } = await runHistory(quietHistory({ rows: 12, pageSize: 1, offsetCutoff: 1_000 }))
  expect(problems).toEqual([])
})

test('a list that repeats itself for ever is given up and said to be incomplete, not read for ever', async () => {
  const { problems, counts } = await runHistory(quietHistory({ rows: 12, pageSize: 1, offsetCutoff: 1 }))
  expect(counts.requests).toBeLessThan(500)
  expect(problems.find(({ kind }) => kind === 'broken')?.what).toContain('UPSTREAM_PAGINATION_LOOP')
})
