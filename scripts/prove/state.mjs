import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { noCounts } from '../../packages/server/test/simulation/trial/outcome.ts'

const FOLDER = '.cache/prove'
/** What a verdict depends on. */
const SOURCES = ['packages/server/src', 'packages/server/test/simulation']
const SQL_SOURCES = [...SOURCES, 'packages/storage-sql/src', 'packages/storage-sql/test/fixtures']

/** How far this shard has come with exactly this source. `save` is atomic: a run that is killed loses its last piece and nothing else. */
export function openState({ storage, shard, shards, anew }) {
  const source = fingerprint(storage === 'memory' ? SOURCES : SQL_SOURCES)
  const name = join(FOLDER, `${source}-${storage}-${shard}-of-${shards}`)
  const file = `${name}.state.json`
  mkdirSync(FOLDER, { recursive: true })
  if (anew) rmSync(file, { force: true })
  const kept = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { done: 0, counts: noCounts(), failures: [] }
  return {
    ...kept,
    source,
    reportFile: `${name}.report.json`,
    save() {
      writeFileSync(`${file}.new`, JSON.stringify({ done: this.done, counts: this.counts, failures: this.failures }))
      renameSync(`${file}.new`, file)
    },
  }
}

function fingerprint(sources) {
  const hash = createHash('sha256')
  for (const folder of sources) {
    for (const name of readdirSync(folder, { recursive: true }).sort()) {
      if (name.endsWith('.ts')) hash.update(name).update(readFileSync(join(folder, name)))
    }
  }
  return hash.digest('hex').slice(0, 12)
}
