import { expect, test } from 'vitest'
import { viewAccount } from '../../src/linked-account.ts'
import { door } from '../support/http.ts'
import { connected, infoOf, rowOf, type World } from '../support/setup.ts'

const HOUR = 3_600_000

/** Questions for a reason: the list of linked accounts and the issues. */
const asked = ({ requests }: World) => requests.filter((request) => /\/(linked-accounts|issues)\?/.test(request)).length

test('why the customer has to sign in again is asked for once, and shown until it is mended', async () => {
  const world = await connected()
  expect((await infoOf(world, world.id)).statusReason).toBeNull()
  world.sandbox.setStatus(world.linked, 'RELINK_NEEDED', { detail: 'The password <b>has expired</b>.' })
  world.requests.length = 0
  await world.work(HOUR)
  const reason = { code: 'SOURCE_REPORTED', message: 'The password has expired.', action: 'relink' }
  expect(await infoOf(world, world.id)).toMatchObject({ status: 'relink_needed', statusReason: reason })
  expect((await door(world).call('GET', `/accounts/${world.id}`)).json.account.statusReason).toEqual(reason)
  const questions = asked(world)
  expect(questions).toBeGreaterThan(0)
  await world.work(HOUR)
  await world.work(HOUR)
  expect(asked(world)).toBe(questions)
  expect((await infoOf(world, world.id)).statusReason).toEqual(reason)

  world.sandbox.setStatus(world.linked, 'COMPLETE')
  await world.work(HOUR)
  expect(await infoOf(world, world.id)).toMatchObject({ status: 'active', statusReason: null })
  expect((await rowOf(world, world.id)).details).not.toContain('expired')
  // Broken once more, it is asked for once more: it may be for another reason.
  world.sandbox.setStatus(world.linked, 'RELINK_NEEDED', { detail: 'The user was removed.' })
  await world.work(HOUR)
  expect((await infoOf(world, world.id)).statusReason?.message).toBe('The user was removed.')
})

test('where the list says nothing, the newest issue that goes on does', async () => {
  const world = await connected()
  world.sandbox.setStatus(world.linked, 'RELINK_NEEDED', { detail: null, issue: 'An admin has switched off access.' })
  await world.work(HOUR)
  expect((await infoOf(world, world.id)).statusReason).toMatchObject({
    code: 'SOURCE_REPORTED',
    message: 'An admin has switched off access.',
  })
})

test('where both have nothing that a customer could read, our own words are shown, and nobody asks again', async () => {
  const world = await connected()
  world.sandbox.setStatus(world.linked, 'RELINK_NEEDED', { detail: 'Please relink.', issue: 'OAUTH_TOKEN_REVOKED' })
  await world.work(HOUR)
  expect((await infoOf(world, world.id)).statusReason).toMatchObject({ code: 'SIGN_IN_NEEDED', action: 'relink' })
  const questions = asked(world)
  await world.work(HOUR)
  expect(asked(world)).toBe(questions)
  expect(JSON.stringify(await infoOf(world, world.id))).not.toMatch(/Please relink\.|OAUTH_TOKEN/)
})

test.each([
  ['refuses to say', 0],
  ['does not answer', 1],
])('a Merge that %s fails no run, and is asked again by the next', async (_, silent) => {
  const world = await connected()
  world.sandbox.setStatus(world.linked, 'RELINK_NEEDED', { detail: 'The password has expired.' })
  const repair = world.sandbox.fault({
    ...{ kind: silent ? 'delay' : 'status', status: 500, delayMs: 10 * HOUR },
    ...{ path: '/linked-accounts', count: Number.POSITIVE_INFINITY },
  })
  world.events.length = 0
  const began = world.time.clock.now() + HOUR
  await world.work(HOUR)
  expect(world.time.clock.now() - began).toBeLessThan(20_000)
  expect(await infoOf(world, world.id)).toMatchObject({
    status: 'relink_needed',
    statusReason: { code: 'SIGN_IN_NEEDED' },
    sync: { readiness: 'stale' },
  })
  const names = world.events.map(({ name }) => name)
  expect(names.filter((name) => name === 'account.relink_needed')).toHaveLength(1)
  expect(names).toContain('sync.looked')
  expect(names).not.toContain('sync.problem')
  repair()
  await world.work(HOUR)
  expect((await infoOf(world, world.id)).statusReason?.message).toBe('The password has expired.')
  expect(world.events.filter(({ name }) => name === 'account.relink_needed')).toHaveLength(1)
})

test('signed in again, a connection has no reason left, whoever tells of it first', async () => {
  const world = await connected()
  world.sandbox.setStatus(world.linked, 'RELINK_NEEDED', { detail: 'The password has expired.' })
  await world.work(HOUR)
  const account = await world.acme.account(world.id)
  const { linkToken } = await world.run(account!.relink({ organizationName: 'Acme', userEmail: 'it@acme.test' }))
  const info = await world.run(world.acme.exchangePublicToken(world.complete(linkToken)))
  expect(info).toMatchObject({ status: 'active', statusReason: null })
  expect((await rowOf(world, world.id)).details).not.toContain('expired')
})

test('a row that an older version wrote has no reason, and is shown all the same', async () => {
  const world = await connected()
  const row = await rowOf(world, world.id)
  const { reason: _, ...older } = JSON.parse(row.details ?? '{}')
  expect(viewAccount({ ...row, details: JSON.stringify(older), status: 'relink_needed' }, []).statusReason).toMatchObject({
    code: 'SIGN_IN_NEEDED',
  })
})
