import type { Category } from '../world/category.ts'
import type { Source } from './source.ts'
import { createSyncRuns, type RunFinished, type SyncRuns, type SyncTiming } from './sync-runs.ts'

/** One record in Merge's own database. Times are epoch microseconds. */
export interface Copy {
  model: string
  id: string
  remoteId: string
  fields: Record<string, unknown>
  createdAt: number
  modifiedAt: number
  deleted: boolean
}

/** What Merge did to a copy. */
export type RecordChange = 'added' | 'changed' | 'removed'

/** Merge's copy of one source system, and the sync runs that keep it. Always call `catchUp` before reading. */
export interface Mirror extends Omit<SyncRuns, 'catchUp'> {
  /** Does everything that has become due by now: starts and ends runs, and lets written records be seen. */
  catchUp(now: number): void
  /** In the order in which Merge created them; deleted ones included. */
  copies(model: string): Copy[]
  get(model: string, id: string): Copy | null
  /** Copies one record now and outside any run, as when the source system calls Merge's webhook listener. */
  copyNow(model: string, id: string, now: number): void
}

export interface MirrorSettings extends SyncTiming {
  /** False: a row that turns deleted keeps its old `modified_at`, so that `modified_after` misses it. */
  stampDeletions: boolean
}

export function createMirror(input: {
  category: Category
  source: Source
  settings: MirrorSettings
  linkedAt: number
  /** Merge has written this, in a run after the first or outside any. */
  written: (copy: Copy, change: RecordChange) => void
  finished: RunFinished
}): Mirror {
  const { category, source, settings } = input
  const tables = new Map(category.models.map((model) => [model.id, new Map<string, Copy>()]))
  let lastOutOfBand = 0

  const runs = createSyncRuns({
    models: category.models,
    source,
    timing: settings,
    firstRunAt: input.linkedAt,
    write,
    finished: input.finished,
  })

  return {
    ...runs,
    copies: (model) => [...(tables.get(model)?.values() ?? [])],
    get: (model, id) => tables.get(model)?.get(id) ?? null,
    copyNow(model, id, now) {
      lastOutOfBand = Math.max(now * 1000, lastOutOfBand + 1)
      write(model, id, lastOutOfBand, false)
    },
  }

  /** Takes over what the source says at this moment. A record that came and went between two runs leaves no row. */
  function write(model: string, id: string, stamp: number, initial: boolean): void {
    const table = tables.get(model)!
    const known = table.get(id)
    const record = source.get(model, id)
    const put = (copy: Copy, change: RecordChange) => {
      table.set(id, copy)
      if (!initial) input.written(copy, change)
    }
    if (record) {
      const { remoteId, fields } = record
      const copy = { model, id, remoteId, fields, createdAt: known?.createdAt ?? stamp, modifiedAt: stamp, deleted: false }
      put(copy, known ? 'changed' : 'added')
    } else if (known && !known.deleted) {
      put({ ...known, deleted: true, modifiedAt: settings.stampDeletions ? stamp : known.modifiedAt }, 'removed')
    }
  }
}
