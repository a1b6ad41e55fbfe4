import { writeFileSync } from 'node:fs'

/**
 * A reporter for vitest that writes what became of each test, and with which kind of error, to the file that CONNECT_TEST_REPORT names.
 *
 * @implements {import('vitest/node').Reporter}
 */
export default class SabotageReport {
  onTestRunEnd(modules, unhandled) {
    const tests = modules.flatMap((module) =>
      [...module.children.allTests()].map((test) => {
        const { state, errors = [] } = test.result()
        return { title: test.name, file: module.relativeModuleId, state, errors: errors.map(told) }
      }),
    )
    const elsewhere = [...modules.flatMap((module) => module.errors()), ...unhandled].map(told)
    writeFileSync(process.env.CONNECT_TEST_REPORT, JSON.stringify({ tests, elsewhere }))
  }
}

/** A property that fails wraps the assertion that failed, and has its name in the message. */
function told(error) {
  const message = String(error.message ?? error)
  const isAssertion = error.name === 'AssertionError' || error.cause?.name === 'AssertionError' || /\bAssertionError\b/.test(message)
  return {
    message:
      message
        .split('\n')
        .find((line) => line.trim() !== '')
        ?.slice(0, 300) ?? '',
    isAssertion,
  }
}
