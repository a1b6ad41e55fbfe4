import { afterAll, beforeAll, describe, test } from 'vitest'
import { type PostgresServer, startEmbeddedPostgres, useInstalledPostgres } from './postgres-server.ts'

/**
 * Runs `tests` against the server from npm, and against an installed one. Without an installed one those tests are skipped with
 * the reason; with CONNECT_REQUIRE_DATABASES=1 they fail.
 */
export async function onEveryPostgres(name: string, tests: (server: PostgresServer) => void): Promise<void> {
  const servers = [await startEmbeddedPostgres(), await useInstalledPostgres()]
  for (const server of servers) {
    if (server === null) without(name)
    else {
      describe(`${name}, on ${server.name}`, () => {
        beforeAll(() => console.info(`PostgreSQL tests run on ${server.name}.`))
        afterAll(() => server.stop())
        tests(server)
      })
    }
  }
}

function without(name: string) {
  test(`${name}, on an installed server`, (context) => {
    const reason = 'needs a PostgreSQL server: set POSTGRES_URL, or start one on 127.0.0.1:5432'
    if (process.env.CONNECT_REQUIRE_DATABASES === '1') throw new Error(`This ${reason}.`)
    context.skip(reason)
  })
}
