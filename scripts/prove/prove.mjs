import { availableParallelism } from 'node:os'
import { openThreads } from '../../packages/server/test/simulation/trial/many.ts'
import { addCounts } from '../../packages/server/test/simulation/trial/outcome.ts'
import { neglected, summary } from '../../packages/server/test/simulation/trial/report.ts'
import { openState, write } from './state.mjs'
import { startStorage } from './storage.mjs'

/** The histories of `npm test` come first, then others: the numbers go on. */
const FIRST = 1
const CHUNK = { memory: 2_000, sqlite: 500, postgres: 200 }

/**
 * Runs this shard's share of the histories, in pieces, keeping what was reached after each; `record` keeps it with the source too. Returns the
 * exit code: 1 when a history went wrong, or when the whole share was run and some kind of trouble came too seldom to speak of.
 */
export async function prove({ histories, milliseconds = Number.POSITIVE_INFINITY, storage, shard, shards, threads, json, anew, record }) {
  const share = Math.floor((histories - shard) / shards) + 1
  const state = openState({ storage, shard, shards, anew })
  if (state.outdated) console.log(`${state.recordFile} is of other code than this (${state.source}).`)
  if (state.done > 0) console.log(`Going on after ${state.done} histories (--anew starts again).`)
  const began = Date.now()
  const doneBefore = state.done
  const cpuBefore = process.cpuUsage()
  const started = await startStorage(storage)
  const open = openThreads({ threads: threads ?? availableParallelism(), storage: started.storage })
  const files = [json ?? state.reportFile, ...(record ? [state.recordFile] : [])]
  try {
    while (state.done < share && Date.now() - began < milliseconds) {
      const { counts, failures, done } = await open.run({
        first: FIRST + shard - 1 + state.done * shards,
        stride: shards,
        count: Math.min(CHUNK[storage], share - state.done),
        milliseconds: milliseconds - (Date.now() - began),
      })
      addCounts(state.counts, counts)
      state.failures = [...state.failures, ...failures].slice(0, 100)
      state.done += done
      state.save()
      if (record) write(state.recordFile, reportOf(state, { share, storage, shard, shards }))
      const made = state.done - doneBefore
      const { user, system } = process.cpuUsage(cpuBefore)
      const each = (Date.now() - began) / made
      const speed = `${(1000 / each).toFixed(0)} a second, ${(made / ((user + system) / 1e6)).toFixed(0)} a CPU second`
      const left = `${(((share - state.done) * each) / 60_000).toFixed(0)} minutes to go`
      console.log(`${state.done} of ${share}, ${speed}, ${left}, ${state.counts.wrong} went wrong`)
    }
  } finally {
    // Also where a thread has failed: a server that is left behind would run on.
    await open.close().finally(() => started.stop())
  }
  const report = reportOf(state, { share, storage, shard, shards })
  for (const file of files) write(file, report)
  console.log(`\n${summary(state.counts)}`)
  for (const { seed, problems } of state.failures.slice(0, 5)) {
    console.log(`✗ ${seed}: ${problems[0]?.kind}, ${problems[0]?.what.slice(0, 160)}`)
    console.log(`  npm run prove -- ${storage === 'memory' ? '' : `--storage ${storage} `}--replay ${seed}`)
  }
  if (report.complete) for (const what of report.tooSeldom) console.log(`✗ too seldom: ${what}`)
  console.log(`${report.complete ? '' : 'Not finished; the same command goes on. '}Report: ${files.join(', ')}`)
  return report.ok ? 0 : 1
}

function reportOf(state, { share, storage, shard, shards }) {
  const complete = state.done >= share
  const tooSeldom = neglected(state.counts)
  return {
    ok: state.counts.wrong === 0 && (!complete || tooSeldom.length === 0),
    complete,
    storage,
    shard: `${shard}/${shards}`,
    /** Of the code that was run. */
    source: state.source,
    node: process.version,
    ...state.counts,
    histories: state.done,
    tooSeldom,
    /** The first hundred. */
    failures: state.failures,
  }
}
