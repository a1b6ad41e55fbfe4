import { mysqlStorage, postgresStorage } from '@connect-integration/storage-sql'
import { createPool } from 'mysql2/promise'
import pg from 'pg'
import { afterAll } from 'vitest'
import { onMysql } from '../support/mysql-server.ts'
import { describeOwnClock } from '../support/own-clock.ts'
import { onEveryPostgres } from '../support/postgres-suite.ts'

await onEveryPostgres('the clock of postgresStorage', (server) => {
  const pool = new pg.Pool({ connectionString: server.url })
  afterAll(() => pool.end())
  const schema = 'own_clock'
  const change = (statement: string) => pool.query(statement.replace('accounts', `${schema}.connect_integration_accounts`))
  describeOwnClock('postgresStorage', {
    async open() {
      const storage = postgresStorage(pool, { schema })
      await storage.migrate()
      for (const table of ['records', 'seen', 'missing', 'models', 'accounts']) {
        await pool.query(`DELETE FROM ${schema}.connect_integration_${table}`)
      }
      return storage
    },
    change,
  })
})

await onMysql('the clock of mysqlStorage', (server) => {
  const pool = createPool(server.url)
  afterAll(() => pool.end())
  const change = (statement: string) => pool.query(statement.replace('accounts', 'own_accounts'))
  describeOwnClock('mysqlStorage', {
    async open() {
      const storage = mysqlStorage(pool, { tablePrefix: 'own_' })
      await storage.migrate()
      for (const table of ['records', 'seen', 'missing', 'models', 'accounts']) await pool.query(`DELETE FROM own_${table}`)
      return storage
    },
    change,
  })
})
