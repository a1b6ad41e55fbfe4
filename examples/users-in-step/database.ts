import { DatabaseSync } from 'node:sqlite'

/** The app's own database. `users` and `sessions` stand for tables that you have; the other two are what following an HR system adds. */
export function openDatabase(file: string): DatabaseSync {
  const database = new DatabaseSync(file)
  database.exec(`
    create table if not exists users (
      id integer primary key,
      organization_id text not null,
      email text not null,
      name text not null,
      access integer not null,
      unique (organization_id, email)
    ) strict;

    create table if not exists sessions (token text primary key, user_id integer not null references users) strict;

    -- Which user an employee is. Several employees can be one user: a second job, a second record, a rehire.
    create table if not exists employees (
      connection_id text not null,
      employee_id text not null,
      user_id integer references users,
      employed integer not null,
      primary key (connection_id, employee_id)
    ) strict;
    create index if not exists employees_of_user on employees (user_id);

    -- How far each connection has been followed. Written together with what was applied, and so never ahead of it.
    create table if not exists places (connection_id text primary key, organization_id text not null, seq integer not null) strict;
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
