import { migrationSql } from '@connect-integration/storage-sql'
import { describeStorage } from '@connect-integration/testkit'
import { PGlite } from '@electric-sql/pglite'
import { afterAll, beforeAll, test } from 'vitest'
import { sharedSchema } from './support/postgres-fixture.ts'

const database = new PGlite()
beforeAll(() => database.exec(migrationSql('postgres', { schema: 'kit' })))
afterAll(() => database.close())

const inMemory = sharedSchema(
  'kit',
  () => database,
  (statement) => database.query(statement),
)
// A database in memory has no settings for a power cut.
describeStorage(
  'postgresStorage on PGlite, with tables made by hand',
  async (request) => ({ ...(await inMemory(request)), durability: undefined }),
  {
    test,
  },
)
