import { type MysqlDatabase, migrationSql, mysqlStorage } from '@connect-integration/storage-sql'
import { describeStorage } from '@connect-integration/testkit'
import { createConnection as createCallbackConnection } from 'mysql2'
import { createConnection, createPool } from 'mysql2/promise'
import { afterAll, beforeAll, test } from 'vitest'
import { onMysql } from '../support/mysql-server.ts'

await onMysql('mysqlStorage', (server) => {
  const pool = createPool(server.url)
  // Whatever the owner of a connection prefers must not change what comes out.
  const preferences = {
    rowsAsArray: true,
    bigNumberStrings: true,
    supportBigNumbers: true,
    namedPlaceholders: true,
    nestTables: true,
  } as const
  const connection = createCallbackConnection({ uri: server.url, timezone: '+13:00', flags: ['-FOUND_ROWS'], ...preferences })
  beforeAll(async () => {
    const admin = await createConnection({ uri: server.url, multipleStatements: true })
    await admin.query(migrationSql('mysql', { tablePrefix: 'pool_' }))
    await admin.end()
  })
  afterAll(async () => {
    await Promise.all([pool.end(), connection.promise().end()])
  })

  describeOn('a Pool, with tables made by hand', 'pool_', pool)
  describeOn('a Connection of callbacks and with other preferences', 'single_', connection)

  function describeOn(what: string, tablePrefix: string, database: MysqlDatabase) {
    describeStorage(
      what,
      async ({ clock }) => {
        const opened = () => mysqlStorage(database, { clock, tablePrefix })
        const durability = async () => {
          const [rows] = await pool.query('SELECT @@GLOBAL.innodb_flush_log_at_trx_commit AS flush')
          return [{ name: 'innodb_flush_log_at_trx_commit', value: (rows as { flush: number }[])[0]!.flush, needed: 1 }]
        }
        return { storage: opened(), clock, reopen: async () => opened(), durability, close: () => empty(tablePrefix) }
      },
      { test },
    )
  }

  /** Not by dropping the tables: the server syncs its disk several times for each. */
  async function empty(tablePrefix: string) {
    const connection = await pool.getConnection()
    await connection.beginTransaction()
    for (const name of ['accounts', 'models', 'records', 'seen', 'missing']) await connection.query(`DELETE FROM ${tablePrefix}${name}`)
    await connection.commit()
    connection.release()
  }
})
