import { expect, test } from 'vitest'
import { infoOf, rowOf, setup } from '../support/setup.ts'
import { opens, tokenOf } from '../support/tokens.ts'
import { deleteAtMerge, type Moments, moments } from './moments.ts'

const NOT_FOUND = { code: 'LINK_NOT_FOUND', accountId: undefined }

/** An account that another program linked at the same Merge: its origin id and token, and a store that knows nothing of it. */
async function foreign(options: Parameters<typeof moments>[0] = {}) {
  const world = moments({ originIds: 'many-per-category' })
  const linked = await world.attempt('whoever it was')
  await world.run(world.integrations.forOrganization('whoever it was').exchangePublicToken(linked.publicToken))
  const row = await rowOf(world, linked.accountId, 'whoever it was')
  const ours: Moments = moments({ ...options, fetch: (input, init) => world.sandbox.handle(new Request(input, init)) })
  const input = { endUserOriginId: row.originId, category: 'hris', accountToken: await tokenOf(row) }
  return { world, ours, input, linkedAccountId: row.linkedAccountId ?? '' }
}

const adopt = ({ ours, input }: Awaited<ReturnType<typeof foreign>>, more: object = {}) => ours.run(ours.acme.adopt({ ...input, ...more }))

test('an account that was linked before is adopted with its origin id and its token, and read', async () => {
  const place = await foreign()
  const account = await adopt(place)
  expect(account).toMatchObject({
    organizationId: 'org_acme',
    endUserOriginId: place.input.endUserOriginId,
    linkedAccountId: place.linkedAccountId,
    status: 'active',
    integration: { slug: 'bamboohr' },
  })
  const row = await rowOf(place.ours, account.id)
  expect(row.token).toMatch(/^ci1\./)
  expect(await tokenOf(row)).toBe(place.input.accountToken)
  expect(row.due).not.toBeNull()
})

test.each(['one-per-category', 'many-per-category'] as const)('%s: adopted twice, also at once, it is one account', async (originIds) => {
  const place = await foreign({ originIds })
  const both = await place.ours.run(Promise.all([place.ours.acme.adopt(place.input), place.ours.acme.adopt(place.input)]))
  expect(both[0]?.id).toBe(both[1]?.id)
  const before = await rowOf(place.ours, both[0]?.id ?? '')
  expect((await adopt(place)).id).toBe(before.id)
  expect(await rowOf(place.ours, before.id)).toEqual(before)
  expect(place.ours.events.map(({ name }) => name).filter((name) => name.startsWith('account.'))).toEqual(['account.linked'])
})

test('what Merge does not confirm is not adopted, and nothing is stored', async () => {
  const place = await foreign()
  for (const more of [{ endUserOriginId: 'another-one' }, { category: 'ats' }, { accountToken: 'a-token-that-looks-real' }])
    await expect(adopt(place, more), JSON.stringify(more)).rejects.toMatchObject(NOT_FOUND)
  expect(await place.ours.rows()).toEqual([])
})

test('an origin id of another owner here looks like one that is not there', async () => {
  const place = await foreign()
  const { id } = await adopt(place)
  const before = await rowOf(place.ours, id)
  for (const other of [place.ours.integrations.forOrganization('org_other'), place.ours.integrations.forUser('org_acme', 'user_7')])
    await expect(place.ours.run(other.adopt(place.input))).rejects.toMatchObject(NOT_FOUND)
  expect(await rowOf(place.ours, id)).toEqual(before)
})

test('what was deleted here is not adopted again, and Merge is left alone', async () => {
  const place = await foreign()
  const { id } = await adopt(place)
  await place.ours.storage.purge(id)
  await expect(adopt(place)).rejects.toMatchObject({ code: 'LINK_CANCELLED', accountId: id })
  expect(place.world.sandbox.accounts()).toHaveLength(1)
})

test('what is being deleted is busy', async () => {
  const place = await foreign()
  const { id } = await adopt(place)
  const row = await rowOf(place.ours, id)
  await place.ours.storage.update(id, row.revision, { status: 'deleting' })
  await expect(adopt(place)).rejects.toMatchObject({ code: 'BUSY', accountId: id })
})

