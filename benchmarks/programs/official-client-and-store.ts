import { DatabaseSync } from 'node:sqlite'
import { setTimeout } from 'node:timers/promises'
import { measure, report, resultOf } from '../support/measure.ts'
import { officialEmployees } from '../support/official-client.ts'

// What a first version by hand looks like: Merge's own client, and an upsert for each record as it comes, which can
// be neither resumed nor trusted after a crash. Arguments: the URL of the fake Merge, the file, and the milliseconds that the store is away.
const [url = '', file = '', awayMs = 0] = process.argv.slice(2)
const database = new DatabaseSync(file)
database.exec(`
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  CREATE TABLE employees (id TEXT NOT NULL PRIMARY KEY, modified_at TEXT, data TEXT NOT NULL);
`)
const upsert = database.prepare(`INSERT INTO employees VALUES (?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET modified_at = excluded.modified_at, data = excluded.data`)
const employees = officialEmployees(url)
const cost = await measure(async () => {
  for await (const employee of await employees()) {
    if (Number(awayMs) > 0) await setTimeout(Number(awayMs))
    upsert.run(employee.id ?? null, employee.modifiedAt?.toISOString() ?? null, JSON.stringify(employee))
  }
})
const rows = database.prepare(`SELECT id || ' ' || json_extract(data, '$.workEmail') AS line FROM employees`).all()
database.close()
report({ ...cost, ...resultOf(rows.map(({ line }) => String(line))) })
