import { task } from '../step.mjs'
import { types } from '../steps/types.mjs'

await task('types', types)
