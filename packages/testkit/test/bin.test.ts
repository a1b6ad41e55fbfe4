import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { main } from '../src/tool/main.ts'

const pathOf = (name: string) => fileURLToPath(new URL(name, import.meta.url))
const adapter = (name: string) => pathOf(`./fixtures/adapters/${name}.ts`)
const fromSource = ['--no-warnings', '--import', new URL('./fixtures/from-source.mjs', import.meta.url).href]

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'testkit-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('the command', () => {
  test('says that a good adapter keeps the contract, in words, JSON and a badge', () => {
    const [json, svg] = [join(folder, 'deep', 'report.json'), join(folder, 'badge.svg')]
    const { status, stdout } = run(adapter('memory'), '--profile', 'atomic', '--json', json, '--badge', svg)
    expect(status).toBe(0)
    const report = JSON.parse(readFileSync(json, 'utf8'))
    expect(report).toMatchObject({ contract: 1, profile: 'atomic', processes: 0, kill: false, only: null, failed: 0, skipped: 6 })
    expect(report.passed).toBeGreaterThan(370)
    expect(report.checks).toHaveLength(report.passed + report.skipped)
    expect(stdout).toContain(`storage contract 1 · ${report.passed} of ${report.passed} · profile atomic`)
    expect(stdout).toContain('not asked for: --processes 4')
    expect(readFileSync(svg, 'utf8')).toContain(`aria-label="storage contract 1: ${report.passed} of ${report.passed}"`)
  })

  test('says of a store that goes by its own clock what could not be looked at, and why', () => {
    const { status, stdout } = run(adapter('no-clock'), '--profile', 'atomic', '--only', 'renew: ')
    expect(status).toBe(0)
    expect(stdout).toMatch(
      /skipped: renew: after the clock was set back by six hours, .* \(the fixture has no "clock", so that the kit cannot set/,
    )
    expect(stdout).toMatch(/storage contract 1 · (\d+) of \1, /)
  })

  test('says what is promised, what was seen and what is at stake where a check fails', () => {
    const json = join(folder, 'report.json')
    const { status, stdout } = run(adapter('faulty'), '--profile', 'atomic', '--only', 'schedule: twice', '--json', json, {
      KIT_TEST_ADAPTER: 'never schedules',
    })
    expect(status).toBe(1)
    expect(stdout).toContain('✗ schedule: twice is one account to claim, not two')
    expect(stdout).toMatch(/seen .*\n/)
    expect(stdout).toContain('at stake  an account is not worked on twice for two webhooks')
    expect(JSON.parse(readFileSync(json, 'utf8'))).toMatchObject({ passed: 0, failed: 1, only: 'schedule: twice' })
  })

  test('races processes and kills them when it is asked to', () => {
    const only = ['--only', 'one process has written, another one sees']
    const { status, stdout } = run(adapter('shared'), '--profile', 'atomic', '--processes', '2', '--kill', ...only)
    expect([status, stdout]).toEqual([0, expect.stringContaining('across processes  1 of 1')])
    const killed = run(adapter('shared'), '--profile', 'atomic', '--kill', '--only', 'kill: claim')
    expect([killed.status, killed.stdout]).toEqual([0, expect.stringContaining('through kill -9   1 of 1')])
  })

  test('repeats', () => {
    const { status, stdout } = run(adapter('memory'), '--profile', 'atomic', '--repeat', '5', '--only', 'schedule')
    expect([status, stdout]).toEqual([0, expect.stringContaining('each 5 times')])
  })

  test.each([
    ['there is no module', [], 'Which adapter?'],
    ['the file is missing', ['./no-such.ts', '--profile', 'atomic'], 'There is no file'],
    ['the profile is missing', [adapter('memory')], '--profile is needed'],
    ['a number is none', [adapter('memory'), '--profile', 'atomic', '--processes', 'many'], '--processes is "many"'],
    ['an option does not exist', [adapter('memory'), '--speed'], '--speed'],
    ['no check has the text', [adapter('memory'), '--profile', 'atomic', '--only', 'nothing of the kind'], 'No check has'],
    ['the module exports no factory', [adapter('no-factory'), '--profile', 'atomic'], 'exports no factory (it exports storage)'],
    ['the module has more than types', [adapter('enum'), '--profile', 'atomic'], 'more than types'],
  ])('ends with 2 and says so when %s', (_, args, message) => {
    const { status, stderr } = run(...args)
    expect([status, stderr]).toEqual([2, expect.stringContaining(message)])
  })

  test.each([
    ['throws', 'The factory failed: no database here'],
    ['nothing', 'The factory gives back undefined'],
    ['no close', 'no "close"'],
    ['no purge', 'a storage without purge'],
    ['other contract', 'written for contract 2'],
    ['other profile', 'its profile is "ordered"'],
    ['ignores the clock', 'Pass `clock` on to the adapter'],
    ['keeps data', 'What one fixture has written is still there in the next one'],
  ])('ends with 2 where a factory is wrong: %s', (name, message) => {
    const { status, stderr } = run(adapter('faulty'), '--profile', 'atomic', { KIT_TEST_ADAPTER: name })
    expect([status, stderr]).toEqual([2, expect.stringContaining(message)])
  })

  test('says what to do where Node does not run the file', () => {
    const file = join(folder, 'adapter.tsx')
    writeFileSync(file, 'export default () => undefined')
    const { status, stderr } = run(file, '--profile', 'atomic')
    expect([status, stderr]).toEqual([2, expect.stringContaining('does not run .tsx files by itself. For TypeScript')])
  })

  test('helps', async () => {
    expect(run('--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('--profile atomic|ordered') })
    expect(await main(['--help'])).toBe(0)
  })
})

/** The command in a process of its own; a last argument that is an object is its environment. */
function run(...args: (string | Record<string, string>)[]) {
  const environment = args.filter((arg) => typeof arg === 'object')
  const words = args.filter((arg) => typeof arg === 'string')
  return spawnSync(process.execPath, [...fromSource, pathOf('../src/bin.ts'), ...words], {
    encoding: 'utf8',
    env: { ...process.env, ...environment[0] },
  })
}
