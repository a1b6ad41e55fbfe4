import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { playwright } from '@vitest/browser-playwright'
import type { TestProjectConfiguration } from 'vitest/config'
import { launchOptions } from './scripts/browser.mjs'
import { LONG_TEST_LIMIT_MS, TEST_LIMIT_MS, WAIT_LIMIT_MS } from './scripts/time-limits.mjs'

const alias = sourceAliases()
const DATABASES = ['packages/*/test/databases/**/*.test.ts', 'examples/*/test/databases/**/*.test.ts']
const PROOFS = [
  'packages/server/test/{simulation,exploration,exploration-link}/**/*.test.ts',
  '{packages,examples}/*/test/sigkill-*.test.ts',
]

/** Only what hangs ends by these: see scripts/time-limits.mjs. */
const limits = { testTimeout: TEST_LIMIT_MS, hookTimeout: TEST_LIMIT_MS, expect: { poll: { timeout: WAIT_LIMIT_MS } } }
const longLimits = { ...limits, testTimeout: LONG_TEST_LIMIT_MS, hookTimeout: LONG_TEST_LIMIT_MS }

/** Every test project. `vitest.config.ts` imports this list, so that a plain `vitest` in an editor runs the same. */
const projects: TestProjectConfiguration[] = [
  {
    resolve: { alias },
    test: {
      name: 'node',
      include: ['packages/*/test/**/*.test.ts', 'examples/*/test/**/*.test.ts', 'test/**/*.test.ts'],
      exclude: ['packages/element/test/**', ...DATABASES, ...PROOFS],
      ...limits,
    },
  },
  // What needs a database server: one from npm, or one that is there already.
  { resolve: { alias }, test: { name: 'databases', include: DATABASES, ...longLimits, fileParallelism: false } },
  // The long ones, one file at a time: they fill every core by themselves.
  { resolve: { alias }, test: { name: 'proofs', include: PROOFS, ...longLimits, fileParallelism: false } },
  {
    resolve: { alias },
    test: {
      name: 'dom',
      environment: 'happy-dom',
      include: ['packages/element/test/{dom,frameworks,pages}/**/*.test.ts'],
      setupFiles: ['packages/element/test/dom/setup.ts'],
      ...limits,
    },
  },
  {
    resolve: { alias },
    optimizeDeps: { include: ['lit', 'axe-core'] },
    test: {
      name: 'browser',
      include: ['packages/element/test/browser/**/*.test.ts'],
      setupFiles: ['packages/element/test/dom/setup.ts'],
      ...limits,
      browser: {
        enabled: true,
        connectTimeout: WAIT_LIMIT_MS,
        headless: true,
        screenshotFailures: false,
        provider: playwright({ launchOptions: await launchOptions() }),
        instances: [{ browser: 'chromium' }],
      },
    },
  },
  // Runs what the build made, as a user would: no aliases here.
  {
    test: {
      name: 'e2e',
      include: ['{packages,examples}/*/test/**/*.e2e.ts'],
      ...limits,
      fileParallelism: false,
    },
  },
]

export default projects

/** Maps `@connect-integration/x/y` to its source, so that tests never run against a stale build. */
function sourceAliases() {
  const aliases: { find: RegExp; replacement: string }[] = []
  for (const folder of readdirSync('packages')) {
    const manifest = JSON.parse(readFileSync(`packages/${folder}/package.json`, 'utf8'))
    for (const subpath of Object.keys(manifest.exports)) {
      const stem = `${import.meta.dirname}/packages/${folder}/src/${subpath === '.' ? 'index' : subpath.slice(2)}`
      const file = [`${stem}.ts`, `${stem}/index.ts`].find((candidate) => existsSync(candidate))
      if (file) aliases.push({ find: new RegExp(`^${manifest.name}${subpath.slice(1)}$`), replacement: file })
    }
  }
  return aliases
}
