import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { BIN, runCli, runNode } from './fixtures/run-cli.ts'

const SOURCES_ONLY = new URL('./fixtures/sources-only.mjs', import.meta.url).href
const WITHOUT_TYPES = process.allowedNodeEnvironmentFlags.has('--strip-types') ? '--no-strip-types' : '--no-experimental-strip-types'
const CONFIG = 'connect-integration.config.ts'
const SQLITE = `
  import { sqliteStorage } from '@connect-integration/storage-sql'
  export const storage: unknown = sqliteStorage('data.db')`
const PLAN = `${CONFIG}: 1 step to apply.\n\n  1  accounts, models and records\n`

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'connect-integration-cli-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('migrate', () => {
  test('shows the plan, applies it and says so; the second time there is nothing to do', async () => {
    write(SQLITE)
    expect(await cli('migrate', '--yes')).toEqual({ exit: 0, output: `${PLAN}\nDone: the schema is at version 1.\n`, errors: '' })
    expect(tables()).toContain('connect_integration_records')
    expect(await cli('migrate', '--yes')).toEqual({ exit: 0, output: 'Nothing to do: the database is up to date.\n', errors: '' })
  })

  test('--dry-run shows the plan and does not even create the file', async () => {
    write(SQLITE)
    expect(await cli('migrate', '--dry-run')).toEqual({ exit: 0, output: `${PLAN}\nA dry run: nothing was changed.\n`, errors: '' })
    expect(existsSync(join(folder, 'data.db'))).toBe(false)
  })

  test('--sql shows SQL that can be run by hand', async () => {
    write(SQLITE)
    const { output } = await cli('migrate', '--dry-run', '--sql')
    const sql = output.slice(output.indexOf('CREATE TABLE'), output.indexOf('A dry run'))
    const database = new DatabaseSync(join(folder, 'data.db'))
    database.exec(sql)
    database.close()
    expect((await cli('migrate')).output).toBe('Nothing to do: the database is up to date.\n')
  })

  test('without a terminal and without --yes it changes nothing and says why', async () => {
    write(SQLITE)
    const { exit, output, errors } = await cli('migrate')
    expect(exit).toBe(1)
    expect(output).toContain(PLAN)
    expect(errors).toBe('Nothing was changed: nobody is here to confirm. Pass --yes to apply it, or --dry-run to look only.\n')
    expect(existsSync(join(folder, 'data.db'))).toBe(false)
  })

  test('takes a storage that has no plan to show, and says that it has none', async () => {
    write(`import { writeFileSync } from 'node:fs'
      export const storage = {
        contract: 1,
        migrate: async () => writeFileSync('migrated', ''),
        close: async () => writeFileSync('closed', ''),
      }`)
    const dry = await cli('migrate', '--dry-run')
    expect(dry).toMatchObject({ exit: 0, errors: '' })
    expect(dry.output).toContain('this storage cannot show what it would do')
    expect(existsSync(join(folder, 'migrated'))).toBe(false)
    const done = await cli('migrate', '--yes')
    expect(done.output).toBe(`${dry.output.split('\n')[0]}\n\nDone.\n`)
    for (const name of ['migrated', 'closed']) expect(existsSync(join(folder, name)), name).toBe(true)
  })

  test('tells the failure of the database, without a stack', async () => {
    write(SQLITE.replace('data.db', 'missing/data.db'))
    const { exit, output, errors } = await cli('migrate', '--yes')
    expect({ exit, output }).toEqual({ exit: 1, output: '' })
    expect(errors).toMatch(/^\/.*missing\/data\.db cannot be created: there is no folder .*missing\. Create it first\.\n$/)
  })

  test('refuses a schema that is newer than the package', async () => {
    write(SQLITE)
    await cli('migrate', '--yes')
    const database = new DatabaseSync(join(folder, 'data.db'))
    database.exec('UPDATE connect_integration_schema SET version = 99')
    database.close()
    const { exit, errors } = await cli('migrate', '--yes')
    expect(exit).toBe(1)
    expect(errors).toContain('data.db has schema version 99')
  })

  test('ends although the configuration keeps the process busy', async () => {
    write(`${SQLITE}\nsetInterval(() => undefined, 1000)`)
    expect((await cli('migrate', '--yes')).exit).toBe(0)
  })

  test('writes no colours and no questions into a pipe', async () => {
    write(SQLITE)
    const { output, errors } = await cli('migrate', '--sql')
    expect(output + errors).not.toContain('\u001b')
    expect(output).not.toContain('Apply?')
  })
})

