import { sqliteStorage } from '@connect-integration/storage-sql'
import { describeStorage, manualClock } from '@connect-integration/testkit'
import Database from 'better-sqlite3'
import { test } from 'vitest'
import { temporaryFile } from './fixtures/temporary-file.ts'

describeStorage(
  'sqliteStorage in a file',
  async () => {
    const clock = manualClock()
    const file = temporaryFile()
    const open = () => sqliteStorage(file.path, { clock })
    return { storage: open(), clock, reopen: async () => open(), close: async () => file.remove() }
  },
  { test },
)

describeStorage(
  'sqliteStorage on a Database of better-sqlite3',
  async () => {
    const clock = manualClock()
    const file = temporaryFile()
    const handles: Database.Database[] = []
    const open = () => {
      const database = new Database(file.path)
      handles.push(database)
      return sqliteStorage(database, { clock })
    }
    const close = async () => {
      for (const database of handles) database.close()
      file.remove()
    }
    return { storage: open(), clock, reopen: async () => open(), close }
  },
  { test },
)

describeStorage(
  'sqliteStorage in memory',
  async () => {
    const clock = manualClock()
    return { storage: sqliteStorage(':memory:', { clock, tablePrefix: 'other_' }), clock, close: async () => undefined }
  },
  { test },
)
