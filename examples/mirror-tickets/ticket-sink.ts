import type { DatabaseSync } from 'node:sqlite'
import type { Sink, SinkBatch, SinkChange } from '@connect-integration/server'
import type { ticketing } from '@connect-integration/server/models'
import { transaction } from './database.ts'

/**
 * Writes each page into the app's own tables, in one transaction. A page can come twice, and that changes nothing. When this throws, the
 * SDK tries it again, and goes on with the next page only after it has worked.
 */
export function ticketSink(database: DatabaseSync): Sink {
  return {
    async write(batch) {
      transaction(database, () => {
        if (isForgotten(database, batch.accountId)) return
        const write = WRITERS[batch.model]
        // Said aloud: what is silently left out here would count as written.
        if (write === undefined) throw new Error(`There is no table for ${batch.model}: add one, or take it out of "sync.models".`)
        for (const change of batch.changes) write(database, batch, change)
      })
    },
  }
}

type Writer = (database: DatabaseSync, batch: SinkBatch, change: SinkChange) => void

const WRITERS: Record<string, Writer> = {
  'ticketing.Ticket': (database, batch, change) => {
    const ticket = contentOf<ticketing.Ticket>(change)
    upsert(database, 'tickets', batch, change, { subject: ticket?.name, status: ticket?.status, priority: ticket?.priority })
  },
  'ticketing.Comment': (database, batch, change) => {
    const comment = contentOf<ticketing.Comment>(change)
    const isPrivate = comment?.is_private == null ? null : Number(comment.is_private)
    upsert(database, 'comments', batch, change, { ticket_id: comment?.ticket, body: comment?.body, is_private: isPrivate })
  },
}

/** Of a deletion nothing is kept, whether its last content came with it or, from a sweep, only its id. */
function contentOf<Data>(change: SinkChange): Data | null {
  return change.op === 'delete' ? null : (change.data as Data)
}

/**
 * Inserts the row, or overwrites one that is not newer. Not newer, rather than older: a deletion that a sweep found, and a change of
 * assignees or tags in some systems, come without a new time. The names of tables and columns are this file's own.
 */
function upsert(
  database: DatabaseSync,
  table: 'tickets' | 'comments',
  batch: SinkBatch,
  change: SinkChange,
  content: Record<string, string | number | null | undefined>,
): void {
  const names = Object.keys(content)
  database
    .prepare(
      `insert into ${table} (connection_id, id, organization_id, modified_at, deleted, ${names.join(', ')})
       values (?, ?, ?, ?, ?, ${names.map(() => '?').join(', ')})
       on conflict do update set
         modified_at = excluded.modified_at, deleted = excluded.deleted, ${names.map((name) => `${name} = excluded.${name}`).join(', ')}
       where excluded.modified_at >= ${table}.modified_at`,
    )
    .run(
      batch.accountId,
      change.id,
      batch.organizationId,
      change.modifiedAt,
      Number(change.op === 'delete'),
      ...Object.values(content).map((value) => value ?? null),
    )
}

function isForgotten(database: DatabaseSync, connectionId: string): boolean {
  return database.prepare('select 1 from forgotten where connection_id = ?').get(connectionId) !== undefined
}
