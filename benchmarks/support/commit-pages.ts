import { createHash } from 'node:crypto'
import type { VersionedRecord } from '@connect-integration/server/storage'
import { employeePages } from './employee-pages.ts'
import { type Cost, measure, type Result, report, resultOf } from './measure.ts'

export const ACCOUNT_ID = 'account-1'
export const MODEL = 'hris.Employee'

/** Where pages are committed to, and how what came of it is read. */
export interface Committer {
  /** One page, durable before it resolves, and the checkpoint with it. */
  commit(records: readonly VersionedRecord[], checkpoint: string): unknown
  /** One line per row: id, stamp and data. */
  lines(): Promise<string[]>
  close(): unknown
}

export interface Commits {
  inserted: Cost
  changed: Cost
  result: Result
}

/** Commits so many records page by page, then all of them again with a newer stamp, and reports the cost of each. */
export async function commitPages(records: number, to: Committer): Promise<void> {
  const inserts = versionedPages(records, 0)
  const changes = versionedPages(records, 1)
  const store = (pages: VersionedRecord[][]) =>
    measure(async () => {
      for (const [index, page] of pages.entries()) await to.commit(page, `page ${index}`)
    })
  const inserted = await store(inserts)
  const changed = await store(changes)
  const result = resultOf(await to.lines())
  await to.close()
  report({ inserted, changed, result } satisfies Commits)
}

/** Made before the clock runs: only the store is measured. */
export function versionedPages(records: number, generation: number): VersionedRecord[][] {
  const source = employeePages(records)
  return Array.from({ length: source.count }, (_, page) => {
    const { results } = JSON.parse(Buffer.from(source.page(page)!).toString()) as { results: { id: string; modified_at: string }[] }
    return results.map((record): VersionedRecord => {
      const stamp = Date.parse(record.modified_at) + generation
      const data = JSON.stringify({ ...record, modified_at: new Date(stamp).toISOString() })
      const hash = createHash('sha256').update(data).digest('base64url').slice(0, 27)
      return { id: record.id, generation: 0, modifiedAt: stamp * 1000, page, deleted: false, hash, data }
    })
  })
}
