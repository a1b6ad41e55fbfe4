import { createHash } from 'node:crypto'
import type { ModelRow } from '../merge/model-table.ts'
import type { Secret } from '../secrets/secret.ts'
import type { Account } from '../storage/port.ts'
import type { SyncContext } from './context.ts'
import { createCursorCheck } from './cursor-check.ts'
import { createGovernor } from './governor.ts'
import { OVERLAP_MS } from './plan.ts'
import { versionRecords } from './version-records.ts'

const UNSTAMPED = 0

/** One model of one account, Merge's list against the store. */
export interface ModelVerdict {
  accountId: string
  organizationId: string
  model: string
  /** Live records on either side. */
  atMerge: number
  stored: number
  /** At Merge and not here. */
  missing: number
  /** Here, and not at Merge or deleted there. */
  extra: number
  /** On both sides, with another content (with `store: 'versions'`: another stamp). */
  stale: number
  /** Too young to judge: changed at Merge within the last ten minutes. */
  fresh: number
  /** At most 20 ids of what is wrong. */
  examples: string[]
}

/**
 * Reads the whole list at Merge and compares it with the store, at the account's pace. Changes nothing. What changed at Merge
 * within the overlap of two walks is not judged, because it may be on its way. Keeps one short digest per record in memory.
 */
export async function verifyModel(
  context: SyncContext,
  account: Account,
  token: Secret,
  row: ModelRow,
  signal: AbortSignal,
): Promise<ModelVerdict> {
  const governor = createGovernor(context.settings.plan, context.clock, context.sleep)
  const caller = { lane: 'sync', signal, turn: () => governor.turn(signal), throttled: governor.throttled } as const
  const stored = await readStored(context, account, row)
  const verdict: ModelVerdict = {
    accountId: account.id,
    organizationId: account.organizationId,
    model: row.model,
    atMerge: 0,
    stored: stored.size,
    missing: 0,
    extra: 0,
    stale: 0,
    fresh: 0,
    examples: [],
  }
  const wrong = (kind: 'missing' | 'extra' | 'stale', id: string) => {
    verdict[kind]++
    if (verdict.examples.length < 20) verdict.examples.push(id)
  }
  // By Merge's clock, which wrote the stamps: ours may be wrong by a year.
  const { date } = await context.gateway.syncStatus(row.category, token, caller)
  const judgedBefore = ((date ?? context.clock.now()) - OVERLAP_MS) * 1000
  const seen = new Set<string>()
  const cursors = createCursorCheck(row)
  for (let cursor: string | null = null; ; ) {
    const page = await context.gateway.listPage(row, token, { after: null, cursor, caller })
    const { records } = versionRecords(
      page.records,
      { generation: 0, page: 0, unstamped: UNSTAMPED },
      row,
      context.settings.omit[row.model] ?? [],
    )
    for (const record of records) {
      seen.add(record.id)
      const ours = stored.get(record.id)
      if (!record.deleted) verdict.atMerge++
      if (record.modifiedAt > judgedBefore) verdict.fresh++
      else if (record.deleted ? ours !== undefined : ours === undefined) wrong(record.deleted ? 'extra' : 'missing', record.id)
      else if (ours !== undefined && !isSame(context, ours, record)) wrong('stale', record.id)
    }
    cursors.check(cursor, page.next)
    if (page.next === null) break
    cursor = page.next
  }
  for (const id of stored.keys()) if (!seen.has(id)) wrong('extra', id)
  return verdict
}

async function readStored(context: SyncContext, account: Account, row: ModelRow): Promise<Map<string, string>> {
  const stored = new Map<string, string>()
  for (let after: number | null = 0; after !== null; ) {
    const page = await context.storage.changes({ accountId: account.id, model: row.model, after, limit: 1000 })
    for (const change of page.changes) {
      if (change.op === 'upsert') stored.set(change.id, digest(context, change))
      else stored.delete(change.id)
    }
    after = page.next
  }
  return stored
}

/** With versions alone, a record that has no stamp cannot be judged. */
function isSame(context: SyncContext, ours: string, record: { modifiedAt: number; data: string }): boolean {
  return (context.settings.store === 'versions' && record.modifiedAt === UNSTAMPED) || ours === digest(context, record)
}

function digest(context: SyncContext, record: { modifiedAt: number; data: string }): string {
  if (context.settings.store === 'versions') return String(record.modifiedAt)
  return createHash('sha256').update(record.data).digest('base64url').slice(0, 16)
}
