import { memoryStorage } from '@connect-integration/server/storage/memory'
import { connect } from '../support/connect.ts'
import { measure, report, resultOf } from '../support/measure.ts'

// The same pages through the same gateway, and nothing done with them: no sync can be faster. Argument: the URL of the fake Merge.
const { integrations, account } = await connect(process.argv[2] ?? '', memoryStorage())
const { gateway, vault, settings } = integrations.core.sync
const row = await integrations.core.storage.get({ id: account.info.id, organizationId: account.info.organizationId })
const model = settings.models[0]
if (row?.token == null || model === undefined) throw new Error('The account that was just linked has no token.')
const token = await vault.open(row.token, 'account-token', row)
const lines: string[] = []
const cost = await measure(async () => {
  for (let cursor: string | null = null; ; ) {
    const page = await gateway.listPage(model, token, { after: null, cursor })
    for (const record of page.records as { id: string; work_email: string }[]) lines.push(`${record.id} ${record.work_email}`)
    if (page.next === null) return
    cursor = page.next
  }
})
report({ ...cost, ...resultOf(lines) })
