import { ErrorCode, IntegrationError } from '../errors.ts'
import { isResting } from '../merge/circuit-breaker.ts'
import type { ModelStatus } from '../merge/gateway.ts'
import type { ModelRow } from '../merge/model-table.ts'
import { advance } from './advance.ts'
import { type Checkpoint, readCheckpoint } from './checkpoint.ts'
import type { SyncContext } from './context.ts'
import type { Look, WalkResult } from './look.ts'
import { type Plan, plan } from './plan.ts'
import { drainSink, walkPages } from './walk-pages.ts'

/**
 * Reads what is new of one model, page by page, each stored with its checkpoint in one atomic commit. Whatever stops it
 * (a crash, an abort, the end of the slice), the next look goes on from the last page stored. A failure is kept in
 * the checkpoint as its code and does not stop the account's other models.
 */
export async function walkModel(context: SyncContext, look: Look, row: ModelRow, status: ModelStatus | null): Promise<WalkResult> {
  const stored = look.claim.account.models[row.model]
  const before = readCheckpoint(stored?.checkpoint)
  try {
    if ((await drainSink(context, look, row, before)) === 'fenced') return { outcome: 'fenced' }
    const sunk = advance(before, { kind: 'sunk' })
    const decided = plan(sunk, status, {
      now: context.clock.now(),
      date: look.date,
      fingerprint: look.fingerprint(row),
      generation: look.generation(row),
      live: stored?.records ?? 0,
      seq: stored?.seq ?? 0,
      asked: look.asked,
      modifiedAfter: row.modifiedAfter,
      earlyRead: context.settings.earlyRead,
      sweepEveryMs: context.settings.sweepEveryMs,
      idleMs: context.settings.idleMs,
    })
    const state = advance(sunk, { kind: 'planned', plan: decided, status })
    if (decided.do === 'walk') return await walkPages(context, look, row, state)
    const same = JSON.stringify(state) === JSON.stringify(sunk)
    return !same && (await keep(context, look, row, state)) === 'fenced' ? { outcome: 'fenced' } : { outcome: OUTCOMES[decided.do] }
  } catch (error) {
    if (!IntegrationError.isInstance(error) || error.code === ErrorCode.ABORTED || error.code.startsWith('STORE_')) throw error
    if (isResting(error)) return { outcome: 'postponed', retryAfterMs: error.retryAfterMs ?? 0 }
    return recordFailure(context, look, row, error)
  }
}

const OUTCOMES = { wait: 'waiting', rest: 'rested', off: 'off' } as const satisfies Record<
  Exclude<Plan['do'], 'walk'>,
  WalkResult['outcome']
>

/** Writes a checkpoint that goes with no record. */
function keep(context: SyncContext, look: Look, row: ModelRow, state: Checkpoint) {
  const { id: accountId } = look.claim.account
  return context.storage.commit({ accountId, fence: look.claim.fence, model: row.model, records: [], checkpoint: JSON.stringify(state) })
}

async function recordFailure(context: SyncContext, look: Look, row: ModelRow, error: IntegrationError): Promise<WalkResult> {
  const { account } = look.claim
  // Read anew: pages of this walk may have been stored before it failed.
  const stored = await context.storage.get({ id: account.id, organizationId: account.organizationId })
  const failed = { kind: 'failed', code: error.code, now: context.clock.now() } as const
  const state = advance(readCheckpoint(stored?.models[row.model]?.checkpoint), failed)
  if ((await keep(context, look, row, state)) === 'fenced') return { outcome: 'fenced' }
  context.events('sync.problem', {
    accountId: account.id,
    organizationId: account.organizationId,
    model: row.model,
    code: error.code,
    message: error.message,
  })
  return { outcome: 'failed', error }
}
