import type { Client } from './pg.ts'

/**
 * The tables that one would make by hand, for the peers. `json` and not `jsonb`, which is parsed at more cost: theirs is the cheaper one,
 * as ours is, and what comes out is what went in.
 */
export async function plainTables(client: Client) {
  await client.query(`
    CREATE TABLE records (
      account_id text NOT NULL, model text NOT NULL, id text NOT NULL, modified_at bigint NOT NULL, data json NOT NULL,
      PRIMARY KEY (account_id, model, id)
    );
    CREATE TABLE checkpoints (account_id text NOT NULL, model text NOT NULL, checkpoint text NOT NULL, PRIMARY KEY (account_id, model))`)
  return {
    async lines() {
      const { rows } = await client.query<{ line: string }>(`SELECT id || ' ' || modified_at || ' ' || data::text AS line FROM records`)
      return rows.map(({ line }) => line)
    },
  }
}
