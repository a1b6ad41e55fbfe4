import type { ModelStatus } from './gateway.ts'
import { isNameOf, type ModelRow } from './model-table.ts'
import { parseStamp } from './stamp.ts'

/**
 * What sync-status says of one model; `null` where it says nothing. Of several rows that mean the same model, one that is not DISABLED comes
 * first, then the one whose sync ended last, then the one whose sync began last.
 */
export function statusOf(models: readonly ModelStatus[], row: ModelRow): ModelStatus | null {
  const named = models.filter((status) => isNameOf(row, status.model))
  return named.reduce<ModelStatus | null>((best, status) => (best === null || isBetter(status, best) ? status : best), null)
}

/**
 * Whether Merge has not finished its first sync of the model yet, so that what it serves is incomplete. A status of DONE without any times
 * counts as finished, whatever `isInitialSync` says: the times may be left out.
 */
export function isFirstSyncOpen({ lastSyncFinished, status, lastSyncResult }: ModelStatus): boolean {
  return lastSyncFinished === null && !ENDED.has(status) && !ENDED.has(lastSyncResult ?? '')
}

const ENDED = new Set(['DONE', 'PARTIALLY_SYNCED'])

function isBetter(one: ModelStatus, other: ModelStatus): boolean {
  for (const rank of [isOn, ended, began]) if (rank(one) !== rank(other)) return rank(one) > rank(other)
  return false
}

const isOn = ({ status }: ModelStatus) => (status === 'DISABLED' ? 0 : 1)
const ended = ({ lastSyncFinished }: ModelStatus) => parseStamp(lastSyncFinished) ?? Number.NEGATIVE_INFINITY
const began = ({ lastSyncStart }: ModelStatus) => parseStamp(lastSyncStart) ?? Number.NEGATIVE_INFINITY
