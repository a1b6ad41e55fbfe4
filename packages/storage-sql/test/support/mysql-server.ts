import { createConnection } from 'mysql2/promise'
import { afterAll, describe, test } from 'vitest'
import { WAIT_LIMIT_MS } from '../../../../scripts/time-limits.mjs'

export interface MysqlServer {
  /** For the names of tests. */
  readonly name: string
  /** Of a database that is this run's own. */
  readonly url: string
  /** The database's name. */
  readonly database: string
}

/** Runs `tests` in a database of their own that is dropped afterwards. Without a server they are skipped, with the reason; with CONNECT_REQUIRE_DATABASES=1 they fail. */
export async function onMysql(name: string, tests: (server: MysqlServer) => void): Promise<void> {
  const found = await useMysql()
  if (!found) return without(name)
  describe(`${name}, on ${found.server.name}`, () => {
    afterAll(found.drop)
    tests(found.server)
  })
}

async function useMysql() {
  const named = process.env.MYSQL_URL
  const base = named ?? 'mysql://root@127.0.0.1:3306'
  const database = `connect_integration_test_${process.pid}_${Date.now()}`
  const admin = await createConnection({ uri: base, connectTimeout: WAIT_LIMIT_MS }).catch((error: { code?: string }) => {
    if (named) throw new Error(`MYSQL_URL names a server that cannot be used: ${error.code}`)
    return null
  })
  if (!admin) return null
  await admin.query(`CREATE DATABASE ${database}`)
  const [rows] = await admin.query('SELECT VERSION() AS version')
  await admin.end()
  const url = new URL(base)
  url.pathname = database
  const server: MysqlServer = { name: (rows as { version: string }[])[0]!.version, url: url.href, database }
  const drop = async () => {
    const last = await createConnection(base)
    await last.query(`DROP DATABASE ${database}`)
    await last.end()
  }
  return { server, drop }
}

function without(name: string) {
  test(name, (context) => {
    const reason = 'needs a MariaDB or MySQL server: set MYSQL_URL, or start one on 127.0.0.1:3306 whose root has no password'
    if (process.env.CONNECT_REQUIRE_DATABASES === '1') throw new Error(`This ${reason}.`)
    context.skip(reason)
  })
}
