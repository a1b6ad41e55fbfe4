import { MergeClient } from '@mergeapi/merge-node-client'
import { PAGE_SIZE } from './employee-pages.ts'

/** All employees of the fake Merge through Merge's own client, in pages as large as the SDK's. */
export function officialEmployees(url: string) {
  const client = new MergeClient({ apiKey: 'benchmark', accountToken: 'account-token', environment: url })
  return () => client.hris.employees.list({ pageSize: PAGE_SIZE, includeDeletedData: true })
}
