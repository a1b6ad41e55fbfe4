import type { Account, Change, ModelState } from '@connect-integration/server/storage'
import { fromStored } from '../text.ts'

/** What {@link accountJson} has made. */
export type AccountRow = Omit<Account, 'models'> & { models: [string, string | null, number, number][] | null }

export function toAccount({ models, ...row }: AccountRow): Account {
  const states = (models ?? []).map(([model, checkpoint, seq, records]): [string, ModelState] => {
    return [fromStored(model), { checkpoint: textOrNull(checkpoint), seq, records }]
  })
  return {
    ...row,
    id: fromStored(row.id),
    organizationId: fromStored(row.organizationId),
    userId: textOrNull(row.userId),
    category: fromStored(row.category),
    originId: fromStored(row.originId),
    slot: textOrNull(row.slot),
    linkedAccountId: textOrNull(row.linkedAccountId),
    token: textOrNull(row.token),
    details: textOrNull(row.details),
    // Not by assignment: a model may have any name, `__proto__` too.
    models: Object.fromEntries(states),
  }
}

/** A line of JSON, then the data. */
export function toChange(answer: string): Change {
  const end = answer.indexOf('\n')
  const [seq, id, deleted, modifiedAt] = JSON.parse(answer.slice(0, end)) as [number, string, boolean, number]
  return { seq, id: fromStored(id), op: deleted ? 'delete' : 'upsert', modifiedAt, data: fromStored(answer.slice(end + 1)) }
}

function textOrNull(stored: string | null): string | null {
  return stored === null ? null : fromStored(stored)
}
