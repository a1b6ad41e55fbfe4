import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { StorageFactory } from '@connect-integration/testkit'
import { sql } from 'drizzle-orm'
import { openDatabase } from './database.ts'
import { drizzleStorage } from './storage.ts'

/** What the test kit asks for: a new store for every place, and the same store again for the same place in another process. */
const createStorage: StorageFactory = ({ clock, place }) => {
  const path = join(tmpdir(), `${place}.db`)
  return {
    storage: drizzleStorage(path, { clock }),
    clock,
    reopen: async () => drizzleStorage(path, { clock }),
    async durability() {
      const { db, close } = openDatabase(path)
      const { synchronous } = db.get<{ synchronous: number }>(sql`PRAGMA synchronous`)
      close()
      return [{ name: 'PRAGMA synchronous', value: synchronous, needed: 2 }]
    },
    async close() {
      for (const suffix of ['', '-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true })
    },
  }
}

export default createStorage
