import type { EventEmitter } from 'node:events'
import { createRequire } from 'node:module'
import type { Writable } from 'node:stream'

/** As much of `pg` as is used here; it has no types of its own. */
export interface Client {
  query<Row = Record<string, unknown>>(
    query: string | { name: string; text: string; values: unknown[] },
    values?: unknown[],
  ): Promise<{ rows: Row[] }>
  query(stream: Writable): Writable
  end(): Promise<void>
  /** The wire: says `readyForQuery` each time that the server has answered and waits. */
  readonly connection: EventEmitter
}

const require = createRequire(import.meta.url)
const { Client: PgClient } = require('pg') as { Client: new (options: object) => Client & { connect(): Promise<void> } }

/** What `COPY … FROM STDIN` reads. */
export const { from: copyFrom } = require('pg-copy-streams') as { from(statement: string): Writable }

export async function connectTo(url: string): Promise<Client> {
  const client = new PgClient({ connectionString: url, connectionTimeoutMillis: 5_000 })
  await client.connect()
  return client
}
