import type { Core } from './core.ts'
import { ErrorCode, IntegrationError } from './errors.ts'
import type { ModelName, ModelRow } from './merge/model-table.ts'
import type { RecordOf } from './models/index.ts'

export interface RecordChange<Data> {
  /** Keep the highest one you have handled and pass it as `after`. */
  seq: number
  id: string
  op: 'upsert' | 'delete'
  /** Merge's `modified_at` as ISO 8601, cut to milliseconds; the record itself has all its digits. */
  modifiedAt: string
  /** As on the wire: snake_case, `null` kept. Of a deletion: the record as last seen. With `store: 'versions'` always `null`. */
  data: Data
}

export interface ReadChanges {
  <Name extends ModelName>(model: Name, options?: { after?: number }): AsyncGenerator<RecordChange<RecordOf<Name>>>
  <Data>(model: string, options?: { after?: number }): AsyncGenerator<RecordChange<Data>>
}

export interface ReadChangesPage {
  <Name extends ModelName>(model: Name, options?: { after?: number; limit?: number }): Promise<ChangesPage<RecordOf<Name>>>
  <Data>(model: string, options?: { after?: number; limit?: number }): Promise<ChangesPage<Data>>
}

export interface ChangesPage<Data> {
  changes: RecordChange<Data>[]
  next: number | null
}

const PAGE = 500

/** Reads the change feed of one account. A bad argument throws `INPUT_INVALID`. */
export function createChangeReader(core: Core, accountId: string): { changes: ReadChanges; changesPage: ReadChangesPage } {
  async function changesPage<Data>(
    model: string,
    { after = 0, limit = PAGE }: { after?: number; limit?: number } = {},
  ): Promise<ChangesPage<Data>> {
    if (!Number.isSafeInteger(after) || after < 0) throw invalid('"after" must be 0 or the "seq" of a change.')
    if (!Number.isSafeInteger(limit) || limit < 1 || limit > 10_000) throw invalid('"limit" must be a whole number from 1 to 10000.')
    checkModel(core, model)
    const page = await core.storage.changes({ accountId, model, after, limit })
    return {
      next: page.next,
      changes: page.changes.map(({ seq, id, op, modifiedAt, data }) => ({
        seq,
        id,
        op,
        modifiedAt: new Date(modifiedAt / 1000).toISOString(),
        data: JSON.parse(data) as Data,
      })),
    }
  }

  async function* changes<Data>(model: string, options: { after?: number } = {}): AsyncGenerator<RecordChange<Data>> {
    for (let after = options.after ?? 0; ; ) {
      const page = await changesPage<Data>(model, { after })
      yield* page.changes
      if (page.next === null) return
      after = page.next
    }
  }

  return { changes: changes as ReadChanges, changesPage: changesPage as ReadChangesPage }
}

/** Throws `INPUT_INVALID` for a model that is not read. */
export function checkModel(core: Core, model: string): ModelRow {
  const row = core.sync.settings.models.find((wanted) => wanted.model === model)
  if (row === undefined) throw invalid(`${JSON.stringify(model)} is not among "sync.models", so nothing is kept of it.`, model)
  return row
}

function invalid(message: string, model?: string): IntegrationError {
  return new IntegrationError(ErrorCode.INPUT_INVALID, message, model === undefined ? {} : { model })
}
