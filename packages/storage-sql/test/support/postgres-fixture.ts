import { type PostgresDatabase, type PostgresStorageOptions, postgresStorage } from '@connect-integration/storage-sql'
import type { StorageFactory } from '@connect-integration/testkit'

const TABLES = ['records', 'seen', 'missing', 'models', 'accounts']

/**
 * One schema for all checks of a suite, emptied for each: a server that makes and drops dozens of files a thousand times
 * spends minutes on nothing else.
 */
export function sharedSchema(
  schema: string,
  open: () => PostgresDatabase,
  run: (statement: string) => Promise<{ rows: Record<string, unknown>[] }>,
  options: PostgresStorageOptions = {},
): StorageFactory {
  return async ({ clock }) => {
    const opened = () => postgresStorage(open(), { clock, schema, ...options })
    const storage = opened()
    await storage.migrate()
    for (const table of TABLES) await run(`DELETE FROM "${schema}".${options.tablePrefix ?? 'connect_integration_'}${table}`)
    const durability = async () => {
      const { rows } = await run(`SELECT current_setting('fsync') AS fsync, current_setting('full_page_writes') AS pages`)
      const settings = rows[0]!
      return [
        { name: 'fsync', value: settings.fsync, needed: 'on' },
        { name: 'full_page_writes', value: settings.pages, needed: 'on' },
      ]
    }
    return { storage, clock, reopen: async () => opened(), durability, close: async () => undefined }
  }
}
