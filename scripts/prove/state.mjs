import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { noCounts } from '../../packages/server/test/simulation/trial/outcome.ts'
import { fingerprint } from './fingerprint.mjs'

/** `cache` is this checkout's own; `records` are kept with the source. */
const FOLDERS = { cache: '.cache/prove', records: 'docs/proof' }

/**
 * How far this shard has come with exactly this source: here, or, for the whole, wherever the record was made. `save` is atomic: a run
 * that is killed loses its last piece and nothing else.
 */
export function openState({ storage, shard, shards, anew, source = fingerprint(storage), folders = FOLDERS }) {
  const name = join(folders.cache, `${source}-${storage}-${shard}-of-${shards}`)
  const file = `${name}.state.json`
  const recordFile = join(folders.records, `${storage}.json`)
  if (anew) rmSync(file, { force: true })
  const record = read(recordFile)
  const kept = anew ? [] : [read(file), shards === 1 && record?.source === source ? stateIn(record) : null]
  return {
    ...kept.filter(Boolean).reduce((furthest, one) => (one.done > furthest.done ? one : furthest), nothing()),
    source,
    reportFile: `${name}.report.json`,
    recordFile,
    /** The record tells of other code than this. */
    outdated: record !== null && record.source !== source,
    save() {
      write(file, { done: this.done, counts: this.counts, failures: this.failures })
    },
  }
}

/** Atomic. */
export function write(file, value) {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(`${file}.new`, `${JSON.stringify(value, null, 2)}\n`)
  renameSync(`${file}.new`, file)
}

function nothing() {
  return { done: 0, counts: noCounts(), failures: [] }
}

function stateIn(report) {
  const counts = Object.fromEntries(Object.keys(noCounts()).map((name) => [name, report[name]]))
  return { done: report.histories, counts, failures: report.failures }
}

function read(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null
}
