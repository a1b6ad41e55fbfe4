import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const file = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url))
const fromSource = ['--no-warnings', '--import', new URL('../../../packages/testkit/test/fixtures/from-source.mjs', import.meta.url).href]

/** The command itself, on the sources: it exits with 1 when a check fails. */
test.each(['processes: ', 'kill: '])('drizzleStorage passes the checks of the kit that begin with "%s"', async (only) => {
  const kit = [
    file('packages/testkit/src/bin.ts'),
    file('examples/drizzle-storage/kit.ts'),
    '--profile',
    'atomic',
    '--processes',
    '4',
    '--kill',
  ]
  const { stdout } = await promisify(execFile)(process.execPath, [...fromSource, ...kit, '--only', only])
  expect(stdout).toMatch(/storage contract 1 · (\d+) of \1, .* · profile atomic/)
})
