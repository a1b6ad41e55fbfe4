import { expect, test } from 'vitest'
import { rowOf, SECRET, setup, type World } from '../support/setup.ts'
import { tokenOf } from '../support/tokens.ts'
import { keepCandidate } from './candidates.ts'
import { moments, OPEN } from './moments.ts'

const NEW = Buffer.alloc(32, 9).toString('base64')
const GONE = Buffer.alloc(32, 3).toString('base64')

/** The same Merge and store after a deployment with a new first key. */
const rotated = (world: World, secrets = [NEW, SECRET]) => world.another({ secrets })

test('every token is sealed under the first key, and the old one can go', async () => {
  const world = setup({}, { sandbox: { employees: 1 } })
  const ids = [await world.connect(), await world.connect('org_other')]
  const before = [await tokenOf(await rowOf(world, ids[0] ?? '')), await tokenOf(await rowOf(world, ids[1] ?? '', 'org_other'))]
  expect(await world.run(rotated(world).rotateSecrets())).toEqual({ checked: 2, resealed: 2 })
  const after = [
    await tokenOf(await rowOf(world, ids[0] ?? ''), [NEW]),
    await tokenOf(await rowOf(world, ids[1] ?? '', 'org_other'), [NEW]),
  ]
  expect(after).toEqual(before)
  const alone = rotated(world, [NEW])
  expect(await world.run(alone.rotateSecrets())).toEqual({ checked: 2, resealed: 0 })
})

test('what is sealed under the first key already is not written again', async () => {
  const world = setup({}, { sandbox: { employees: 1 } })
  const id = await world.connect()
  const before = await rowOf(world, id)
  expect(await world.run(world.integrations.rotateSecrets())).toEqual({ checked: 1, resealed: 0 })
  expect(await rowOf(world, id)).toEqual(before)
})

test('a token that a webhook brought, and that Merge has not confirmed yet, is sealed anew as well, and recognised', async () => {
  const world = moments()
  const { accountId } = await world.attempt()
  const [announcement] = await world.announced()
  await keepCandidate(world, announcement!)
  expect(await world.run(rotated(world).rotateSecrets())).toEqual({ checked: 1, resealed: 1 })
  expect(await keepCandidate(world, announcement!, rotated(world))).toMatchObject({ kept: false })
  const alone = rotated(world, [NEW])
  world.time.clock.advance(60_000)
  await world.run(alone.tick({ budgetMs: 60_000 }))
  expect(await tokenOf(await rowOf(world, accountId), [NEW])).toBe(announcement?.accountToken)
})

test('a token of an unknown key is told as an error, left as it is, and keeps no other from being rotated', async () => {
  const world = setup({ secrets: [GONE] }, { sandbox: { employees: 1 } })
  const lost = await world.connect()
  const later = world.another({ secrets: [SECRET, GONE] })
  const owner = later.forOrganization('org_other')
  const { linkToken } = await world.run(owner.createLinkToken(OPEN))
  const { id } = await world.run(owner.exchangePublicToken(world.complete(linkToken)))
  const before = await rowOf(world, lost)
  await expect(world.run(rotated(world).rotateSecrets())).rejects.toMatchObject({
    code: 'CRYPTO_KEY_UNKNOWN',
    accountId: lost,
    message: expect.stringContaining('1 of 2'),
  })
  expect(await rowOf(world, lost)).toEqual(before)
  expect(await tokenOf(await rowOf(world, id, 'org_other'), [NEW])).toHaveLength(40)
})

test('broken off by a failing store, it goes on where it was', async () => {
  let writes = Number.POSITIVE_INFINITY
  const world = setup(
    {},
    {
      sandbox: { employees: 1 },
      wrap: (storage) => ({
        ...storage,
        update: (id, revision, patch) =>
          writes-- > 0 ? storage.update(id, revision, patch) : Promise.reject(new Error('the store is gone')),
      }),
    },
  )
  for (const organization of ['org_1', 'org_2', 'org_3']) await world.connect(organization)
  writes = 2
  await expect(world.run(rotated(world).rotateSecrets())).rejects.toThrow('the store is gone')
  writes = Number.POSITIVE_INFINITY
  expect(await world.run(rotated(world).rotateSecrets())).toEqual({ checked: 3, resealed: 1 })
})

test('a public token that was exchanged before the rotation is recognised after it', async () => {
  const world = moments()
  const { accountId, publicToken } = await world.attempt()
  await world.run(world.acme.exchangePublicToken(publicToken))
  const fresh = rotated(world)
  await world.run(fresh.rotateSecrets())
  expect((await world.run(fresh.forOrganization('org_acme').exchangePublicToken(publicToken))).id).toBe(accountId)
})
