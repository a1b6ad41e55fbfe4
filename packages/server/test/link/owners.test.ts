import { expect, test } from 'vitest'
import type { Owner } from '../../src/index.ts'
import { type Moments, moments, OPEN } from './moments.ts'

const FILES = { ...OPEN, category: 'filestorage' }

const doors = (world: Moments): Owner[] => [
  world.acme,
  world.integrations.forUser('org_acme', 'user_1'),
  world.integrations.forUser('org_acme', 'user_2'),
  world.integrations.forUser('org_other', 'user_1'),
]

test.each(['one-per-category', 'many-per-category'] as const)('each owner has a place of its own: %s', async (originIds) => {
  const world = moments({ originIds })
  const clicks = await world.run(Promise.all(doors(world).flatMap((owner) => [owner.createLinkToken(FILES), owner.createLinkToken(FILES)])))
  expect(new Set(clicks.map(({ accountId }) => accountId)).size).toBe(4)
  for (const owner of doors(world)) expect(await owner.list()).toHaveLength(1)
  const origins = (await world.rows()).map(({ originId }) => originId)
  expect(new Set(origins).size).toBe(4)
})

test('what one owner has, no other sees, exchanges or deletes', async () => {
  const world = moments()
  for (const place of [0, 1, 2, 3]) {
    const mine = doors(world)[place] as Owner
    const { accountId, linkToken } = await world.run(mine.createLinkToken(FILES))
    const publicToken = world.complete(linkToken, 'google-drive')
    const others = doors(world).filter((_, other) => other !== place)
    for (const other of others) {
      expect(await other.account(accountId)).toBeNull()
      expect((await other.list()).map(({ id }) => id)).not.toContain(accountId)
    }
    await expect(world.run((others[0] as Owner).exchangePublicToken(publicToken))).rejects.toMatchObject({ code: 'LINK_NOT_FOUND' })
    // Whether or not Merge was asked for that one, its owner can finish.
    const linked = await world.run(mine.exchangePublicToken(publicToken))
    expect(linked).toMatchObject({ id: accountId, status: 'active', category: 'filestorage' })
    expect(await world.run((await mine.account(accountId))?.delete() ?? Promise.reject())).toBe('deleted')
    expect(await mine.list()).toEqual([])
  }
  await world.nothingIsLeft()
})
