/** @typedef {{ title: string, state: string, errors: { message: string, isAssertion: boolean }[] }} Test */
/** @typedef {{ tests: Test[], elsewhere: { message: string }[], output: string }} Run what `sabotage-reporter.mjs` wrote, and what vitest said */

/**
 * Why a threat cannot even be tried: nothing tests it, or its tests fail as it is; otherwise `undefined`.
 *
 * @param {string} id
 * @param {Run} run
 */
export function unfit(id, { tests, output }) {
  const own = ran(id, tests)
  if (own.length === 0) return { ok: false, what: `no test that begins with "${id} " ran.${lastLines(output)}` }
  const wrong = own.find(({ state }) => state !== 'passed')
  return wrong && { ok: false, what: `${wrong.state} without any sabotage: ${wrong.title}. ${wrong.errors[0]?.message ?? ''}` }
}

/**
 * Whether somebody noticed that the defence is gone: one of the threat's tests failed, and by an assertion. Code that no longer loads, or throws where
 * nobody expected anything of it, shows nothing.
 *
 * @param {string} id
 * @param {Run} run
 */
export function verdict(id, { tests, elsewhere, output }) {
  const own = ran(id, tests)
  const red = own.filter(({ state }) => state === 'failed')
  const caught = red.find(({ errors }) => errors.some(({ isAssertion }) => isAssertion))
  if (caught) return { ok: true, what: `${red.length} of ${own.length} tests noticed: ${caught.title}`, red: red.map(({ title }) => title) }
  const [problem] = [...red.flatMap(({ errors }) => errors), ...elsewhere]
  if (red.length > 0) return { ok: false, what: `broke, but no assertion failed: ${problem?.message}` }
  if (own.length === 0) return { ok: false, what: `no test ran with it: ${problem?.message ?? lastLines(output)}` }
  return { ok: false, what: `nobody noticed: all of ${own.length} tests pass without the defence` }
}

const ran = (id, tests) => tests.filter(({ title, state }) => title.startsWith(`${id} `) && state !== 'skipped')

function lastLines(output) {
  const lines = output.trim().split('\n').slice(-5)
  return lines.join('') === '' ? '' : `\n    ${lines.join('\n    ')}`
}
