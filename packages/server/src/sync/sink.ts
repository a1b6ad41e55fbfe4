import { describeError, ErrorCode, IntegrationError } from '../errors.ts'
import type { VersionedRecord } from '../storage/port.ts'
import type { Logger, Sleep } from '../system.ts'

/**
 * Where records go beside, or instead of, the store. Each page is written before its commit, one after the other per model, and the
 * next page waits for it. At least once: after a crash, and where two walks overlap, a record comes again; what you have with a
 * newer `modifiedAt` is to be left as it is, what you have with the same one is to be written again. A write that throws is tried three more times; then the model stops
 * there and goes on with the same page at the next look.
 */
export interface Sink {
  write(batch: SinkBatch): Promise<void>
}

export interface SinkBatch {
  accountId: string
  organizationId: string
  userId: string | null
  model: string
  /** Raised by every rebuild: believe a record of a higher generation even where its `modifiedAt` is older than yours. */
  generation: number
  changes: SinkChange[]
}

export interface SinkChange {
  id: string
  op: 'upsert' | 'delete'
  /** ISO 8601 in milliseconds, of Merge's `modified_at`; where the record has none, a moment up to which it is known to be current. */
  modifiedAt: string
  /** As on the wire, without what `sync.omit` names. `null` of a deletion that a sweep found: then only the id is known. */
  data: Record<string, unknown> | null
}

const ATTEMPTS = 4

/** Throws `SYNC_SINK_FAILED` when the sink kept failing, and the signal's reason when aborted between two tries. An empty batch is not written. */
export async function writeToSink(
  sink: Sink,
  batch: SinkBatch,
  context: { sleep: Sleep; random: () => number; logger: Logger; signal?: AbortSignal | undefined },
): Promise<void> {
  if (batch.changes.length === 0) return
  for (let made = 1; ; made++) {
    try {
      return await sink.write(batch)
    } catch (error) {
      const { code, message } = describeError(error)
      const name = code === 'UNEXPECTED' ? message : code
      if (made >= ATTEMPTS) {
        throw new IntegrationError(
          ErrorCode.SYNC_SINK_FAILED,
          `"sync.sink" failed to write ${batch.changes.length} changes of ${batch.model} (${name}). They come again at the next look.`,
          { model: batch.model, accountId: batch.accountId },
        )
      }
      context.logger.warn('The sink failed and is tried again', {
        model: batch.model,
        accountId: batch.accountId,
        error: name,
        attempt: made,
      })
      await context.sleep(context.random() * 250 * 4 ** made, context.signal ? { signal: context.signal } : {})
    }
  }
}

export function sinkChange(record: Pick<VersionedRecord, 'id' | 'deleted' | 'modifiedAt' | 'data'>): SinkChange {
  return {
    id: record.id,
    op: record.deleted ? 'delete' : 'upsert',
    modifiedAt: new Date(record.modifiedAt / 1000).toISOString(),
    data: JSON.parse(record.data) as Record<string, unknown> | null,
  }
}
