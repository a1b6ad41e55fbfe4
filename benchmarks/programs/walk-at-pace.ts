import { setTimeout } from 'node:timers/promises'
import { sqliteStorage } from '@connect-integration/storage-sql'
import type { Allowance } from '../support/allowance.ts'
import { connect } from '../support/connect.ts'
import { measure, report } from '../support/measure.ts'

// The SDK's own work loop at the pace that Merge allows, in real time: four models of one account into a new SQLite file.
// Arguments: the URL of the fake Merge, the file, and for how many milliseconds.
const [url = '', file = '', forMs] = process.argv.slice(2)
const models = ['hris.Employee', 'hris.Employment', 'hris.Location', 'hris.TimeOff']
const storage = sqliteStorage(file)
const { integrations, account } = await connect(url, storage, { models, time: {} })
const allowance = async () => (await (await fetch(`${url}/allowance`)).json()) as Allowance
const stop = new AbortController()
const before = await allowance()
const cost = await measure(async () => {
  const work = integrations.run({ signal: stop.signal })
  await setTimeout(Number(forMs))
  stop.abort()
  await work
})
const after = await allowance()
let records = 0
for (const model of models) for await (const _ of account.changes(model)) records++
await storage.close()
report({ ...cost, accepted: after.accepted - before.accepted, refused: after.refused - before.refused, records })