describe('the configuration', () => {
  test.each([
    ['a named export', CONFIG, SQLITE],
    [
      'an object with the storage',
      'connect-integration.config.mjs',
      `${SQLITE.replace('export const storage: unknown', 'const storage')}\nexport default { storage }`,
    ],
    ['the storage itself', 'connect-integration.config.mjs', SQLITE.replace('export const storage: unknown =', 'export default')],
    [
      'CommonJS',
      'connect-integration.config.js',
      `const { sqliteStorage } = require('@connect-integration/storage-sql')\nmodule.exports = { storage: sqliteStorage('data.db') }`,
    ],
  ])('may be %s', async (_, name, source) => {
    write(source, name)
    expect(await cli('migrate', '--dry-run')).toMatchObject({ exit: 0, errors: '' })
  })

  test('may lie elsewhere', async () => {
    write(SQLITE, 'elsewhere.ts')
    expect((await cli('migrate', '--dry-run', '--config', './elsewhere.ts')).output).toContain('elsewhere.ts: 1 step to apply.')
    expect(await cli('migrate', '--config', 'nowhere.ts')).toEqual({
      exit: 2,
      output: '',
      errors: `There is no file ${join(folder, 'nowhere.ts')}. Pass the path of your configuration with --config.\n`,
    })
  })

  test('is missing', async () => {
    const { exit, errors } = await cli('migrate')
    expect(exit).toBe(2)
    expect(errors).toBe(
      `There is no connect-integration.config.ts (or .mts, .js, .mjs) in ${folder}.\nRun this where yours is, or pass its path with --config.\n`,
    )
  })

  test.each([
    ['no storage', 'export default { forOrganization() {} }', 'exports no storage'],
    ['nothing', '', 'exports no storage'],
    ['something else', `export const storage = 'data.db'`, 'is no storage: it has no migrate()'],
    ['a failure of its own', `throw new Error('MERGE_API_KEY is not set.')`, 'could not be loaded: MERGE_API_KEY is not set.'],
    [
      'a package that is not installed',
      `import 'not-installed-anywhere'`,
      "could not be loaded: Cannot find package 'not-installed-anywhere'",
    ],
    ['an extension that nobody knows', `import './other.unknown'`, 'could not be loaded: Unknown file extension ".unknown"'],
  ])('with %s says what to change', async (_, source, message) => {
    writeFileSync(join(folder, 'other.unknown'), '')
    write(source)
    const { exit, output, errors } = await cli('migrate', '--yes')
    expect({ exit, output }).toEqual({ exit: 2, output: '' })
    expect(errors).toContain(`${CONFIG} `)
    expect(errors).toContain(message)
    expect(errors, 'a stack').not.toMatch(/^ +at /m)
  })

  test('in TypeScript, on a Node that does not read it', async () => {
    write(SQLITE)
    const { exit, errors } = await runNode(folder, [WITHOUT_TYPES, '--import', SOURCES_ONLY, BIN, 'migrate', '--yes'])
    expect(errors).toContain(`${CONFIG} is TypeScript, which Node ${process.version} does not read by itself.`)
    expect(errors).toContain('Use Node 22.18 or newer')
    expect(exit).toBe(2)
  })
})

describe('the command line', () => {
  test.each([[[]], [['--help']], [['-h']], [['help']]])('%j lists the commands', async (args) => {
    const { exit, output } = await cli(...args)
    expect(exit).toBe(0)
    expect(output).toMatch(/^Usage: connect-integration <command> \[options\]\n\n {2}migrate {3}\w/)
  })

  test('explains a command, whatever else is said', async () => {
    const { exit, output, errors } = await cli('migrate', '--nonsense', '--help')
    expect({ exit, errors }).toEqual({ exit: 0, errors: '' })
    for (const option of ['--dry-run', '--sql', '--yes, -y', '--config <path>']) expect(output).toContain(`\n  ${option} `)
  })

  test.each([
    [['migrat'], 'There is no command "migrat".'],
    [['migrate', '--dry'], "Unknown option '--dry'"],
    [['migrate', 'now'], "Unexpected argument 'now'"],
    [['migrate', '--config'], "Option '--config <value>' argument missing"],
  ])('%j is refused, with the usage', async (args, message) => {
    const { exit, output, errors } = await cli(...args)
    expect({ exit, output }).toEqual({ exit: 2, output: '' })
    expect(errors).toContain(message)
    expect(errors).toContain('Usage: connect-integration')
  })
})

function write(source: string, name = CONFIG) {
  writeFileSync(join(folder, name), source)
}

function tables() {
  const database = new DatabaseSync(join(folder, 'data.db'), { readOnly: true })
  const rows = database.prepare(`SELECT name FROM sqlite_schema WHERE type = 'table'`).all()
  database.close()
  return rows.map(({ name }) => name)
}

function cli(...args: string[]) {
  return runCli(folder, ...args)
}
