import { SandboxError } from '../sandbox-error.ts'
import type { SourceRecord } from './category.ts'

/** The record with these fields in place of its own. Throws a `SandboxError` for a field that such a record does not have. */
export function edited(record: SourceRecord, fields: Record<string, unknown>): SourceRecord {
  const unknown = Object.keys(fields).filter((name) => !(name in record.fields))
  if (unknown.length > 0) throw new SandboxError(`${record.model} has no field ${unknown.join(', ')}.`)
  return { ...record, fields: { ...record.fields, ...fields } }
}
