import { writeFileSync } from 'node:fs'

/**
 * A reporter for vitest that writes the counts, and every skipped test with the
 * reason that `context.skip(reason)` gave, to the file that CONNECT_TEST_REPORT names.
 *
 * @implements {import('vitest/node').Reporter}
 */
export default class TestReport {
  onTestRunEnd(modules) {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const inState = (state) => tests.filter((test) => test.result().state === state)
    const report = {
      passed: inState('passed').length,
      failed: inState('failed').length,
      skipped: inState('skipped').map((test) => ({ name: test.fullName, reason: test.result().note })),
    }
    writeFileSync(process.env.CONNECT_TEST_REPORT, JSON.stringify(report))
  }
}
