import { ErrorCode } from '../errors.ts'
import type { ModelRow } from '../merge/model-table.ts'
import type { Account } from '../storage/port.ts'
import { readAccountCheckpoint } from './account-checkpoint.ts'
import { type Checkpoint, readCheckpoint } from './checkpoint.ts'
import { DEGRADED_AFTER } from './next-look.ts'

/** How good a stored copy is, in one word; see {@link READINESS}. `none`: nothing of this category is synced, so there is no copy; the account is simply connected. */
export type Readiness = (typeof READINESS)[number] | 'none'

/** From the worst on. A model's word is the first that is true of it, an account's the worst of its models'; those that are `off` do not count. */
export const READINESS = [
  /**
   * It is not being renewed, so what is stored is as old as `lastSyncedAt`: the customer must relink, the account is gone at the source, or
   * Merge says that it failed, is paused or switched off.
   */
  'stale',
  /** Nothing of it has been read yet, usually because Merge's own first sync is under way. */
  'waiting',
  /** It is being read for the first time, or was read before Merge's own first sync had ended: some records are there. */
  'initial',
  /** Read, but with something left out: records that could not be stored, or what could not be read at five looks in a row. */
  'degraded',
  /** Read to its end, but Merge itself got only a part of it from the source. */
  'partial',
  /** Everything that Merge has was read to its end, and is looked after. */
  'complete',
] as const

export interface SyncProgress {
  readiness: Readiness
  /** Every wanted model has been read to its end after Merge's own first sync. */
  ready: boolean
  /** Live records stored, all models together. */
  records: number
  /** ISO 8601: the oldest end of a walk over all models, so that everything stored is at least that fresh; `null` until all were walked. */
  lastSyncedAt: string | null
  /** ISO 8601, from Merge: its own copy has everything that the source had then, of every model; `null` until it says so of all. */
  dataFreshAsOf: string | null
  nextLookAt: string | null
  models: Record<string, ModelProgress>
}

export interface ModelProgress {
  readiness: Readiness
  state: 'off' | 'waiting' | 'initial' | 'idle' | 'incremental' | 'sweep'
  completeness: 'none' | 'partial' | 'complete'
  ready: boolean
  /** Live records stored. */
  records: number
  lastSyncedAt: string | null
  /** As of the account, of this model alone. */
  dataFreshAsOf: string | null
  /** An error code, for operators; `null` when the last attempt went well. */
  problem: string | null
}

/** How far an account has come, from what the store has committed. */
export function readProgress(account: Account, wanted: readonly ModelRow[]): SyncProgress {
  const rows = wanted.filter((row) => row.category === account.category)
  const look = readAccountCheckpoint(account)
  const facts = {
    broken: BROKEN.has(account.status) || look.company?.strange != null,
    failing: look.failures >= DEGRADED_AFTER,
    problem: WHOLE.has(look.problem ?? '') ? look.problem : null,
  }
  const models = Object.fromEntries(rows.map((row) => [row.model, modelProgress(account, row, facts)]))
  const counted = Object.values(models).filter((model) => model.state !== 'off')
  const walks = counted.map((model) => model.lastSyncedAt)
  const fresh = counted.map((model) => model.dataFreshAsOf)
  const nothing = rows.length === 0 && account.linkedAccountId !== null
  return {
    readiness: nothing && !facts.broken ? 'none' : readinessOfAccount(Object.values(models), facts),
    ready: nothing || isReady(account, wanted),
    records: Object.values(models).reduce((sum, model) => sum + model.records, 0),
    lastSyncedAt: walks.length === 0 || walks.includes(null) ? null : (walks.toSorted()[0] ?? null),
    dataFreshAsOf: fresh.length === 0 || fresh.includes(null) ? null : (fresh.toSorted()[0] ?? null),
    nextLookAt: iso(look.nextLookAt),
    models,
  }
}

/** Why Merge's own syncs of the wanted models stand still, where it says so. */
export function readReasons(account: Account, wanted: readonly ModelRow[]): string[] {
  const rows = wanted.filter((row) => row.category === account.category)
  return rows.flatMap((row) => readCheckpoint(account.models[row.model]?.checkpoint).reason ?? [])
}

/** What a model's word depends on. `degraded`: something is left out. `stale`: nobody renews it. */
export type ReadinessFacts = Pick<ModelProgress, 'state' | 'completeness' | 'ready'> & { degraded: boolean; stale: boolean }

/** One model's word. Pure and total; the order of the questions is that of {@link READINESS}. */
export function readinessOf({ state, completeness, ready, degraded, stale }: ReadinessFacts): Readiness {
  if (stale || state === 'off') return 'stale'
  if (state === 'waiting') return 'waiting'
  if (state === 'initial' || !ready) return 'initial'
  if (degraded) return 'degraded'
  return completeness === 'complete' ? 'complete' : 'partial'
}

/** `broken`: of the connection itself. `failing`: it could not be read at five looks in a row. `problem`: one that concerns all of its models. */
interface AccountFacts {
  broken: boolean
  failing: boolean
  problem: string | null
}

const WHOLE: ReadonlySet<string> = new Set([ErrorCode.OTHER_COMPANY, ErrorCode.SYNC_TOO_SLOW])

function readinessOfAccount(models: readonly ModelProgress[], { broken, failing }: Omit<AccountFacts, 'problem'>): Readiness {
  const words = models.filter((model) => model.state !== 'off').map((model) => model.readiness)
  if (broken) return 'stale'
  // All are switched off, or none was asked for.
  if (words.length === 0) return models.length > 0 ? 'stale' : 'waiting'
  return READINESS.find((word) => words.includes(word) || (failing && word === 'degraded')) ?? 'waiting'
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

const BROKEN: ReadonlySet<Account['status']> = new Set(['relink_needed', 'error'])
const NOT_RENEWED = ['FAILED', 'PAUSED', 'DISABLED']

function modelProgress(account: Account, row: ModelRow, { broken, failing, problem: ofAll }: AccountFacts): ModelProgress {
  const stored = account.models[row.model]
  const checkpoint = readCheckpoint(stored?.checkpoint)
  const { completeness, ready } = checkpoint
  const problem = ofAll ?? checkpoint.problem
  const state = stateOf(checkpoint)
  const degraded = checkpoint.quarantine.length > 0 || checkpoint.withoutId > 0 || (failing && problem !== null)
  const stale = broken || NOT_RENEWED.includes(checkpoint.status ?? '')
  return {
    readiness: readinessOf({ state, completeness, ready, degraded, stale }),
    state,
    completeness,
    ready,
    records: stored?.records ?? 0,
    lastSyncedAt: iso(checkpoint.walkedAt),
    dataFreshAsOf: checkpoint.freshAsOf,
    problem,
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
