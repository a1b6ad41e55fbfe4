import { task } from '../step.mjs'
import { build } from '../steps/build.mjs'

await task('build', build)
