import { readKeyring } from '../../src/secrets/keyring.ts'
import { createVault } from '../../src/secrets/vault.ts'
import type { Account } from '../../src/storage/port.ts'
import { SECRET, type World } from './setup.ts'

/** The account token of a row, in clear. */
export async function tokenOf(row: Account, secrets: readonly string[] = [SECRET]): Promise<string> {
  if (row.token === null) throw new Error(`The row ${row.id} has no token.`)
  const vault = createVault(readKeyring(secrets), () => new Uint8Array(12))
  return (await vault.open(row.token, 'account-token', row)).reveal()
}

/** Merge's id of the account that the row's token opens, or `null` when it is dead. */
export async function opens(world: World, row: Account): Promise<string | null> {
  return whose(world, await tokenOf(row))
}

export async function whose(world: World, token: string): Promise<string | null> {
  const answer = await world.sandbox.handle(
    new Request('https://merge.test/api/hris/v1/account-details', {
      headers: { authorization: `Bearer ${world.sandbox.apiKey}`, 'x-account-token': token },
    }),
  )
  return answer.ok ? ((await answer.json()) as { id: string }).id : null
}
