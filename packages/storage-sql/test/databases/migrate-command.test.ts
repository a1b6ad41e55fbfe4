import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Dialect, migrations } from '@connect-integration/storage-sql'
import { createConnection } from 'mysql2/promise'
import pg from 'pg'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runCli } from '../../../cli/test/fixtures/run-cli.ts'
import { onMysql } from '../support/mysql-server.ts'
import { startEmbeddedPostgres } from '../support/postgres-server.ts'

const postgres = await startEmbeddedPostgres()
describe('connect-integration migrate, on embedded PostgreSQL', () => {
  afterAll(() => postgres.stop())

  onDialect('postgres', postgres.url, async (sql) => {
    const client = new pg.Client({ connectionString: postgres.url })
    await client.connect()
    await client.query(sql)
    await client.end()
  })
})

await onMysql('connect-integration migrate', (server) => {
  onDialect('mysql', server.url, async (sql) => {
    const connection = await createConnection({ uri: server.url, multipleStatements: true })
    await connection.query(sql)
    await connection.end()
  })
})

function onDialect(dialect: Exclude<Dialect, 'sqlite'>, url: string, run: (sql: string) => Promise<void>) {
  const steps = migrations(dialect)
  const newest = steps.at(-1)!.version
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'connect-integration-cli-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  test('shows every step, applies them when told to, and has nothing to do the second time', async () => {
    configure('first_')
    const dry = await runCli(folder, 'migrate', '--dry-run')
    expect(dry).toMatchObject({ exit: 0, errors: '' })
    for (const { version, name } of steps) expect(dry.output).toContain(`\n  ${version}  ${name}\n`)
    expect(await runCli(folder, 'migrate', '--dry-run'), 'a dry run has changed something').toEqual(dry)
    const done = await runCli(folder, 'migrate', '--yes')
    expect(done).toMatchObject({ exit: 0, errors: '' })
    expect(done.output).toContain(`\nDone: the schema is at version ${newest}.\n`)
    const again = await runCli(folder, 'migrate', '--yes')
    expect(again).toEqual({ exit: 0, output: 'Nothing to do: the database is up to date.\n', errors: '' })
  })

  test('--sql shows SQL that can be run by hand', async () => {
    configure('second_')
    const { output } = await runCli(folder, 'migrate', '--dry-run', '--sql')
    const shown = output.split('\n').filter((line) => line.startsWith('     ') || line === '')
    await run(shown.join('\n'))
    expect((await runCli(folder, 'migrate')).output).toBe('Nothing to do: the database is up to date.\n')
  })

  function configure(tablePrefix: string) {
    const storage = `${dialect}Storage(${JSON.stringify(url)}, { tablePrefix: '${tablePrefix}' })`
    const config = `import { ${dialect}Storage } from '@connect-integration/storage-sql'\nexport const storage = ${storage}\n`
    writeFileSync(join(folder, 'connect-integration.config.mjs'), config)
  }
}
