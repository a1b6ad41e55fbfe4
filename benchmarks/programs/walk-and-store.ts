import { sqliteStorage } from '@connect-integration/storage-sql'
import { connect } from '../support/connect.ts'
import { measure, report, resultOf } from '../support/measure.ts'

// The SDK's own sync into a new SQLite file. Arguments: the URL of the fake Merge, the file.
const [url = '', file = ''] = process.argv.slice(2)
const storage = sqliteStorage(file)
const { account } = await connect(url, storage)
const cost = await measure(async () => {
  while (!(await account.syncNow()).sync.ready);
})
const lines: string[] = []
for await (const { data } of account.changes('hris.Employee')) lines.push(`${data.id} ${data.work_email}`)
await storage.close()
report({ ...cost, ...resultOf(lines) })
