import { describeStorage } from '@connect-integration/testkit'
import { PGlite } from '@electric-sql/pglite'
import { afterAll, test } from 'vitest'
import { sharedSchema } from './support/postgres-fixture.ts'

const database = new PGlite()
afterAll(() => database.close())

const inMemory = sharedSchema(
  'kit',
  () => database,
  (statement) => database.query(statement),
)
// A database in memory has no settings for a power cut.
describeStorage('postgresStorage on PGlite', async (request) => ({ ...(await inMemory(request)), durability: undefined }), { test })
