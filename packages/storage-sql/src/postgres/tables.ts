import type { Names } from './names.ts'

/** Step 1 of the schema: the tables. Ids are compared and ordered by their bytes, whatever the database's own collation is. */
export function tables(names: Names): readonly string[] {
  return [
    // Room on each page for the row's next version: an update then touches no index, unless what it changes has one.
    `CREATE TABLE ${names.accounts} (
      account_key bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
      id text COLLATE "C" PRIMARY KEY,
      organization_id text COLLATE "C" NOT NULL,
      user_id text COLLATE "C",
      category text COLLATE "C" NOT NULL,
      origin_id text COLLATE "C" NOT NULL UNIQUE,
      slot text COLLATE "C" UNIQUE,
      linked_account_id text COLLATE "C",
      status text COLLATE "C" NOT NULL,
      revision bigint NOT NULL,
      created_at bigint NOT NULL,
      updated_at bigint NOT NULL,
      due bigint,
      dirty bigint NOT NULL,
      fence bigint NOT NULL,
      lease bigint,
      lease_owner text,
      recorded_at bigint,
      token text,
      details text
    ) WITH (fillfactor = 70)`,
    `CREATE INDEX ${names.index('accounts_organization')} ON ${names.accounts} (organization_id, id)`,
    `CREATE INDEX ${names.index('accounts_linked')} ON ${names.accounts} (linked_account_id) WHERE linked_account_id IS NOT NULL`,
    `CREATE INDEX ${names.index('accounts_due')} ON ${names.accounts} (due) WHERE due IS NOT NULL`,
    // Empty beyond the clock's now, unless the clock was set back.
    `CREATE INDEX ${names.index('accounts_recorded')} ON ${names.accounts} (recorded_at) WHERE recorded_at IS NOT NULL`,
    // A short number stands for (account, model) in the millions of rows below.
    `CREATE TABLE ${names.models} (
      model_key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      account_key bigint NOT NULL,
      model text COLLATE "C" NOT NULL,
      checkpoint text,
      seq bigint NOT NULL,
      records bigint NOT NULL,
      UNIQUE (account_key, model)
    ) WITH (fillfactor = 50)`,
    // json and not jsonb: it keeps the text as it came, key order and all, so that one copy serves both the contract and queries.
    // data_text is null but for the rare record that jsonb refuses: it has the text then, and data the closest value that can be queried.
    `CREATE TABLE ${names.records} (
      model_key bigint NOT NULL,
      seq bigint NOT NULL,
      generation bigint NOT NULL,
      modified_at bigint NOT NULL,
      fence bigint NOT NULL,
      page bigint NOT NULL,
      deleted boolean NOT NULL,
      id text COLLATE "C" NOT NULL,
      hash text COLLATE "C" NOT NULL,
      data json NOT NULL,
      data_text text,
      PRIMARY KEY (model_key, id),
      UNIQUE (model_key, seq)
    )`,
    // What a sweep saw and what it missed is kept apart, so that an unchanged record is not written.
    `CREATE TABLE ${names.seen} (
      model_key bigint NOT NULL,
      sweep bigint NOT NULL,
      id text COLLATE "C" NOT NULL,
      PRIMARY KEY (model_key, sweep, id)
    )`,
    `CREATE TABLE ${names.missing} (
      model_key bigint NOT NULL,
      id text COLLATE "C" NOT NULL,
      sweep bigint NOT NULL,
      PRIMARY KEY (model_key, id)
    )`,
  ]
}
