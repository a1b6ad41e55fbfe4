import * as crypto from 'node:crypto'
import { beforeEach, expect, test, vi } from 'vitest'
import { ErrorCode, type KeyManagement } from '../../src/index.ts'
import { openVault } from '../../src/secrets/key-management.ts'
import { Secret } from '../../src/secrets/secret.ts'
import type { Purpose, Row, Vault } from '../../src/secrets/vault.ts'
import { systemRandomBytes } from '../../src/system.ts'
import { createVerify } from '../../src/webhooks/verify.ts'
import { door } from '../support/http.ts'
import { ACME, connected, handleOf, rowOf, SECRET, setup, stale } from '../support/setup.ts'
import { tokenOf, whose } from '../support/tokens.ts'
import { sign } from '../support/webhooks.ts'

vi.mock('node:crypto', async (load) => {
  const real = await load<typeof crypto>()
  return { ...real, timingSafeEqual: vi.fn(real.timingSafeEqual) }
})
const compared = vi.mocked(crypto.timingSafeEqual)
beforeEach(() => {
  compared.mockClear()
})

const token = new Secret('the-account-token')
const PURPOSES: readonly Purpose[] = ['account-token', 'candidate-token', 'public-token']

/** A key management service in this process. */
const service: KeyManagement = {
  wrap: async (key) => Buffer.from(key).reverse(),
  unwrap: async (wrapped) => Buffer.from(wrapped).reverse(),
}
const VAULTS: [string, Vault][] = [
  ['keys', openVault([SECRET], systemRandomBytes)],
  ['a key management service', openVault(service, systemRandomBytes)],
]

interface Place extends Row {
  purpose: Purpose
}
const PLACE: Place = { id: 'int_1', organizationId: 'org_1', userId: 'user_1', originId: 'origin_1', purpose: 'account-token' }
const FIELDS = ['id', 'organizationId', 'userId', 'originId'] as const
/** Of each two fields: both are of another row, and each has the other's value. */
const pairs = FIELDS.flatMap((one, place) => FIELDS.slice(place + 1).map((other) => [one, other] as const))
const OTHERS: [string, Partial<Place>][] = [
  ...FIELDS.map((field): [string, Partial<Place>] => [`another ${field}`, { [field]: 'other' }]),
  ...pairs.map(([one, other]): [string, Partial<Place>] => [`another ${one} and ${other}`, { [one]: 'other', [other]: 'other' }]),
  ...pairs.map(([one, other]): [string, Partial<Place>] => [
    `${one} and ${other} changed about`,
    { [one]: PLACE[other], [other]: PLACE[one] },
  ]),
  ...pairs.map(([one, other]): [string, Partial<Place>] => [
    `${one} and ${other} that spell the same together`,
    { [one]: `${PLACE[one]}${String(PLACE[other])[0]}`, [other]: String(PLACE[other]).slice(1) },
  ]),
  ['no user', { userId: null }],
  ...PURPOSES.slice(1).map((purpose): [string, Partial<Place>] => [`another purpose, ${purpose}`, { purpose }]),
]

test.each(VAULTS)('S6 swapped ciphertext: sealed by %s, it opens at its own place and at no other', async (_, vault) => {
  const { purpose: _purpose, ...row } = PLACE
  for (const purpose of PURPOSES) {
    const sealed = await vault.seal(token, purpose, row)
    expect((await vault.open(sealed, purpose, row)).reveal()).toBe('the-account-token')
  }
  const sealed = await vault.seal(token, PLACE.purpose, row)
  for (const [name, changed] of OTHERS) {
    const { purpose, ...other } = { ...PLACE, ...changed }
    const error = await vault.open(sealed, purpose, other).catch((problem: unknown) => problem)
    expect(error, name).toMatchObject({ code: ErrorCode.CRYPTO_TAMPERED, accountId: other.id, retryable: false })
  }
  expect(OTHERS).toHaveLength(25)
})

test('S6 swapped ciphertext: two accounts whose tokens were swapped in the database are not read with each other’s', async () => {
  const world = await connected()
  const other = await world.connect('org_other')
  const [mine, theirs] = [await rowOf(world, world.id), await rowOf(world, other, 'org_other')]
  await world.storage.update(mine.id, mine.revision, { token: theirs.token })
  world.sandbox.hire(world.linked, { immediately: true })
  await (await handleOf(world, world.id)).wake()
  const before = world.requests.length
  await world.work(5_000)
  expect(world.requests.slice(before).filter((request) => request.includes('/employees'))).toHaveLength(0)
  expect(world.events.find(({ name }) => name === 'sync.problem')?.event).toMatchObject({
    code: ErrorCode.CRYPTO_TAMPERED,
    accountId: world.id,
  })
  const { linkToken } = await world.run((await handleOf(world, world.id)).relink({ organizationName: 'Acme', userEmail: 'a@b.test' }))
  await world.run(world.acme.exchangePublicToken(world.complete(linkToken)))
  await world.work(1_000)
  expect(await stale(world)).toEqual([])
})

