import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { storageChecks } from '@connect-integration/testkit'
import { describe, expect, test } from 'vitest'
import { TEST_LIMIT_MS } from '../../../scripts/time-limits.mjs'

const folder = fileURLToPath(new URL('./runners', import.meta.url))
const require = createRequire(import.meta.url)
const command = (name: string, file: string) => join(dirname(require.resolve(`${name}/package.json`)), file)

/** How each runner is called, and how it says how many tests passed and which one failed. */
const RUNNERS = {
  'node:test': {
    args: ['--test', '--test-reporter=tap', 'node-test/mine.test.mjs'],
    passed: /^# pass (\d+)$/m,
    red: (name: string) => `not ok \\d+ - ${name}`,
  },
  'jest, in modules': {
    args: ['--experimental-vm-modules', command('jest', 'bin/jest.js'), '--rootDir', 'jest', '--no-watchman', 'mine.test.mjs'],
    passed: /^Tests: .*?(\d+) passed/m,
    red: (name: string) => `● ${name}`,
  },
  'jest, in CommonJS': {
    args: [command('jest', 'bin/jest.js'), '--rootDir', 'jest', '--no-watchman', 'mine.test.cjs'],
    passed: /^Tests: .*?(\d+) passed/m,
    red: (name: string) => `● ${name}`,
  },
  mocha: {
    args: [command('mocha', 'bin/mocha.js'), '--timeout', `${TEST_LIMIT_MS}`, 'mocha/mine.test.mjs'],
    passed: /^\s*(\d+) passing/m,
    red: (name: string) => `\\d+\\) ${name}`,
  },
}

describe.each(Object.entries(RUNNERS))('describeStorage in %s', (_, { args, passed, red }) => {
  const run = (broken: string) => {
    const env = { ...process.env, KIT_TEST_BROKEN: broken, NODE_TEST_CONTEXT: undefined, NODE_OPTIONS: undefined, FORCE_COLOR: '0' }
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--no-warnings', ...args], { cwd: folder, encoding: 'utf8', env })
    return { status, said: stdout + stderr }
  }

  test('runs all of its checks, and they pass on a good adapter', () => {
    const { status, said } = run('0')
    expect([status, said.match(passed)?.[1]], said.slice(-2_000)).toEqual([0, `${storageChecks.length}`])
  })

  test('fails a check that does not hold, and says what is at stake', () => {
    const { status, said } = run('1')
    expect(status).not.toBe(0)
    expect(said).toMatch(new RegExp(red('mine › schedule: twice is one account to claim, not two')))
    expect(said).toContain('an account is not worked on twice for two webhooks')
    expect(Number(said.match(passed)?.[1])).toBeGreaterThan(300)
  })
})
