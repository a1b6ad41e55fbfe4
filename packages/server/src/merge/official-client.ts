import type { MergeClient } from '@mergeapi/merge-node-client'
import { ErrorCode, IntegrationError } from '../errors.ts'
import type { Secret } from '../secrets/secret.ts'
import type { Hosts } from './region.ts'

/** Loads Merge's own client, which is large, on the first call only. Throws `CONFIG_PEER_MISSING` where it is not installed. */
export async function createOfficialClient(hosts: Hosts, apiKey: Secret, accountToken: Secret): Promise<MergeClient> {
  let library: typeof import('@mergeapi/merge-node-client')
  try {
    library = await import('@mergeapi/merge-node-client')
  } catch {
    throw new IntegrationError(
      ErrorCode.CONFIG_PEER_MISSING,
      "account.client() needs Merge's own client: npm install @mergeapi/merge-node-client",
    )
  }
  return new library.MergeClient({ apiKey: apiKey.reveal(), accountToken: accountToken.reveal(), baseUrl: hosts.apiBase.href })
}
