import { command } from '../command.mjs'
import { verdict } from '../step.mjs'

/**
 * Format, import order and lint rules of every file that git does not ignore; warnings count.
 *
 * @param {string[]} args more for biome, such as `--write`
 */
export async function lint(args = []) {
  const { ok, output } = await command('biome', ['check', '--error-on-warnings', ...args])
  return verdict(ok, output, output.match(/Checked (\d+ files)/)?.[1])
}
