import { generateHistory } from '../../packages/server/test/simulation/history/generate.ts'
import { explain } from '../../packages/server/test/simulation/trial/explain.ts'
import { runHistory } from '../../packages/server/test/simulation/trial/run-history.ts'
import { openThread } from '../../packages/server/test/simulation/trial/storage.ts'
import { startStorage } from './storage.mjs'

/** Runs one history. When it goes wrong, leaves out of it whatever is not needed for that and tells what is left. Returns the exit code. */
export async function replay(seed, storage) {
  const started = await startStorage(storage)
  const thread = await openThread(started.storage)
  try {
    const { problems, counts } = await runHistory(generateHistory(seed), {}, thread.open)
    if (problems.length > 0) {
      console.log(await explain(seed, thread.open, storage === 'memory' ? '' : `--storage ${storage} `))
      return 1
    }
    console.log(JSON.stringify(counts, null, 2))
    console.log(`History ${seed} ends as it should.`)
    return 0
  } finally {
    await thread.close()
    await started.stop()
  }
}
