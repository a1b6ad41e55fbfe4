// `npm run story`: the whole flow without a browser, told in the terminal. The verdict compares the SQLite file with the sandbox's
// own ground truth, never with what the SDK says of itself. Exit code 1 when anything differs.

import { step } from '../step.mjs'
import { build } from '../steps/build.mjs'

process.env.CONNECT_SKIP_TYPES = '1' // To run needs no declarations.
const built = await step('build', build)
if (built.failed) process.exit(1)

const { tellStory } = await import('../story/story.mjs')
const failed = await tellStory()
process.exit(failed === 0 ? 0 : 1)
