import { ErrorCode, IntegrationError } from '../errors.ts'
import type { ModelRow } from '../merge/model-table.ts'

/** Remembers the cursors of one walk. `check` throws `UPSTREAM_PAGINATION_LOOP` for a next one that came before: the list would have no end. */
export function createCursorCheck(row: ModelRow) {
  const seen = new Set<string>()
  return {
    forget: () => seen.clear(),
    check(current: string | null, next: string | null) {
      if (next === null) return
      if (next === current || seen.has(next)) {
        throw new IntegrationError(
          ErrorCode.UPSTREAM_PAGINATION_LOOP,
          `Merge's list of ${row.model} returned a cursor that it had returned before; the walk cannot reach its end. What was read before stays, and it is tried again. If it persists, tell Merge's support: more records than its cursor can count may have been created at one moment.`,
          { model: row.model },
        )
      }
      seen.add(next)
    },
  }
}
