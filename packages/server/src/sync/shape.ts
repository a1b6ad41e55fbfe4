import { createHash } from 'node:crypto'
import type { ModelRow } from '../merge/model-table.ts'
import type { VersionedRecord } from '../storage/port.ts'
import type { SyncContext } from './context.ts'

/** What the stored rows of a model look like: which fields they lack, and whether their data is kept. Equal text, equal shape. */
export function shapeOf({ settings }: SyncContext, model: string): string {
  return JSON.stringify([settings.store, ...(settings.omit[model] ?? []).toSorted()])
}

/** What the stored records depend on beside the source itself; another one means reading everything anew. */
export function fingerprintOf(context: SyncContext, relinks: number, row: Pick<ModelRow, 'model'>): string {
  const facts = [relinks, context.settings.store, ...(context.settings.omit[row.model] ?? []).toSorted()]
  return createHash('sha256').update(JSON.stringify(facts)).digest('base64url').slice(0, 16)
}

/** Equal hash, equal record. */
export function hashOf(data: string): string {
  return createHash('sha256').update(data).digest('base64url').slice(0, 27)
}

/** Its hash is one that no record with data has, so that the switch between the two ways of storing rewrites every row. */
export function withoutData<Kept extends Pick<VersionedRecord, 'data' | 'hash'>>(record: Kept): Kept {
  return { ...record, data: NO_DATA, hash: `~${record.hash.slice(1)}` }
}

export const NO_DATA = 'null'
