import type { DatabaseSync } from 'node:sqlite'
import type { Employee } from './employee.ts'

export interface Connection {
  connectionId: string
  organizationId: string
}

/**
 * Brings the users in step with one employee. Run it twice and nothing more happens. Whoever is employed in at least one
 * record has access; whoever is in none loses it, and every session with it.
 */
export function applyEmployee(database: DatabaseSync, { connectionId, organizationId }: Connection, employee: Employee): void {
  const before = userBefore(database, connectionId, employee.id)
  const user = userOf(database, organizationId, employee, before)
  database
    .prepare(
      `insert into employees (connection_id, employee_id, user_id, employed) values (?, ?, ?, ?)
       on conflict do update set user_id = excluded.user_id, employed = excluded.employed`,
    )
    .run(connectionId, employee.id, user, Number(employee.employed))
  if (user !== null && employee.employed) database.prepare('update users set name = ? where id = ?').run(employee.name, user)
  for (const each of new Set([before, user])) if (each !== null) settle(database, each)
}

/** The user that this employee is from now on; `null` when nobody can tell, or when there is no need for one. */
function userOf(database: DatabaseSync, organizationId: string, employee: Employee, before: number | null): number | null {
  // Without an e-mail nobody can sign in. It often goes when somebody leaves, so whoever had a user keeps it.
  if (employee.email === null) return before
  const holder = database.prepare('select id from users where organization_id = ? and email = ?').get(organizationId, employee.email)
  if (holder !== undefined) return Number(holder.id)
  // A new e-mail for the same person: the user keeps everything, and signs in with the new one.
  if (before !== null && isAlone(database, before)) {
    database.prepare('update users set email = ? where id = ?').run(employee.email, before)
    return before
  }
  // Nobody is made a user only to be kept out.
  if (!employee.employed) return before
  const made = database
    .prepare('insert into users (organization_id, email, name, access) values (?, ?, ?, 0)')
    .run(organizationId, employee.email, employee.name)
  return Number(made.lastInsertRowid)
}

function settle(database: DatabaseSync, user: number): void {
  const employed = database.prepare('select 1 from employees where user_id = ? and employed = 1').get(user) !== undefined
  database.prepare('update users set access = ? where id = ?').run(Number(employed), user)
  if (!employed) database.prepare('delete from sessions where user_id = ?').run(user)
}

function userBefore(database: DatabaseSync, connectionId: string, employeeId: string): number | null {
  const row = database.prepare('select user_id from employees where connection_id = ? and employee_id = ?').get(connectionId, employeeId)
  return row?.user_id == null ? null : Number(row.user_id)
}

/** One record and no other is this user. */
function isAlone(database: DatabaseSync, user: number): boolean {
  return database.prepare('select count(*) as records from employees where user_id = ?').get(user)?.records === 1
}
