// `npm run prove`: the simulation of packages/server/test/simulation, as long as you like.
// `--histories 5000` (1,000,000 unless set), `--seconds 600`, `--shard 1/4`, `--threads 2`, `--json FILE`; a run that was
// stopped goes on where it was as long as the source is the same (`--anew` does not). `--storage sqlite` (100,000) or `postgres` (20,000)
// runs them on a real database. `--record` keeps the report in docs/proof, from where any other checkout of the same source goes on.
// `--replay SEED` runs one history and tells it.
// `--sabotage` takes one defence away at a time and demands that a test notices: `--only T1,S6`, `--json`. Without any argument it comes first.
// `--connects` lets the customers of many organizations connect at the same moment: `--histories 10000` clicks (so many unless set), `--json`.
// `--webhooks` tries forged webhooks instead: `--histories 10000000` (so many unless set), `--seconds`, `--json`.

// The packages from their sources, wherever the proofs import them by name: no build is needed, and none can be stale.
import '../../packages/storage-sql/test/fixtures/from-source.mjs'
import { parseArgs } from 'node:util'
import { THREATS } from '../prove/threats.mjs'

const options = {
  histories: { type: 'string' },
  storage: { type: 'string', default: 'memory' },
  seconds: { type: 'string' },
  shard: { type: 'string', default: '1/1' },
  threads: { type: 'string' },
  json: { type: 'string' },
  anew: { type: 'boolean', default: false },
  record: { type: 'boolean', default: false },
  replay: { type: 'string' },
  webhooks: { type: 'boolean', default: false },
  connects: { type: 'boolean', default: false },
  sabotage: { type: 'boolean', default: false },
  only: { type: 'string' },
}

/** How many histories a run has on each kind of storage. */
const USUAL = { memory: '1000000', sqlite: '100000', postgres: '20000' }

const wanted = read(process.argv.slice(2))
if (wanted === null) process.exitCode = 2
else if (wanted.sabotage !== undefined) process.exitCode = await (await import('../prove/sabotage.mjs')).proveSabotage(wanted.sabotage)
else if (wanted.connects !== undefined) process.exitCode = await (await import('../prove/connects.mjs')).proveConnects(wanted.connects)
else if (wanted.webhooks !== undefined) process.exitCode = await (await import('../prove/webhooks.mjs')).proveWebhooks(wanted.webhooks)
else if (wanted.replay !== undefined) process.exitCode = await (await import('../prove/replay.mjs')).replay(wanted.replay, wanted.storage)
else {
  const sabotaged = process.argv.length > 2 ? 0 : await (await import('../prove/sabotage.mjs')).proveSabotage({})
  process.exitCode = (await (await import('../prove/prove.mjs')).prove(wanted)) || sabotaged
}

/** `null`, and a word of help, when the arguments make no sense. */
function read(args) {
  try {
    const { values } = parseArgs({ args, options })
    const [shard, shards] = values.shard.split('/').map((part) => whole(part, '--shard'))
    if (shards === undefined || shard > shards) throw new Error('--shard takes a part and a whole: 2/4 is the second of four.')
    if (values.record && shards > 1) throw new Error('--record keeps the whole, and was given a shard.')
    if (!Object.hasOwn(USUAL, values.storage))
      throw new Error(`--storage takes ${Object.keys(USUAL).join(', ')}, and was given "${values.storage}".`)
    const milliseconds = values.seconds === undefined ? undefined : whole(values.seconds, '--seconds') * 1000
    const count = values.histories === undefined ? undefined : whole(values.histories, '--histories')
    if (values.sabotage || values.only !== undefined) return { sabotage: { only: values.only && threats(values.only), json: values.json } }
    if (values.connects) return { connects: { connects: count, json: values.json } }
    if (values.webhooks) return { webhooks: { forgeries: count, milliseconds, json: values.json } }
    return {
      histories: whole(values.histories ?? USUAL[values.storage], '--histories'),
      storage: values.storage,
      milliseconds,
      shard,
      shards,
      threads: values.threads === undefined ? undefined : whole(values.threads, '--threads'),
      json: values.json,
      anew: values.anew,
      record: values.record,
      replay: values.replay === undefined ? undefined : whole(values.replay, '--replay'),
    }
  } catch (error) {
    console.error(
      `${error.message}\nUsage: npm run prove -- [--histories N] [--seconds N] [--storage memory|sqlite|postgres] [--shard I/N] [--threads N] [--json FILE] [--anew] [--record] | [--storage …] --replay SEED | --webhooks [--histories N] [--seconds N] [--json FILE] | --connects [--histories N] [--json FILE] | --sabotage [--only ID,ID] [--json FILE]`,
    )
    return null
  }
}

function threats(text) {
  const ids = text.split(',').map((id) => id.trim())
  const unknown = ids.filter((id) => !THREATS.includes(id))
  if (unknown.length > 0) throw new Error(`--only takes ids of docs/spec/threats.md, such as T1,S6, and was given "${unknown.join(', ')}".`)
  return ids
}

function whole(text, name) {
  if (!/^[1-9]\d*$/.test(text)) throw new Error(`${name} takes whole numbers from 1, and was given "${text}".`)
  return Number(text)
}
