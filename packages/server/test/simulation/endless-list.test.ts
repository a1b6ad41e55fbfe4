import { expect, test } from 'vitest'
import 'ky'
import { generateHistory } from './history/generate.ts'
import { type History, HOUR, MINUTE } from './history/history.ts'
import { cutPage, type Position } from './merge/list.ts'
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
    latency: { least: 40, merge: 400, store: 0 },
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

/** Reads a list in order of creation, of these moments, by pages of 100 and with a cursor that counts 1,000 ties. */
function readAll(moments: readonly number[]): { read: number; ended: boolean } {
  const items = moments.map((key) => ({ key }))
  const given = new Set<string>()
  let read = 0
  for (let cursor: Position | null = { offset: 0, position: null }; cursor !== null; ) {
    const page: ReturnType<typeof cutPage> = cutPage(items, cursor, { ordering: 'created_at', pageSize: 100 })
    read += page.items.length
    if (page.next === null) break
    cursor = { ...page.next, offset: Math.min(page.next.offset, 1_000) }
    if (given.has(JSON.stringify(cursor))) return { read, ended: false }
    given.add(JSON.stringify(cursor))
  }
  return { read, ended: true }
}

const momentsOf = (ties: number) => [
  ...Array.from({ length: 500 }, (_, place) => place),
  ...Array.from({ length: ties }, () => 500),
  ...Array.from({ length: 500 }, (_, place) => 501 + place),
]

test('up to 1,100 records of one moment are read to the end', () => {
  expect(readAll(momentsOf(1_100))).toEqual({ read: 2_100, ended: true })
})

test('more than that end in no slice by creation time, however small, and all others do', () => {
  const moments = momentsOf(1_101)
  const slice = (from: number, to: number) => readAll(moments.filter((moment) => moment >= from && moment < to))
  expect(readAll(moments).ended).toBe(false)
  for (let half = 512; half >= 1; half /= 2) expect(slice(500 - half + 1, 500 + half).ended).toBe(false)
  expect(slice(0, 500)).toEqual({ read: 500, ended: true })
  expect(slice(501, 1_001)).toEqual({ read: 500, ended: true })
})
