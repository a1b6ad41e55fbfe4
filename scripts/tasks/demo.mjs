// `npm start`: builds, starts the demo and tells what happens until Ctrl-C.
import { startDemo } from '../demo/start-demo.mjs'
import { step } from '../step.mjs'
import { build } from '../steps/build.mjs'

process.env.CONNECT_SKIP_TYPES = '1' // To run needs no declarations.
const built = await step('build', build)
if (built.failed) process.exit(1)

const wanted = process.env.PORT === undefined ? {} : { port: Number(process.env.PORT) }
const demo = await startDemo({ ...wanted, onLine: (line) => console.log(line) }).catch((error) => {
  console.error(`\n${error.message}`)
  process.exit(1)
})

console.log(`
  Open      ${demo.url}
  ${demo.sandbox ? `Source    ${demo.sandbox.url}   change, hire and delete people there, or break the connection` : 'Merge     the real one, with your MERGE_API_KEY'}
  Database  ${demo.database}

  What happens shows here. Ctrl-C ends it.
`)

let stopping = false
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, async () => {
    if (stopping) process.exit(130)
    stopping = true
    await demo.stop()
    process.exit(0)
  })
}
demo.exited.then((code) => {
  if (stopping) return
  console.error('\nThe demo app ended unexpectedly; the lines above say why.')
  process.exit(code || 1)
})
