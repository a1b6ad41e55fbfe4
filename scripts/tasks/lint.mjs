import { task } from '../step.mjs'
import { lint } from '../steps/lint.mjs'

await task('lint', () => lint(process.argv.slice(2)))
