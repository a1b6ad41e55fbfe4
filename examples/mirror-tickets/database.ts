import { DatabaseSync } from 'node:sqlite'

/** The app's own tables, in the app's own shape. What was deleted stays as an empty row, so that an older version cannot bring it back. */
export function openDatabase(file: string): DatabaseSync {
  const database = new DatabaseSync(file)
  database.exec(`
    create table if not exists tickets (
      connection_id text not null,
      id text not null,
      organization_id text not null,
      modified_at text not null,
      deleted integer not null,
      subject text,
      status text,
      priority text,
      primary key (connection_id, id)
    ) strict;

    -- No foreign key: a comment can arrive before its ticket.
    create table if not exists comments (
      connection_id text not null,
      id text not null,
      organization_id text not null,
      modified_at text not null,
      deleted integer not null,
      ticket_id text,
      body text,
      is_private integer,
      primary key (connection_id, id)
    ) strict;
    create index if not exists comments_of_ticket on comments (connection_id, ticket_id);

    -- Connections that were deleted: nothing of theirs is written any more, however late it comes.
    create table if not exists forgotten (connection_id text primary key) strict;
  `)
  return database
}

/** All of it or nothing. Nothing else runs in between: `node:sqlite` is synchronous, and so is `work`. */
export function transaction(database: DatabaseSync, work: () => void): void {
  database.exec('begin immediate')
  try {
    work()
    database.exec('commit')
  } catch (error) {
    database.exec('rollback')
    throw error
  }
}