test('S7 key rotation: in the middle of traffic, by processes with the old key and with the new one, no token and no change is lost', async () => {
  const NEW = Buffer.alloc(32, 9).toString('base64')
  const world = setup({ sync: { models: ['hris.Company'] } }, { sandbox: { employees: 1 } })
  const organizations = Array.from({ length: 6 }, (_, place) => `org_${place}`)
  for (const organization of organizations) await world.connect(organization)
  const processes = [world.integrations, world.another({ secrets: [NEW, SECRET] }), world.another({ secrets: [SECRET, NEW] })]
  const linked = new Set<string>()
  const customer = async (organization: string, place: number) => {
    for (let round = 0; round < 6; round++) {
      const owner = (processes[(place + round) % 3] ?? world.integrations).forOrganization(organization)
      const [first] = await owner.list()
      const account = await owner.account(first?.id ?? '')
      const { linkToken } =
        round % 2 ? await owner.createLinkToken({ category: 'hris', ...ACME }) : ((await account?.relink(ACME)) ?? { linkToken: '' })
      await world.time.sleep(700)
      const { id } = await owner.exchangePublicToken(world.complete(linkToken))
      linked.add(id)
      await (await owner.account(id))?.rename(`round ${round}`)
      if (round === 5 && place === 0) await account?.delete()
    }
  }
  const [, newest = world.integrations] = processes
  const rotating = async () => {
    for (let round = 0; round < 12; round++) {
      await Promise.all([newest.rotateSecrets(), newest.rotateSecrets(), processes[round % 2]?.tick({ budgetMs: 5_000 })])
      await world.time.sleep(300)
    }
  }
  await world.run(Promise.all([rotating(), ...organizations.map(customer)]))
  // Once every process has the new key first: what the others sealed meanwhile.
  await world.run(newest.rotateSecrets())
  const { accounts } = await world.storage.list({ limit: 100 })
  expect(linked.size).toBeGreaterThan(organizations.length)
  expect(accounts).toHaveLength(linked.size - 1)
  for (const row of accounts) {
    expect(row.details).toContain('round ')
    expect(await whose(world, await tokenOf(row, [NEW]))).toBe(row.linkedAccountId)
  }
  expect(await world.run(world.another({ secrets: [NEW] }).rotateSecrets())).toEqual({ checked: accounts.length, resealed: 0 })
})

test('S7 key rotation: a key that was taken away too early is named, and the account is not taken for one that is not linked', async () => {
  const world = await connected()
  const later = world.another({ secrets: [Buffer.alloc(32, 9).toString('base64')] })
  const before = await rowOf(world, world.id)
  world.time.clock.advance(3_600_000)
  await world.run(later.tick({ budgetMs: 60_000 }))
  expect(world.log.join('\n')).toContain(ErrorCode.CRYPTO_KEY_UNKNOWN)
  expect(await rowOf(world, world.id)).toMatchObject({ status: 'active', token: before.token })
  await expect(world.run(later.rotateSecrets())).rejects.toMatchObject({ code: ErrorCode.CRYPTO_KEY_UNKNOWN })
  expect(await stale(world)).toEqual([])
})

test('S8 nonce reuse: of 20,000 seals of one token for one row no two share a nonce', async () => {
  const [, vault] = VAULTS[0] as (typeof VAULTS)[0]
  const nonces = new Set<string>()
  for (let count = 0; count < 20_000; count++) {
    const text = (await vault.seal(token, 'account-token', PLACE)).split('.')[2] ?? ''
    nonces.add(Buffer.from(text, 'base64url').subarray(0, 12).toString('hex'))
  }
  expect(nonces.size).toBe(20_000)
})

test('S8 nonce reuse: even where chance fails and every nonce is the same, no two rows and purposes share a key', async () => {
  const vault = openVault([SECRET], (size) => new Uint8Array(size))
  const streams = new Set<string>()
  let sealed = 0
  for (const purpose of PURPOSES)
    for (let account = 0; account < 200; account++, sealed++) {
      const text = (await vault.seal(token, purpose, { ...PLACE, id: `int_${account}` })).split('.')[2] ?? ''
      // With one key and one nonce the same text would be the same bytes.
      streams.add(Buffer.from(text, 'base64url').subarray(12, -16).toString('hex'))
    }
  expect(streams.size).toBe(sealed)
})

test('S9 timing: a signature is compared with every secret, in constant time, and one of another length before that', () => {
  const verify = createVerify(['one', 'two', 'three'])
  const body = Buffer.from('{"hook":{}}')
  const asked = (signature: string | null) => {
    compared.mockClear()
    return [verify(body, signature), compared.mock.calls.length]
  }
  for (const secret of ['one', 'two', 'three']) expect(asked(sign(body, secret))).toEqual([true, 3])
  expect(asked(sign(body, 'none'))).toEqual([false, 3])
  for (const other of [null, '', 'A', 'A'.repeat(42), `${'A'.repeat(44)}=`, sign(body, 'one').repeat(2), 'é'.repeat(43)])
    expect(asked(other)).toEqual([false, 0])
  for (const [one, other] of compared.mock.calls) expect([one.byteLength, other.byteLength]).toEqual([32, 32])
})

test('S9 timing: the secret of the tick route is compared in constant time, whatever its length', async () => {
  const world = setup({ tickSecret: 'a-secret-of-the-tick-route' })
  const { call } = door(world)
  for (const [given, status] of [
    ['a-secret-of-the-tick-route', 200],
    ['a-secret-of-the-tick-routf', 401],
    ['a', 401],
    ['a-secret-of-the-tick-route'.repeat(20), 401],
  ] as const) {
    compared.mockClear()
    expect((await call('POST', '/tick', { headers: { authorization: `Bearer ${given}` } })).status).toBe(status)
    expect(compared.mock.calls.map(([one, other]) => [one.byteLength, other.byteLength])).toEqual([[32, 32]])
  }
})
