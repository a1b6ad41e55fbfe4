import { command } from '../command.mjs'
import { verdict } from '../step.mjs'

/** The types of everything at once: sources, tests, examples, benchmarks. */
export async function types() {
  const { ok, output } = await command('tsc', ['--noEmit', '--project', 'tsconfig.json'])
  return verdict(ok, output)
}
