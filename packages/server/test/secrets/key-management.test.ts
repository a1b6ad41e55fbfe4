import { createCipheriv, createDecipheriv } from 'node:crypto'
import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { ErrorCode, type KeyManagement } from '../../src/index.ts'
import { openVault } from '../../src/secrets/key-management.ts'
import { Secret } from '../../src/secrets/secret.ts'
import type { Row } from '../../src/secrets/vault.ts'
import { systemRandomBytes } from '../../src/system.ts'
import { rowOf, SECRET, setup } from '../support/setup.ts'

const row = (more: Partial<Row> = {}): Row => ({ id: 'int_1', organizationId: 'org', userId: null, originId: 'o', ...more })
const token = new Secret('the-account-token')

/** A service with keys of its own, which it changes, and a line to it that can fail. */
function service() {
  let number = 0
  const masters = [systemRandomBytes(32)]
  const asked = { wrap: 0, unwrap: 0 }
  const keys = new Set<string>()
  let down = false
  const line = () => {
    if (down) throw new Error('the service says: the-account-token is none of my business')
  }
  const kms: KeyManagement = {
    async wrap(key) {
      asked.wrap++
      keys.add(Buffer.from(key).toString('hex'))
      line()
      const cipher = createCipheriv('aes-256-gcm', masters[number] as Uint8Array, Buffer.alloc(12, asked.wrap))
      return Buffer.concat([Buffer.from([number, asked.wrap]), cipher.update(key), cipher.final(), cipher.getAuthTag()])
    },
    async unwrap(wrapped) {
      asked.unwrap++
      line()
      const bytes = Buffer.from(wrapped)
      const decipher = createDecipheriv('aes-256-gcm', masters[bytes[0] ?? 99] as Uint8Array, Buffer.alloc(12, bytes[1]))
      decipher.setAuthTag(bytes.subarray(-16))
      return Buffer.concat([decipher.update(bytes.subarray(2, -16)), decipher.final()])
    },
  }
  const rotate = () => {
    number = masters.push(systemRandomBytes(32)) - 1
  }
  const fail = (now: boolean) => {
    down = now
  }
  return { kms, asked, keys, rotate, fail }
}

test('what is sealed opens again, in another process too, also after the service has changed its key', async () => {
  const { kms, rotate } = service()
  const sealed = await openVault(kms, systemRandomBytes).seal(token, 'account-token', row())
  rotate()
  expect(sealed).toMatch(/^ci2\.[\w-]+\.[\w-]+$/)
  expect((await openVault(kms, systemRandomBytes).open(sealed, 'account-token', row())).reveal()).toBe('the-account-token')
})

test('each token has a key of its own, and the service is asked once for it', async () => {
  const { kms, asked, keys } = service()
  const vault = openVault(kms, systemRandomBytes)
  const [one, other] = [await vault.seal(token, 'account-token', row()), await vault.seal(token, 'account-token', row())]
  expect(one).not.toBe(other)
  expect(keys.size).toBe(2)
  for (let read = 0; read < 5; read++) await vault.open(one, 'account-token', row())
  expect(asked).toEqual({ wrap: 2, unwrap: 1 })
})

test('a service that cannot be asked is told as such, without its words, and asked again next time', async () => {
  const { kms, fail } = service()
  const vault = openVault(kms, systemRandomBytes)
  const sealed = await vault.seal(token, 'account-token', row())
  fail(true)
  for (const attempt of [() => vault.open(sealed, 'account-token', row()), () => vault.seal(token, 'account-token', row())]) {
    const error = await attempt().catch((problem: unknown) => problem)
    expect(error).toMatchObject({ code: ErrorCode.CRYPTO_UNAVAILABLE, retryable: true, accountId: 'int_1' })
    expect(inspect(error, { depth: 9 })).not.toContain('the-account-token')
  }
  fail(false)
  expect((await vault.open(sealed, 'account-token', row())).reveal()).toBe('the-account-token')
})

test('nonsense does not open, and nothing that was sealed with a key from before without that key', async () => {
  const vault = openVault(service().kms, systemRandomBytes)
  for (const text of ['', 'ci2', 'ci2..AAAA', 'ci3.AAAA.AAAA', 'the-account-token'])
    await expect(vault.open(text, 'account-token', row())).rejects.toMatchObject({ code: ErrorCode.CRYPTO_TAMPERED })
  const former = await openVault([SECRET], systemRandomBytes).seal(token, 'account-token', row())
  await expect(vault.open(former, 'account-token', row())).rejects.toMatchObject({ code: ErrorCode.CRYPTO_KEY_UNKNOWN })
})

test('an application moves from keys to a service: everything opens at once, and after a rotation without the keys', async () => {
  const world = setup({}, { sandbox: { employees: 1 } })
  const id = await world.connect()
  const { kms } = service()
  const moving = world.another({ secrets: { ...kms, previous: [SECRET] } })
  world.time.clock.advance(60_000)
  await world.run(moving.tick({ budgetMs: 60_000 }))
  expect((await moving.forOrganization('org_acme').account(id))?.info.status).toBe('active')
  expect(await world.run(moving.rotateSecrets())).toEqual({ checked: 1, resealed: 1 })
  expect((await rowOf(world, id)).token).toMatch(/^ci2\./)
  const alone = world.another({ secrets: kms })
  expect(await world.run(alone.rotateSecrets())).toEqual({ checked: 1, resealed: 0 })
  const before = world.requests.length
  world.time.clock.advance(3_600_000)
  await world.run(alone.tick({ budgetMs: 60_000 }))
  expect(world.requests.slice(before).filter((request) => request.includes('/sync-status')).length).toBeGreaterThan(0)
})
