import { describe, expect, it } from 'vitest'
import projects from '../vitest.workspace.ts'
import { repositoryTexts } from './house/files.ts'
import { isAboutTests, LEAST_LIMIT_MS, NO_END_OF_A_TEST, shortLimits } from './house/time-limits.ts'

const tests = repositoryTexts().filter(([path]) => isAboutTests(path) && path !== 'test/time-limits.test.ts')

describe('no test ends by a limit that a busy machine or another browser can reach', () => {
  it('in any file of a test, or of what drives tests', () => {
    const found = tests.filter(([path]) => !(path in NO_END_OF_A_TEST)).flatMap(([path, text]) => shortLimits(path, text))
    expect(found).toEqual([])
    expect(tests.length).toBeGreaterThan(400)
  })

  it.each(Object.keys(NO_END_OF_A_TEST))('and %s has a limit that is excepted for a reason', (path) => {
    const text = tests.find(([other]) => other === path)?.[1] ?? ''
    expect(shortLimits(path, text).length).toBeGreaterThan(0)
  })

  it('in any project of vitest', () => {
    const limits = projects.map((project) => {
      const config = (typeof project === 'object' && 'test' in project && project.test) || {}
      const own = [config.testTimeout, config.hookTimeout, config.expect?.poll?.timeout]
      if (config.browser) own.push(config.browser.connectTimeout)
      return { name: config.name, least: Math.min(...own.map((limit) => limit ?? 0)) }
    })
    expect(limits.map(({ name }) => name)).toContain('browser')
    expect(limits.filter(({ least }) => least < LEAST_LIMIT_MS)).toEqual([])
  })
})

describe('the rule of the time limits', () => {
  it.each([
    "test('x', { timeout: 30_000 }, async () => {})",
    "test('x', async () => {}, 60_000)",
    "test.each([1])('x', async () => {}, 60_000)",
    'beforeAll(async () => {}, 60_000)',
    'const PATIENCE_MS = 2 * 60_000\ntest("x", { timeout: PATIENCE_MS }, work)',
    'const options = { timeout: PROVE ? 3_600_000 : 120_000 }',
    'await expect.poll(read, { timeout: 1_000 }).toBe(1)',
    'await page.getByText("x").waitFor({ timeout: 45_000 })',
    'page.setDefaultTimeout(30_000)',
    'jest.setTimeout(30_000)',
    'const signal = AbortSignal.timeout(1_000)',
    'await page.waitForTimeout(500)',
    'await vi.waitFor(() => expect(read()).toBe(1))',
    'await vi.waitUntil(read, { timeout: 900_000 })',
    'const client = new Client({ connectionTimeoutMillis: 5_000 })',
    'const config = { testTimeout: 0 }',
    'fc.assert(property, { interruptAfterTimeLimit: 10_000 })',
    "run('vitest', ['run', '--testTimeout=120000'])",
    "run('mocha', ['--timeout', '30000', 'x'])",
    'expect(performance.now() - before).toBeLessThan(1_000)',
    'expect(Date.now()).toBeLessThan(before + 10)',
    'await Promise.race([answer, new Promise((resolve) => setTimeout(resolve, 900_000))])',
    'const harness = new ConnectIntegrationHarness(element)',
    'const browser = await chromium.launch(options)',
  ])('catches: %s', (text) => {
    expect(shortLimits('packages/server/test/x.test.ts', text)).toHaveLength(1)
  })

  it.each([
    "test('x', async () => {})",
    "test('x', { timeout: 3_600_000 }, async () => {})",
    "test('x', { timeout: LONG_TEST_LIMIT_MS }, async () => {})",
    'beforeAll(async () => {})',
    'await expect.poll(read).toBe(1)',
    'await expect.poll(read, { interval: 10 }).toBe(1)',
    'await page.getByText("x").waitFor()',
    "run('mocha', ['--timeout', '1200000', 'x'])",
    'expect(world.time.clock.now() - before).toBeLessThan(1_000)',
    'expect(moments).toEqual({ at: Date.now() })',
    'await Promise.race([answer, refusal])',
    'const harness = new ConnectIntegrationHarness(element, { timeoutMs: WAIT_LIMIT_MS })',
    'const browser = await launch(chromium, options)',
    "const fault = { kind: 'delay', delayMs: 10 }",
  ])('lets pass: %s', (text) => {
    expect(shortLimits('packages/server/test/x.test.ts', text)).toEqual([])
  })
})
