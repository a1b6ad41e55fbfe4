import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { command } from '../command.mjs'

/** The longest project takes ten minutes on two cores, and a busy machine is many times slower; what hangs in a test has a limit of its own in time-limits.mjs. */
const LIMIT_MINUTES = 360

/**
 * One project of vitest.workspace.ts. Fails when a test fails, when something
 * goes wrong outside a test, when `.only` was left in, and when no test ran at
 * all: silence is not success. Skipped tests are listed with their reasons.
 *
 * @param {string} project
 */
export async function tests(project) {
  const folder = await mkdtemp(join(tmpdir(), 'connect-integration-tests-'))
  try {
    const file = join(folder, 'report.json')
    const { ok, output } = await command(
      'vitest',
      ['run', `--project=${project}`, '--allowOnly=false', '--reporter=default', '--reporter=./scripts/test-report.mjs'],
      { env: { CONNECT_TEST_REPORT: file }, minutes: LIMIT_MINUTES },
    )
    const report = await readFile(file, 'utf8').then(JSON.parse, () => ({ passed: 0, failed: 0, skipped: [] }))
    return outcome(ok, output, report)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function outcome(ok, output, { passed, failed, skipped }) {
  const elsewhere = failed === 0 && (!ok || passed === 0) ? 1 : 0
  const counts = [`${passed} passed`, failed && `${failed} failed`, skipped.length && `${skipped.length} skipped`]
  return {
    passed,
    failed: failed + elsewhere,
    detail: [...counts.filter(Boolean), elsewhere && (passed ? 'failed outside a test' : 'no test ran')].filter(Boolean).join(', '),
    notes: skipped.map(({ name, reason }) => `skipped: ${name} (${reason ?? 'no reason given'})`),
    output,
  }
}
