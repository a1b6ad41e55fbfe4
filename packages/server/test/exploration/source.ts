import type { ModelStatus } from '../../src/merge/gateway.ts'
import { OVERLAP_MS } from '../../src/sync/plan.ts'

/**
 * Merge as the explored protocol sees it: one model with records in order of creation, a clock that moves only when something
 * happens, and changes that are stamped first and can be read later. A state; never changed in place.
 */
export interface Source {
  /** Epoch milliseconds. */
  readonly now: number
  /** Changes begun so far: the number of a change is the version of what it writes. */
  readonly begun: number
  /** What every reader sees. */
  readonly rows: readonly SourceRow[]
  /** Has its stamp, and is not visible to everybody yet. */
  readonly pending: (SourceRow & { readonly vanishes?: boolean }) | null
  readonly phase: 'quiet' | 'syncing' | 'stamped' | 'partly' | 'written'
  /** When the newest sync from the customer's system began, epoch milliseconds. */
  readonly syncedFrom: number
  /** A record that comes without its stamp, now or later; `null`: none any more. */
  readonly stampless: { readonly id: string; readonly now: boolean } | null
}

export interface SourceRow {
  readonly id: string
  /** Place in the order of creation. */
  readonly place: number
  readonly version: number
  /** `modified_at`, epoch milliseconds. */
  readonly stamp: number
  readonly deleted: boolean
}

/** A row as a list has it. */
export type ShownRow = Omit<SourceRow, 'stamp'> & { readonly stamp: number | null }

export type Change = `${'create' | 'change' | 'delete' | 'vanish'} ${string}`

export interface SourceOptions {
  /** For each change in turn what it may be: all of them are tried. */
  changes: readonly (readonly Change[])[]
  /** Records there from the beginning. Default a and b. */
  ids?: readonly string[]
  /** Changes come with syncs under way: stamped after their start, visible long after that stamp. */
  inSyncs?: boolean
  /** For a while a read may or may not see a change, whatever an earlier read saw. */
  replicas?: boolean
  /** A record that comes without its stamp for a while, once, from any moment to any other. */
  losesStamp?: string
  /** From one change to the next, milliseconds. Default 20 minutes: no overlap of two walks covers it. */
  stepMs?: number
  /** From the stamp of a change to the moment it can be read, milliseconds. Default nearly ten minutes, the most that the overlap allows for. */
  lateMs?: number
}

const BEGINNING = Date.UTC(2026, 0, 5)
const STEP_MS = 2 * OVERLAP_MS
const LATE_MS = OVERLAP_MS - 10_000

export function newSource({ ids = ['a', 'b'], losesStamp }: SourceOptions): Source {
  const rows = ids.map((id, place) => ({ id, place, version: 0, stamp: BEGINNING - STEP_MS, deleted: false }))
  const stampless = losesStamp === undefined ? null : { id: losesStamp, now: false }
  return { now: BEGINNING, begun: 0, rows, pending: null, phase: 'quiet', syncedFrom: BEGINNING - STEP_MS, stampless }
}

/** Everything that may happen next. */
export function sourceSteps(source: Source, options: SourceOptions): { name: string; source: Source }[] {
  return [...stampSteps(source), ...changeSteps(source, options)]
}

function stampSteps(source: Source): { name: string; source: Source }[] {
  const { stampless } = source
  if (stampless === null) return []
  if (stampless.now) return [{ name: `${stampless.id} has its stamp again`, source: { ...source, stampless: null } }]
  return [{ name: `${stampless.id} comes without its stamp`, source: { ...source, stampless: { ...stampless, now: true } } }]
}

function changeSteps(source: Source, options: SourceOptions): { name: string; source: Source }[] {
  const { stepMs = STEP_MS } = options
  const visible = { name: 'visible', source: { ...withPending(source), phase: options.inSyncs ? 'written' : 'quiet' } } as const
  switch (source.phase) {
    case 'quiet': {
      if (options.inSyncs && source.begun < options.changes.length)
        return [
          {
            name: 'sync begins',
            source: { ...source, phase: 'syncing', now: source.now + stepMs, syncedFrom: source.now + stepMs },
          },
        ]
      return begin(source, options)
    }
    case 'syncing':
      return begin(source, options)
    case 'stamped':
      return options.replicas ? [{ name: 'partly visible', source: { ...source, phase: 'partly' } }] : [visible]
    case 'partly':
      return [visible]
    case 'written':
      return [{ name: 'sync ends', source: { ...source, phase: 'quiet' } }]
  }
}

/** Nothing will change any more. */
export function isFinished(source: Source, options: SourceOptions): boolean {
  return source.phase === 'quiet' && source.begun === options.changes.length && source.stampless === null
}

/** What Merge may answer to one request for a page of one record: more than one answer while only some readers see a change. */
export function listPage(source: Source, query: { after: number | null; cursor: string | null }) {
  const views = source.phase === 'partly' ? [source.rows, withPending(source).rows] : [source.rows]
  return views.map((rows) => {
    const matching = rows.filter((row) => (query.after === null || row.stamp > query.after) && row.place > Number(query.cursor ?? -1))
    const [first, second] = matching
    const shown = first && source.stampless?.now && first.id === source.stampless.id ? { ...first, stamp: null } : first
    return { records: shown ? [shown] : [], next: first && second ? String(first.place) : null }
  })
}

/** The record as it comes over the wire. */
export function wireRecord(row: ShownRow): Record<string, unknown> {
  return { id: row.id, modified_at: row.stamp === null ? null : iso(row.stamp), remote_was_deleted: row.deleted, version: row.version }
}

export function syncStatus(source: Source): ModelStatus {
  return {
    model: 'hris.Employee',
    status: source.phase !== 'quiet' && source.syncedFrom > BEGINNING ? 'SYNCING' : 'DONE',
    isInitialSync: false,
    lastSyncResult: 'DONE',
    lastSyncStart: iso(source.syncedFrom),
    lastSyncFinished: iso(BEGINNING),
    nextSyncStart: null,
    dataFreshAsOf: null,
    reason: null,
  }
}

/** Only the worst is tried: whenever a worker sees a change on its way, that has been so for as long as it may be. */
function begin(source: Source, { changes, inSyncs, stepMs = STEP_MS, lateMs = inSyncs ? stepMs : LATE_MS }: SourceOptions) {
  return (changes[source.begun] ?? []).map((name) => {
    const [kind, id = ''] = name.split(' ')
    const stamp = source.now + stepMs
    const place = source.rows.find((row) => row.id === id)?.place ?? Math.max(-1, ...source.rows.map((row) => row.place)) + 1
    const version = source.begun + 1
    const pending = { id, place, version, stamp, deleted: kind === 'delete', ...(kind === 'vanish' ? { vanishes: true } : {}) }
    return { name, source: { ...source, now: stamp + lateMs, begun: version, pending, phase: 'stamped' } as const }
  })
}

function withPending(source: Source): Source {
  if (source.pending === null) return source
  const { vanishes, ...row } = source.pending
  const others = source.rows.filter(({ id }) => id !== row.id)
  const rows = vanishes ? others : [...others, row].toSorted((one, other) => one.place - other.place)
  return { ...source, rows, pending: null }
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}
