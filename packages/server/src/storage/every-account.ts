import type { Account, AccountQuery, Storage } from './port.ts'

/** All accounts that `list` finds for this query, a page of 100 at a time, in order of id. */
export async function* everyAccount(storage: Storage, query: Omit<AccountQuery, 'after' | 'limit'>): AsyncGenerator<Account> {
  for (let after: string | undefined; ; ) {
    const page = await storage.list({ ...query, limit: 100, ...(after === undefined ? {} : { after }) })
    yield* page.accounts
    if (page.next === null) return
    after = page.next
  }
}
