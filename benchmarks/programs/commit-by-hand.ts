import { DatabaseSync } from 'node:sqlite'
import { ACCOUNT_ID, commitPages, MODEL } from '../support/commit-pages.ts'

// The same pages into a new SQLite file by what one would write by hand: a prepared upsert in a loop, and the
// checkpoint, in one transaction that is as durable. No fence, no change feed, no guard. Arguments: how many records, the file.
const [records, file = ''] = process.argv.slice(2)
const database = new DatabaseSync(file)
database.exec(`
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  CREATE TABLE records (
    account_id TEXT NOT NULL, model TEXT NOT NULL, id TEXT NOT NULL, modified_at INTEGER NOT NULL, data TEXT NOT NULL,
    PRIMARY KEY (account_id, model, id)
  );
  CREATE TABLE checkpoints (account_id TEXT NOT NULL, model TEXT NOT NULL, checkpoint TEXT NOT NULL, PRIMARY KEY (account_id, model));
`)
const begin = database.prepare('BEGIN IMMEDIATE')
const upsert = database.prepare(`INSERT INTO records VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (account_id, model, id) DO UPDATE SET modified_at = excluded.modified_at, data = excluded.data`)
const mark = database.prepare(`INSERT INTO checkpoints VALUES (?, ?, ?)
  ON CONFLICT (account_id, model) DO UPDATE SET checkpoint = excluded.checkpoint`)
const end = database.prepare('COMMIT')

await commitPages(Number(records), {
  commit(page, checkpoint) {
    begin.run()
    for (const { id, modifiedAt, data } of page) upsert.run(ACCOUNT_ID, MODEL, id, modifiedAt, data)
    mark.run(ACCOUNT_ID, MODEL, checkpoint)
    end.run()
  },
  async lines() {
    const rows = database.prepare('SELECT id, modified_at, data FROM records').all()
    return rows.map(({ id, modified_at, data }) => `${id} ${modified_at} ${data}`)
  },
  close: () => database.close(),
})
