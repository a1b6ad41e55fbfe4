import { checkModel } from './change-reader.ts'
import type { Core } from './core.ts'
import { everyAccount } from './storage/every-account.ts'
import { type ModelVerdict, verifyModel } from './sync/verify-model.ts'

/** Every account with a token, one after the other, each model that is read of it. */
export async function* verify(
  core: Core,
  query: { organization?: string; model?: string; signal?: AbortSignal } = {},
): AsyncGenerator<ModelVerdict> {
  const only = query.model === undefined ? null : checkModel(core, query.model)
  const signal = query.signal ?? new AbortController().signal
  const owner = query.organization === undefined ? {} : { organizationId: query.organization }
  for await (const account of everyAccount(core.storage, { ...owner, status: ['active', 'relink_needed'] })) {
    if (account.token === null) continue
    const token = await core.link.vault.open(account.token, 'account-token', account)
    const rows = core.sync.settings.models.filter((row) => row.category === account.category && (only === null || row === only))
    for (const row of rows) yield await verifyModel(core.sync, account, token, row, signal)
  }
}
