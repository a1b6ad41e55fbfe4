import { command } from '../command.mjs'
import { verdict } from '../step.mjs'

/**
 * Builds every package, each after those it depends on. With CONNECT_SKIP_TYPES=1
 * in the environment the declarations are left out, which is most of the work:
 * enough to run, not to publish.
 */
export async function build() {
  const { ok, output } = await command('pnpm', [
    '--recursive',
    '--workspace-concurrency=2',
    '--aggregate-output',
    '--filter=./packages/*',
    'run',
    'build',
  ])
  return verdict(ok, withoutFinished(output), process.env.CONNECT_SKIP_TYPES === '1' ? 'without declarations' : undefined)
}

/** What the packages that were built have to say hides what is wrong with the one that was not. */
function withoutFinished(output) {
  const finished = [...output.matchAll(/^(\S+ build): Done$/gm)].map(([, prefix]) => prefix)
  const lines = output.split('\n')
  return lines.filter((line) => !finished.some((prefix) => line.startsWith(prefix))).join('\n')
}
