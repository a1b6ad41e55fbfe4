import { sqliteStorage } from '@connect-integration/storage-sql'
import { describeStorage, manualClock } from '@connect-integration/testkit'
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
  'sqliteStorage in memory',
  async () => {
    const clock = manualClock()
    return { storage: sqliteStorage(':memory:', { clock, tablePrefix: 'other_' }), clock, close: async () => undefined }
  },
  { test },
)
