import { measure, report, resultOf } from '../support/measure.ts'
import { officialEmployees } from '../support/official-client.ts'

// The same pages through Merge's own client, and nothing done with them. Argument: the URL of the fake Merge.
const employees = officialEmployees(process.argv[2] ?? '')
const lines: string[] = []
const cost = await measure(async () => {
  for await (const employee of await employees()) lines.push(`${employee.id} ${employee.workEmail}`)
})
report({ ...cost, ...resultOf(lines) })
