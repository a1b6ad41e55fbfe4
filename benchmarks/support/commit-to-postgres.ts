import type { VersionedRecord } from '@connect-integration/server/storage'
import { versionedPages } from './commit-pages.ts'
import { PAGE_SIZE } from './employee-pages.ts'
import { type Cost, measure, type Result, report, resultOf } from './measure.ts'
import { type Client, connectTo } from './pg.ts'

/** Where pages are committed to, and how what came of it is read. */
export interface PostgresCommitter {
  /** One page, durable before it resolves, and the checkpoint with it. */
  commit(page: readonly VersionedRecord[], checkpoint: string): Promise<unknown>
  /** One line per row: id, stamp and data. */
  lines(): Promise<string[]>
  /** Before pages whose ids are there already, for who can only insert. Not counted. */
  empty?(): Promise<unknown>
}

export interface Spent extends Cost {
  /** What the whole server has written to its log meanwhile. */
  walBytes: number
  roundTripsPerPage: number
  /** `null` where the server cannot tell at once: before version 15. */
  commitsPerPage: number | null
}

export interface PostgresCommits {
  inserted: Spent
  /** Every record with a newer stamp. `null` where only the first turn was asked for. */
  changed: Spent | null
  /** The changed pages once more. */
  unchanged: Spent | null
  result: Result
}

/** Commits so many records page by page, all of them again with a newer stamp, and those once more (`turns`: 3, or 1 for the first alone); reports the cost of each. */
export async function commitToPostgres(
  [url = '', records = 0, turns = 3]: readonly (string | number)[],
  prepare: (client: Client) => Promise<PostgresCommitter>,
): Promise<void> {
  const client = await connectTo(`${url}`)
  await client.query('DROP SCHEMA IF EXISTS public CASCADE')
  await client.query('CREATE SCHEMA public')
  const to = await prepare(client)
  // Whoever comes first after a checkpoint pays for whole pages in the log: so that everybody does. Not everybody may.
  await client.query('CHECKPOINT').catch(() => undefined)
  const probe = await probeOf(client)
  const pages = [versionedPages(Number(records), 0), versionedPages(Number(records), 1)] as const

  const store = async (all: VersionedRecord[][], turn: string): Promise<Spent> => {
    await to.empty?.()
    const before = await probe()
    const cost = await measure(async () => {
      for (const [index, page] of all.entries()) await to.commit(page, `${turn}, page ${index}`)
    })
    const after = await probe()
    const perPage = (spent: number) => (spent * PAGE_SIZE) / Number(records)
    return {
      ...cost,
      walBytes: after.walBytes - before.walBytes,
      roundTripsPerPage: perPage(after.roundTrips - before.roundTrips - after.ownRoundTrips),
      commitsPerPage: after.commits === null ? null : perPage(after.commits - before.commits! - after.ownCommits),
    }
  }

  const inserted = await store(pages[0], 'first')
  const changed = Number(turns) > 1 ? await store(pages[1], 'second') : null
  const unchanged = Number(turns) > 1 ? await store(pages[1], 'third') : null
  const result = resultOf(await to.lines())
  await client.end()
  report({ inserted, changed, unchanged, result } satisfies PostgresCommits)
}

/** Counts on the wire and in the server, and how much of that is the counting itself. */
async function probeOf(client: Client) {
  let roundTrips = 0
  client.connection.on('readyForQuery', () => roundTrips++)
  const { rows } = await client.query<{ version: number }>(`SELECT current_setting('server_version_num')::int AS version`)
  const canTell = rows[0]!.version >= 150_000
  const look = async () => {
    if (canTell) await client.query('SELECT pg_stat_force_next_flush()')
    const { rows } = await client.query<{ wal: string; commits: string }>(`
      SELECT pg_current_wal_insert_lsn() - '0/0' AS wal, xact_commit AS commits FROM pg_stat_database WHERE datname = current_database()`)
    return { walBytes: Number(rows[0]!.wal), roundTrips, commits: canTell ? Number(rows[0]!.commits) : null }
  }
  await look()
  const [one, two] = [await look(), await look()]
  const own = { ownRoundTrips: two.roundTrips - one.roundTrips, ownCommits: (two.commits ?? 0) - (one.commits ?? 0) }
  return async () => ({ ...(await look()), ...own })
}
