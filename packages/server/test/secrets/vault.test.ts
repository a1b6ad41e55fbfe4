import { inspect } from 'node:util'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ErrorCode } from '../../src/index.ts'
import { readKeyring } from '../../src/secrets/keyring.ts'
import { Secret } from '../../src/secrets/secret.ts'
import { createVault, type Row } from '../../src/secrets/vault.ts'
import { systemRandomBytes } from '../../src/system.ts'
import { rowOf, setup } from '../support/setup.ts'
import { tokenOf } from '../support/tokens.ts'

const key = (byte: number) => Buffer.alloc(32, byte).toString('base64')
const vault = (...keys: string[]) => createVault(readKeyring(keys), systemRandomBytes)
const row = (more: Partial<Row> = {}): Row => ({ id: 'int_1', organizationId: 'org', userId: null, originId: 'o', ...more })
const token = new Secret('the-account-token')
const tampered = { code: ErrorCode.CRYPTO_TAMPERED, accountId: 'int_1', retryable: false }

test('what is sealed opens again, for its own row and purpose', async () => {
  const sealed = await vault(key(1)).seal(token, 'account-token', row())
  expect(sealed).toMatch(/^ci1\.[0-9a-f]{8}\.[\w-]+$/)
  expect(sealed).not.toContain('account')
  expect((await vault(key(1)).open(sealed, 'account-token', row())).reveal()).toBe('the-account-token')
})

test('sealed twice it is different each time, and another length of text tells its own length only', async () => {
  const texts = new Set(await Promise.all(Array.from({ length: 50 }, () => vault(key(1)).seal(token, 'account-token', row()))))
  expect(texts.size).toBe(50)
})

test('changed in any character it does not open', async () => {
  const sealed = await vault(key(1)).seal(token, 'account-token', row())
  const body = sealed.lastIndexOf('.') + 1
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: body, max: sealed.length - 2 }), fc.constantFrom(...'ABCxyz019-_'), async (place, letter) => {
      fc.pre(sealed[place] !== letter)
      const changed = sealed.slice(0, place) + letter + sealed.slice(place + 1)
      await expect(vault(key(1)).open(changed, 'account-token', row())).rejects.toMatchObject({ code: ErrorCode.CRYPTO_TAMPERED })
    }),
    { seed: 1, numRuns: 60 },
  )
})

test.each(['', 'ci1', 'ci1.', 'ci1..', 'ci2.00000000.AAAA', 'ci1.00000000.AAAA', 'the-account-token', `ci1.00000000.${'A'.repeat(80)}.x`])(
  '%j is no sealed text',
  async (text) => {
    await expect(vault(key(1)).open(text, 'account-token', row())).rejects.toMatchObject(tampered)
  },
)

test('after a rotation the old key still opens and the new one seals; a key that was taken away is named', async () => {
  const old = await vault(key(1)).seal(token, 'account-token', row())
  const rotated = vault(key(2), key(1))
  expect((await rotated.open(old, 'account-token', row())).reveal()).toBe('the-account-token')
  const fresh = await rotated.seal(token, 'account-token', row())
  expect(fresh.split('.')[1]).not.toBe(old.split('.')[1])
  const problem = await vault(key(2))
    .open(old, 'account-token', row())
    .catch((error) => error)
  expect(problem).toMatchObject({
    code: ErrorCode.CRYPTO_KEY_UNKNOWN,
    accountId: 'int_1',
    message: expect.stringContaining(old.split('.')[1] ?? ''),
  })
})

test('base64url keys and longer keys are keys too', () => {
  expect(() => readKeyring([Buffer.alloc(64, 0xff).toString('base64url')])).not.toThrow()
})

test('a digest tells the same from another, per account and key', () => {
  const digest = (secret: Secret, where = row(), keys = [key(1)]) => vault(...keys).digest(secret, 'public-token', where)
  expect(digest(token)).toBe(digest(new Secret('the-account-token')))
  expect(
    new Set([digest(token), digest(new Secret('other')), digest(token, row({ id: 'int_2' })), digest(token, row(), [key(2)])]).size,
  ).toBe(4)
})

test('a Secret shows itself to nobody', () => {
  for (const shown of [
    `${token}`,
    String(token),
    JSON.stringify({ token }),
    inspect(token, { depth: Number.POSITIVE_INFINITY, showHidden: true }),
    inspect({ deep: [{ token }] }, { depth: 9 }),
    Object.values(token).join(),
  ])
    expect(shown).not.toContain('the-account-token')
})

test('with the old key second everything goes on, and without it the account waits for the key', async () => {
  const world = setup({ secrets: [key(1)] })
  const id = await world.connect()
  world.time.clock.advance(30_000)
  const without = world.another({ secrets: [key(2)] })
  await world.run(without.tick({ budgetMs: 60_000 }))
  expect(world.log.join('\n')).toContain(ErrorCode.CRYPTO_KEY_UNKNOWN)
  expect(world.requests.filter((request) => request.includes('sync-status'))).toEqual([])
  const rotated = world.another({ secrets: [key(2), key(1)] })
  world.time.clock.advance(3_600_000)
  await world.run(rotated.tick({ budgetMs: 60_000 }))
  expect(world.requests.filter((request) => request.includes('/employees')).length).toBeGreaterThan(0)
  expect(await tokenOf(await rowOf(world, id), [key(1)])).toHaveLength(40)
})
