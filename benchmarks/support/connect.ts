import { type AccountHandle, createIntegrations, type Integrations, type Options } from '@connect-integration/server'
import type { Storage } from '@connect-integration/server/storage'
import { unpacedTime } from './unpaced-time.ts'

/**
 * The SDK on this storage, with one account of the fake Merge linked through the same calls that a product makes. Unless told
 * otherwise it reads employees, and the pace that Merge allows costs no time.
 */
export async function connect(
  url: string,
  storage: Storage,
  { models = ['hris.Employee'], time = unpacedTime() }: { models?: string[]; time?: Pick<Options, 'clock' | 'sleep'> } = {},
): Promise<{ integrations: Integrations; account: AccountHandle }> {
  const integrations = createIntegrations({
    merge: { apiKey: 'benchmark', baseUrl: url, plan: 'enterprise' },
    storage,
    secrets: [Buffer.alloc(32, 7).toString('base64')],
    sync: { models },
    ...time,
  })
  const owner = integrations.forOrganization('acme')
  const { accountId } = await owner.createLinkToken({ category: 'hris', organizationName: 'Acme', userEmail: 'it@acme.test' })
  await owner.exchangePublicToken('public-token')
  const account = await owner.account(accountId)
  if (account === null) throw new Error('The account that was just linked is not there.')
  return { integrations, account }
}
