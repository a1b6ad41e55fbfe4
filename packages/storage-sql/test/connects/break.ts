import type pg from 'pg'

/**
 * As if it took a moment from looking for a slot to taking it, and from deciding about a row to writing it: others come in between. Harmless as long
 * as slots are unique and revisions are compared.
 */
export async function slowDown(pool: pg.Pool, schema: string): Promise<void> {
  const accounts = `"${schema}"."connect_integration_accounts"`
  for (const first of [`INSERT INTO ${accounts}`, `PERFORM FROM ${accounts} a WHERE a.id = given_id AND a.revision = given_revision`])
    await rewriteFunction(pool, schema, first, `PERFORM pg_sleep(0.05); ${first}`)
}

/** Two rows may have the same slot from now on. */
export async function dropUniqueSlot(pool: pg.Pool, schema: string): Promise<void> {
  await slowDown(pool, schema)
  await pool.query(`ALTER TABLE ${schema}.connect_integration_accounts DROP CONSTRAINT connect_integration_accounts_slot_key`)
}

/** A row is written whatever has become of it since it was read. */
export async function dropCompareAndSet(pool: pg.Pool, schema: string): Promise<void> {
  await slowDown(pool, schema)
  await rewriteFunction(pool, schema, ' AND a.revision = given_revision', '')
}

/** Throws when not exactly one function has that text. */
async function rewriteFunction(pool: pg.Pool, schema: string, text: string, other: string): Promise<void> {
  const { rows } = await pool.query<{ definition: string }>(
    'SELECT pg_get_functiondef(p.oid) AS definition FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = $1',
    [schema],
  )
  const [found, ...others] = rows.filter(({ definition }) => definition.includes(text))
  if (found === undefined || others.length > 0) throw new Error(`Of ${rows.length} functions not exactly one has the text "${text}".`)
  await pool.query(found.definition.replace(text, other))
}
