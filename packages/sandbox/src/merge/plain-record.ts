import type { Copy } from '../account/mirror.ts'
import { isoMicroseconds } from '../clock.ts'
import type { ModelDefinition } from '../world/category.ts'

/** A record as it is served when nothing special is asked for. */
export function plainRecord(copy: Copy, model: ModelDefinition): Record<string, unknown> {
  const stamps = { created_at: isoMicroseconds(copy.createdAt), modified_at: isoMicroseconds(copy.modifiedAt) }
  const fields: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(copy.fields)) fields[name] = stamped(value, stamps)
  for (const name of model.sensitive ?? []) fields[name] = null
  const record: Record<string, unknown> = {
    id: copy.id,
    remote_id: copy.remoteId,
    ...stamps,
    ...fields,
    remote_was_deleted: copy.deleted,
    field_mappings: { organization_defined_targets: {}, linked_account_defined_targets: {} },
    remote_data: null,
  }
  for (const name of model.without ?? []) delete record[name]
  return record
}

/** False for a deleted record of a model that has no mark for it: all that Merge can do is to leave it out. */
export function isServed(copy: Copy, model: ModelDefinition): boolean {
  return !copy.deleted || !model.without?.includes('remote_was_deleted')
}

/** Rows that Merge keeps inside a record, with the stamps they share with it. */
function stamped(value: unknown, stamps: { created_at: string; modified_at: string }): unknown {
  if (Array.isArray(value)) return value.map((item) => stamped(item, stamps))
  return typeof value === 'object' && value !== null && 'modified_at' in value ? { ...value, ...stamps } : value
}
