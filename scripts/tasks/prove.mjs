// `npm run prove`: the simulation of packages/server/test/simulation, as long as you like.
// `--histories 1000000` (100,000 unless set), `--seconds 600`, `--shard 1/4`, `--threads 2`, `--json FILE`; a run that was
// stopped goes on where it was as long as the source is the same (`--anew` does not). `--storage sqlite` or `postgres` (20,000 unless
// set) runs them on a real database. `--replay SEED` runs one history and tells it.
// `--webhooks` tries forged webhooks instead: `--histories 10000000` (so many unless set), `--seconds`, `--json`.

import { parseArgs } from 'node:util'

const options = {
  histories: { type: 'string' },
  storage: { type: 'string', default: 'memory' },
  seconds: { type: 'string' },
  shard: { type: 'string', default: '1/1' },
  threads: { type: 'string' },
  json: { type: 'string' },
  anew: { type: 'boolean', default: false },
  replay: { type: 'string' },
  webhooks: { type: 'boolean', default: false },
}

/** How many histories a run has on each kind of storage. */
const USUAL = { memory: '100000', sqlite: '100000', postgres: '20000' }

const wanted = read(process.argv.slice(2))
if (wanted === null) process.exitCode = 2
else if (wanted.webhooks !== undefined) process.exitCode = await (await import('../prove/webhooks.mjs')).proveWebhooks(wanted.webhooks)
else if (wanted.replay !== undefined) process.exitCode = await (await import('../prove/replay.mjs')).replay(wanted.replay, wanted.storage)
else process.exitCode = await (await import('../prove/prove.mjs')).prove(wanted)

/** `null`, and a word of help, when the arguments make no sense. */
function read(args) {
  try {
    const { values } = parseArgs({ args, options })
    const [shard, shards] = values.shard.split('/').map((part) => whole(part, '--shard'))
    if (shards === undefined || shard > shards) throw new Error('--shard takes a part and a whole: 2/4 is the second of four.')
    if (!Object.hasOwn(USUAL, values.storage))
      throw new Error(`--storage takes ${Object.keys(USUAL).join(', ')}, and was given "${values.storage}".`)
    const milliseconds = values.seconds === undefined ? undefined : whole(values.seconds, '--seconds') * 1000
    const forgeries = values.histories === undefined ? undefined : whole(values.histories, '--histories')
    if (values.webhooks) return { webhooks: { forgeries, milliseconds, json: values.json } }
    return {
      histories: whole(values.histories ?? USUAL[values.storage], '--histories'),
      storage: values.storage,
      milliseconds,
      shard,
      shards,
      threads: values.threads === undefined ? undefined : whole(values.threads, '--threads'),
      json: values.json,
      anew: values.anew,
      replay: values.replay === undefined ? undefined : whole(values.replay, '--replay'),
    }
  } catch (error) {
    console.error(
      `${error.message}\nUsage: npm run prove -- [--histories N] [--seconds N] [--storage memory|sqlite|postgres] [--shard I/N] [--threads N] [--json FILE] [--anew] | [--storage …] --replay SEED | --webhooks [--histories N] [--seconds N] [--json FILE]`,
    )
    return null
  }
}

function whole(text, name) {
  if (!/^[1-9]\d*$/.test(text)) throw new Error(`${name} takes whole numbers from 1, and was given "${text}".`)
  return Number(text)
}
