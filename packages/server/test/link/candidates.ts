import type { Integrations } from '../../src/index.ts'
import { createKeepCandidate } from '../../src/link/keep-candidate.ts'
import { Secret } from '../../src/secrets/secret.ts'
import type { Announcement, Moments } from './moments.ts'

/** As a webhook does it: the token is stored beside its row, for the worker to confirm. */
export async function keepCandidate(
  world: Moments,
  { linkedAccountId, accountToken }: Announcement,
  by: Integrations = world.integrations,
) {
  const row = (await world.rows()).find(({ status }) => status === 'pending') ?? (await world.rows())[0]
  const named = { linkedAccountId, originId: row?.originId ?? null, category: 'hris' }
  return world.run(createKeepCandidate(by.core.link)(named, new Secret(accountToken), false))
}
