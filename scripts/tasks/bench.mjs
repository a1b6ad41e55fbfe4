import { step } from '../step.mjs'
import { build } from '../steps/build.mjs'

// Measures what the build made. Declarations cost nothing at run time, so they are not built.
process.env.CONNECT_SKIP_TYPES = '1'
const built = await step('build', build)
if (built.failed) process.exitCode = 1
else {
  const { bench } = await import('../../benchmarks/run.ts')
  process.exitCode = await bench(process.argv.slice(2))
}
