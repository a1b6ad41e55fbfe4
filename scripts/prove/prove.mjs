import { writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { runMany } from '../../packages/server/test/simulation/trial/many.ts'
import { addCounts } from '../../packages/server/test/simulation/trial/outcome.ts'
import { neglected, summary } from '../../packages/server/test/simulation/trial/report.ts'
import { openState } from './state.mjs'
import { startStorage } from './storage.mjs'

/** The histories of `npm test` come first, then others: the numbers go on. */
const FIRST = 1
const CHUNK = 2_000

/**
 * Runs this shard's share of the histories, in pieces, keeping what was reached after each. Returns the exit code: 1 when a history
 * went wrong, or when the whole share was run and some kind of trouble came too seldom to speak of.
 */
export async function prove({ histories, milliseconds = Number.POSITIVE_INFINITY, storage, shard, shards, threads, json, anew }) {
  const share = Math.floor((histories - shard) / shards) + 1
  const state = openState({ storage, shard, shards, anew })
  if (state.done > 0) console.log(`Going on after ${state.done} histories (--anew starts again).`)
  const began = Date.now()
  const doneBefore = state.done
  const cpuBefore = process.cpuUsage()
  const started = await startStorage(storage)
  try {
    while (state.done < share && Date.now() - began < milliseconds) {
      const { counts, failures, done } = await runMany({
        first: FIRST + shard - 1 + state.done * shards,
        stride: shards,
        count: Math.min(storage === 'memory' ? CHUNK : CHUNK / 10, share - state.done),
        threads: threads ?? availableParallelism(),
        milliseconds: milliseconds - (Date.now() - began),
        storage: started.storage,
      })
      addCounts(state.counts, counts)
      state.failures = [...state.failures, ...failures].slice(0, 100)
      state.done += done
      state.save()
      const made = state.done - doneBefore
      const { user, system } = process.cpuUsage(cpuBefore)
      const speed = `${(made / ((Date.now() - began) / 1000)).toFixed(0)} a second, ${(made / ((user + system) / 1e6)).toFixed(0)} a CPU second`
      console.log(`${state.done} of ${share}, ${speed}, ${state.counts.wrong} went wrong`)
    }
  } finally {
    await started.stop()
  }
  const complete = state.done >= share
  const seldom = neglected(state.counts)
  const report = {
    ok: state.counts.wrong === 0 && (!complete || seldom.length === 0),
    complete,
    storage,
    shard: `${shard}/${shards}`,
    source: state.source,
    node: process.version,
    histories: state.done,
    ...state.counts,
    tooSeldom: seldom,
    /** The first hundred. */
    failures: state.failures,
  }
  const file = json ?? state.reportFile
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`)
  console.log(`\n${summary(state.counts)}`)
  for (const { seed, problems } of state.failures.slice(0, 5)) {
    console.log(`✗ ${seed}: ${problems[0]?.kind}, ${problems[0]?.what.slice(0, 160)}`)
    console.log(`  npm run prove -- ${storage === 'memory' ? '' : `--storage ${storage} `}--replay ${seed}`)
  }
  if (complete) for (const what of seldom) console.log(`✗ too seldom: ${what}`)
  console.log(`${complete ? '' : 'Not finished; the same command goes on. '}Report: ${file}`)
  return report.ok ? 0 : 1
}