test('deleted while it is adopted, it stays deleted, at Merge as well', async () => {
  const place = await foreign()
  let once = true
  const ours = moments({
    fetch: async (input, init) => {
      const request = new Request(input, init)
      const [row] = await ours.rows()
      if (once && row && request.url.includes('/account-details')) {
        once = false
        await (await ours.acme.account(row.id))?.delete()
      }
      return place.world.sandbox.handle(request)
    },
  })
  await expect(ours.run(ours.acme.adopt(place.input))).rejects.toMatchObject({ code: 'LINK_CANCELLED' })
  expect((await ours.rows()).map(({ status }) => status)).toEqual(['deleted'])
  expect(place.world.sandbox.accounts()).toEqual([])
})

test('with one-per-category another one in its place is told, and an adoption keeps the place', async () => {
  const place = await foreign({ originIds: 'one-per-category' })
  const world = place.ours
  const open = { category: 'hris', organizationName: 'Acme', userEmail: 'it@acme.test' }
  const { accountId } = await world.run(world.acme.createLinkToken(open))
  await expect(adopt(place)).rejects.toMatchObject({ code: 'ALREADY_CONNECTED', accountId })
  await world.run((await world.acme.account(accountId))?.delete() ?? Promise.reject())
  await adopt(place)
  await expect(world.run(world.acme.createLinkToken(open))).rejects.toMatchObject({ code: 'ALREADY_CONNECTED' })
})

test('with many-per-category an attempt that is open goes on beside it', async () => {
  const place = await foreign()
  const world = place.ours
  const open = { category: 'hris', organizationName: 'Acme', userEmail: 'it@acme.test' }
  const { accountId } = await world.run(world.acme.createLinkToken(open))
  const adopted = await adopt(place)
  expect(adopted.id).not.toBe(accountId)
  expect((await world.run(world.acme.createLinkToken(open))).accountId).toBe(accountId)
})

test('an adoption that dies half way is completed by the next', async () => {
  const place = await foreign()
  const { world, input } = place
  let dies = true
  const ours = moments(
    { fetch: (input, init) => world.sandbox.handle(new Request(input, init)) },
    {
      wrap: (storage) => ({
        ...storage,
        update: (id, revision, patch) => (dies ? Promise.reject(new Error('the process is gone')) : storage.update(id, revision, patch)),
      }),
    },
  )
  await expect(ours.run(ours.acme.adopt(input))).rejects.toThrow('the process is gone')
  expect((await ours.rows()).map(({ status }) => status)).toEqual(['pending'])
  dies = false
  const account = await ours.run(ours.acme.adopt(input))
  expect(account.status).toBe('active')
  expect(await ours.rows()).toHaveLength(1)
})

test('who signs in again after an adoption has relinked, and everything is read anew', async () => {
  const place = await foreign()
  const { id } = await adopt(place)
  const world = place.ours
  const account = await world.acme.account(id)
  const { linkToken } = await world.run(account?.relink({ organizationName: 'Acme', userEmail: 'it@acme.test' }) ?? Promise.reject())
  await world.run(world.acme.exchangePublicToken(place.world.complete(linkToken)))
  expect((await infoOf(world, id)).activity.map(({ event }) => event)).toEqual(['linked', 'relinked'])
})

test('nonsense is refused before Merge is asked', async () => {
  const world = setup()
  const input = { endUserOriginId: 'one', category: 'hris', accountToken: 'a-token-that-looks-real' }
  for (const wrong of [
    { category: '../hris' },
    { endUserOriginId: '' },
    { endUserOriginId: 'x'.repeat(101) },
    { accountToken: 'a b c d e f g\n' },
    { accountToken: 7 },
  ])
    await expect(world.run(world.acme.adopt({ ...input, ...wrong } as never))).rejects.toMatchObject({ code: 'INPUT_INVALID' })
  expect(world.requests).toEqual([])
})

test('an account that is gone at Merge is not adopted', async () => {
  const place = await foreign()
  const [row] = await place.world.rows()
  await deleteAtMerge(place.world, row!)
  expect(await opens(place.world, row!)).toBeNull()
  await expect(adopt(place)).rejects.toMatchObject(NOT_FOUND)
})
