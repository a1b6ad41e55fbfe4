import type { Account, Status } from '@connect-integration/server/storage'
import { fromStored } from './keys.ts'

/** An account from its item's fields; `null` when there is no such item. */
export function toAccount(fields: Readonly<Record<string, string>>): Account | null {
  if (fields.id === undefined) return null
  const text = (field: string) => fromStored(fields[field] ?? '')
  const textOrNull = (field: string) => (fields[field] === undefined ? null : text(field))
  const status = text('status') as Status
  return {
    id: text('id'),
    organizationId: text('organizationId'),
    userId: textOrNull('userId'),
    category: text('category'),
    originId: text('originId'),
    slot: textOrNull('slot'),
    linkedAccountId: textOrNull('linkedAccountId'),
    status,
    token: textOrNull('token'),
    details: textOrNull('details'),
    revision: Number(fields.revision),
    createdAt: Number(fields.createdAt),
    updatedAt: Number(fields.updatedAt),
    due: fields.due === undefined ? null : Number(fields.due),
    dirty: Number(fields.dirty),
    fence: Number(fields.fence),
    // What a tombstone still has is about to be deleted.
    models: status === 'deleted' ? {} : modelsIn(fields),
  }
}

/** `HGETALL` as a script answers it: field, value, field, value. */
export function toFields(list: readonly string[]): Record<string, string> {
  return Object.fromEntries(Array.from({ length: list.length / 2 }, (_, index) => [list[index * 2], list[index * 2 + 1]]))
}

/** Names of models as they are stored. */
export function modelNamesIn(fields: Readonly<Record<string, string>>): string[] {
  return Object.keys(fields).flatMap((field) => (field.startsWith('seq:') ? [field.slice('seq:'.length)] : []))
}

function modelsIn(fields: Readonly<Record<string, string>>): Account['models'] {
  const states = modelNamesIn(fields).map((name) => {
    const checkpoint = fields[`checkpoint:${name}`]
    const counts = { seq: Number(fields[`seq:${name}`]), records: Number(fields[`records:${name}`] ?? 0) }
    return [fromStored(name), { checkpoint: checkpoint === undefined ? null : fromStored(checkpoint), ...counts }]
  })
  return Object.fromEntries(states)
}
