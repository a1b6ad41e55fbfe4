import { step } from '../step.mjs'
import { build } from '../steps/build.mjs'
import { lint } from '../steps/lint.mjs'
import { packages } from '../steps/packages.mjs'
import { tests } from '../steps/tests.mjs'
import { types } from '../steps/types.mjs'

// Everything that has to hold before a change is merged. A failure does not stop what can still say something.
const built = await step('build', build)
const afterBuild = (work) => async () => (built.failed ? { passed: 0, failed: 1, detail: 'not run: the build failed' } : await work())

const results = [
  built,
  await step('lint', () => lint()),
  await step('types', types),
  await step('packages', afterBuild(packages)),
  await step('node', () => tests('node')),
  await step('databases', () => tests('databases')),
  await step('proofs', () => tests('proofs')),
  await step('dom', () => tests('dom')),
  await step('browser', () => tests('browser')),
  await step(
    'e2e',
    afterBuild(() => tests('e2e')),
  ),
]

const sum = (key) => results.reduce((total, result) => total + result[key], 0)
const broken = results.filter((result) => result.failed).map((result) => result.name)
console.log(`\n${broken.length ? `Failed: ${broken.join(', ')}` : 'All is well'}, after ${(sum('milliseconds') / 1000).toFixed(0)} s.`)
console.log(`${sum('passed')} passed, ${sum('failed')} failed`)
process.exitCode = broken.length ? 1 : 0
