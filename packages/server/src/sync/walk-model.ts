import { ErrorCode, IntegrationError } from '../errors.ts'
import { isResting } from '../merge/circuit-breaker.ts'
import type { ModelStatus } from '../merge/gateway.ts'
import type { ModelRow } from '../merge/model-table.ts'
import { advance } from './advance.ts'
import { readCheckpoint } from './checkpoint.ts'
import type { SyncContext } from './context.ts'
import { keepCheckpoint } from './keep-checkpoint.ts'
import type { Look, WalkResult } from './look.ts'
import { type Plan, plan } from './plan.ts'
import { shapeOf } from './shape.ts'
import { tellDeletions } from './store-page.ts'
import { walkPages } from './walk-pages.ts'

/**
 * Reads what is new of one model, page by page, each stored with its checkpoint in one atomic commit. Whatever stops it
 * (a crash, an abort, the end of the slice), the next look goes on from the last page stored. A failure is kept in
 * the checkpoint as its code and does not stop the account's other models.
 */
export async function walkModel(context: SyncContext, look: Look, row: ModelRow, status: ModelStatus | null): Promise<WalkResult> {
  const stored = look.claim.account.models[row.model]
  const before = readCheckpoint(stored?.checkpoint)
  try {
    // What a crash kept from the sink comes before anything else.
    const sunk = before.unsunk === null ? before : await tellDeletions(context, look, row, before)
    if (sunk !== before && (await keepCheckpoint(context, look, row, sunk)) === 'fenced') return { outcome: 'fenced' }
    const now = look.now()
    const decided = plan(sunk, status, {
      now,
      ours: context.clock.now(),
      date: look.date,
      others: look.others,
      fingerprint: look.fingerprint(row),
      generation: look.generation(row),
      live: stored?.records ?? 0,
      companies: look.companies,
      asked: look.asked,
      modifiedAfter: row.modifiedAfter,
      earlyRead: context.settings.earlyRead,
      sweepEveryMs: context.settings.sweepEveryMs,
      idleMs: context.settings.idleMs,
    })
    const state = advance(sunk, { kind: 'planned', plan: decided, status, shape: shapeOf(context, row.model), now })
    if (decided.do === 'walk') return await walkPages(context, look, row, state)
    const same = JSON.stringify(state) === JSON.stringify(sunk)
    return !same && (await keepCheckpoint(context, look, row, state)) === 'fenced'
      ? { outcome: 'fenced' }
      : { outcome: OUTCOMES[decided.do] }
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

async function recordFailure(context: SyncContext, look: Look, row: ModelRow, error: IntegrationError): Promise<WalkResult> {
  const { account } = look.claim
  // Read anew: pages of this walk may have been stored before it failed.
  const stored = await context.storage.get({ id: account.id, organizationId: account.organizationId })
  const failed = { kind: 'failed', code: error.code, now: look.now() } as const
  const state = advance(readCheckpoint(stored?.models[row.model]?.checkpoint), failed)
  if ((await keepCheckpoint(context, look, row, state)) === 'fenced') return { outcome: 'fenced' }
  context.events('sync.problem', {
    accountId: account.id,
    organizationId: account.organizationId,
    model: row.model,
    code: error.code,
    message: error.message,
  })
  return { outcome: 'failed', error }
}
