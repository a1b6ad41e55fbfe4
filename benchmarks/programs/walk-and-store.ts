import { sqliteStorage } from '@connect-integration/storage-sql'
import { connect } from '../support/connect.ts'
import { distant } from '../support/distant.ts'
import { measure, report, resultOf } from '../support/measure.ts'

// The SDK's own sync into a new SQLite file. Arguments: the URL of the fake Merge, the file, and the milliseconds that the store is away.
const [url = '', file = '', awayMs = 0] = process.argv.slice(2)
const storage = distant(sqliteStorage(file), Number(awayMs))
const { account } = await connect(url, storage)
const cost = await measure(async () => {
  while (!(await account.syncNow()).sync.ready);
})
const lines: string[] = []
for await (const { data } of account.changes('hris.Employee')) lines.push(`${data.id} ${data.work_email}`)
await storage.close()
report({ ...cost, ...resultOf(lines) })
