import type { DatabaseSync } from 'node:sqlite'
import type { AccountHandle, Integrations } from '@connect-integration/server'
import { transaction } from './database.ts'

/** Deletes what came from a connection, for good: a page that was under way when it was deleted is not written either. */
export function forgetConnection(database: DatabaseSync, connectionId: string): void {
  transaction(database, () => {
    database.prepare('insert or ignore into forgotten (connection_id) values (?)').run(connectionId)
    for (const table of ['tickets', 'comments']) database.prepare(`delete from ${table} where connection_id = ?`).run(connectionId)
  })
}

/**
 * Forgets each connection that is deleted from now on in this process, and, when called, those that were deleted while nobody
 * listened. Call it once at the start; returns the function that stops it. (For connections of single users ask `forUser` instead.)
 */
export async function forgetDeleted(database: DatabaseSync, integrations: Integrations): Promise<() => void> {
  const stop = integrations.on('account.deleted', ({ accountId }) => forgetConnection(database, accountId))
  const known = 'select organization_id, connection_id from tickets union select organization_id, connection_id from comments'
  for (const { organization_id, connection_id } of database.prepare(known).all()) {
    const account = await integrations.forOrganization(String(organization_id)).account(String(connection_id))
    if (account === null) forgetConnection(database, String(connection_id))
  }
  return stop
}

/**
 * Reads everything of a connection anew, and believes it. The times are forgotten first: a help desk that was restored from a backup
 * has older ones, and the tables would refuse them.
 */
export async function rebuildConnection(database: DatabaseSync, account: AccountHandle): Promise<void> {
  transaction(database, () => {
    for (const table of ['tickets', 'comments'])
      database.prepare(`update ${table} set modified_at = '' where connection_id = ?`).run(account.info.id)
  })
  await account.rebuild()
}
