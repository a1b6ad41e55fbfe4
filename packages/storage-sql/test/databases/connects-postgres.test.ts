import { afterAll, expect, test } from 'vitest'
import { dropCompareAndSet, dropUniqueSlot, slowDown } from '../connects/break.ts'
import { type ConnectsOptions, connectMany } from '../connects/connect-many.ts'
import { startEmbeddedPostgres } from '../support/postgres-server.ts'

// `npm run prove -- --connects` does the same with ten thousand clicks of a thousand organizations.

const server = await startEmbeddedPostgres()
afterAll(() => server.stop())

const FEW = { url: server.url, organizations: 8, clicks: 10, finished: 3, processes: 2 } as const
const connect = (options: Partial<ConnectsOptions>) => connectMany({ ...FEW, strategy: 'one-per-category', ...options })

/** Half a minute for all of them on two cores that have nothing else to do. */

test('a thousand clicks of a hundred organizations in four processes make a hundred connections', async () => {
  const report = await connect({ organizations: 100, finished: 1, processes: 4 })
  expect(report).toMatchObject({ problems: [], connects: 1_000, rows: 100, originIds: 100, tokens: 100, atMerge: 100 })
  expect(report.exchanges).toBe(900)
  // Some came when the connection was there already.
  expect(report.refusedClicks).toBeGreaterThan(0)
})

test('where an organization may have many connections, those who click at the same moment get one', async () => {
  const report = await connect({ strategy: 'many-per-category', breakSchema: slowDown })
  expect(report).toMatchObject({ problems: [], rows: 8, originIds: 8, tokens: 8, atMerge: 8 })
})

test('a database whose slots are not unique would be noticed', async () => {
  // One per category, the origin id alone, which is unique too, would be enough.
  const { problems, rows } = await connect({ strategy: 'many-per-category', breakSchema: dropUniqueSlot })
  expect(rows).toBeGreaterThan(8)
  expect(problems.join('\n')).toMatch(/\d+ rows for 8 organizations/)
})

test('a database that overwrites what has changed meanwhile would be noticed', async () => {
  const { problems } = await connect({ breakSchema: dropCompareAndSet })
  expect(problems.join('\n')).toMatch(/was announced \d+ times/)
})
