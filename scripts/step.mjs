/**
 * What a step has to say: how many things it held to be right and wrong (tests,
 * or the step itself), a few words for its line, and what to print when it failed.
 *
 * @typedef {{ passed: number, failed: number, detail?: string, output?: string, notes?: string[] }} Outcome
 */

/**
 * Runs one step and prints one line about it; a failure is printed in full, a
 * note (a skipped test, say) on a line of its own. A step that throws has failed.
 *
 * @param {string} name
 * @param {() => Promise<Outcome>} work
 * @returns {Promise<{ name: string, passed: number, failed: number, milliseconds: number }>}
 */
export async function step(name, work) {
  const interactive = process.stdout.isTTY
  if (interactive) process.stdout.write(`… ${name}`)
  const start = performance.now()
  const outcome = await work().catch((error) => ({ passed: 0, failed: 1, output: error.stack }))
  const milliseconds = performance.now() - start
  if (interactive) process.stdout.write('\r\x1b[K')
  console.log(`${outcome.failed ? '✗' : '✓'} ${name.padEnd(10)} ${seconds(milliseconds)}  ${outcome.detail ?? ''}`.trimEnd())
  for (const note of outcome.notes ?? []) console.log(`  ${note}`)
  if (outcome.failed && outcome.output) console.log(`\n${outcome.output.trim()}\n`)
  return { name, passed: outcome.passed, failed: outcome.failed, milliseconds }
}

/** An outcome of one thing that is right or wrong as a whole. @returns {Outcome} */
export function verdict(ok, output, detail) {
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, output, detail }
}

/** Runs the step as a whole task: prints, and leaves the exit code. */
export async function task(name, work) {
  const { failed } = await step(name, work)
  process.exitCode = failed ? 1 : 0
}

function seconds(milliseconds) {
  return `${(milliseconds / 1000).toFixed(1)} s`.padStart(7)
}
