import type { DatabaseSync } from 'node:sqlite'
import type { AccountHandle, Integrations } from '@connect-integration/server'
import { applyEmployee, type Connection } from './apply-employee.ts'
import { transaction } from './database.ts'
import { readEmployee } from './employee.ts'

/**
 * Applies what changed since the last time; returns how many changes that were. Call it whenever you like: twice, at once,
 * from several processes, after a crash. The place in the change feed is written in the same transaction as the users,
 * so nothing is applied and forgotten, or remembered and not applied.
 */
export async function followEmployees(database: DatabaseSync, account: AccountHandle): Promise<number> {
  const connection = { connectionId: account.info.id, organizationId: account.info.organizationId }
  for (let applied = 0; ; ) {
    const after = placeOf(database, connection)
    const { changes, next } = await account.changesPage('hris.Employee', { after, limit: 200 })
    const last = changes.at(-1)
    if (last === undefined) return applied
    transaction(database, () => {
      // Another process has been here meanwhile: what was read is out of date.
      if (placeOf(database, connection) !== after) return
      for (const change of changes) applyEmployee(database, connection, readEmployee(change))
      movePlace(database, connection, last.seq)
      applied += changes.length
    })
    if (next === null) return applied
  }
}

/**
 * Follows every HR connection of one organization, and lets go of those that were deleted: their people stay as they are, and
 * are yours to manage from now on.
 */
export async function followOrganization(database: DatabaseSync, integrations: Integrations, organizationId: string): Promise<void> {
  // Before the list: a connection that appears in between must not look like one that is gone.
  const followed = database.prepare('select connection_id from places where organization_id = ?').all(organizationId)
  const owner = integrations.forOrganization(organizationId)
  const connected = await owner.list({ category: 'hris' })
  for (const { id } of connected) {
    const account = await owner.account(id)
    if (account !== null) await followEmployees(database, account)
  }
  for (const { connection_id } of followed) if (!connected.some(({ id }) => id === connection_id)) letGo(database, String(connection_id))
}

/** Follows on after every look of this process, so that a user loses access as soon as it is known. Returns the function that stops it. */
export function keepInStep(database: DatabaseSync, integrations: Integrations, onError: (error: unknown) => void): () => void {
  const follow = ({ organizationId }: { organizationId: string }) => {
    followOrganization(database, integrations, organizationId).catch(onError)
  }
  const stops = [integrations.on('sync.looked', follow), integrations.on('account.deleted', follow)]
  return () => {
    for (const stop of stops) stop()
  }
}

function letGo(database: DatabaseSync, connectionId: string): void {
  transaction(database, () => {
    database.prepare('delete from employees where connection_id = ?').run(connectionId)
    database.prepare('delete from places where connection_id = ?').run(connectionId)
  })
}

function placeOf(database: DatabaseSync, { connectionId }: Connection): number {
  return Number(database.prepare('select seq from places where connection_id = ?').get(connectionId)?.seq ?? 0)
}

function movePlace(database: DatabaseSync, { connectionId, organizationId }: Connection, seq: number): void {
  database
    .prepare('insert into places (connection_id, organization_id, seq) values (?, ?, ?) on conflict do update set seq = excluded.seq')
    .run(connectionId, organizationId, seq)
}
