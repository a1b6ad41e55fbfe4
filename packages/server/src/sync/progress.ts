import type { ModelRow } from '../merge/model-table.ts'
import type { Account } from '../storage/port.ts'
import { readAccountCheckpoint } from './account-checkpoint.ts'
import { type Checkpoint, readCheckpoint } from './checkpoint.ts'

export interface SyncProgress {
  /** Every wanted model has been read to its end after Merge's own first sync. */
  ready: boolean
  /** ISO 8601: the oldest end of a walk over all models, so that everything stored is at least that fresh; `null` until all were walked. */
  lastSyncedAt: string | null
  nextLookAt: string | null
  models: Record<string, ModelProgress>
}

export interface ModelProgress {
  state: 'off' | 'waiting' | 'initial' | 'idle' | 'incremental' | 'sweep'
  completeness: 'none' | 'partial' | 'complete'
  ready: boolean
  /** Live records stored. */
  records: number
  lastSyncedAt: string | null
  /** Some records could not be stored and are left out. */
  degraded: boolean
  /** Merge itself is not renewing its copy (failed, paused or switched off): what is stored is as old as that. */
  stale: boolean
  /** An error code, for operators; `null` when the last attempt went well. */
  problem: string | null
}

/** How far an account has come, from what the store has committed. */
export function readProgress(account: Account, wanted: readonly ModelRow[]): SyncProgress {
  const rows = wanted.filter((row) => row.category === account.category)
  const models = Object.fromEntries(rows.map((row) => [row.model, modelProgress(account, row)]))
  const counted = Object.values(models).filter((model) => model.state !== 'off')
  const walks = counted.map((model) => model.lastSyncedAt)
  return {
    ready: isReady(account, wanted),
    lastSyncedAt: walks.length === 0 || walks.includes(null) ? null : (walks.toSorted()[0] ?? null),
    nextLookAt: iso(readAccountCheckpoint(account).nextLookAt),
    models,
  }
}

/** A model that is switched off at Merge does not hold the others back. */
export function isReady(account: Account, wanted: readonly ModelRow[]): boolean {
  const rows = wanted.filter((row) => row.category === account.category)
  const checkpoints = rows.map((row) => readCheckpoint(account.models[row.model]?.checkpoint))
  return (
    rows.length > 0 &&
    checkpoints.every((checkpoint) => checkpoint.ready || checkpoint.status === 'DISABLED') &&
    checkpoints.some((checkpoint) => checkpoint.ready)
  )
}

function modelProgress(account: Account, row: ModelRow): ModelProgress {
  const stored = account.models[row.model]
  const checkpoint = readCheckpoint(stored?.checkpoint)
  return {
    state: stateOf(checkpoint),
    completeness: checkpoint.completeness,
    ready: checkpoint.ready,
    records: stored?.records ?? 0,
    lastSyncedAt: iso(checkpoint.walkedAt),
    degraded: checkpoint.quarantine.length > 0,
    stale: ['FAILED', 'PAUSED', 'DISABLED'].includes(checkpoint.status ?? ''),
    problem: checkpoint.problem,
  }
}

function stateOf(checkpoint: Checkpoint): ModelProgress['state'] {
  if (checkpoint.status === 'DISABLED') return 'off'
  if (checkpoint.walk !== null) return checkpoint.walk.kind
  return checkpoint.walkedAt === null ? 'waiting' : 'idle'
}

function iso(milliseconds: number | null): string | null {
  return milliseconds === null ? null : new Date(milliseconds).toISOString()
}
