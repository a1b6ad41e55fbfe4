import { expect, test } from 'vitest'
import { rowOf, stale, stored } from '../support/setup.ts'
import { withWebhooks } from '../support/webhooks.ts'

/** A connection of which Merge tells each record that it writes, and each model of each sync; and nothing else that could ask for a look. */
async function connected() {
  const world = withWebhooks()
  world.sandbox.setWebhookEvents(['*.added', '*.changed', '*.removed', '*.synced'])
  const id = await world.connect()
  await world.work(30_000)
  await world.deliver()
  for (let settled = 0; settled < 3; settled++) await world.work(60_000)
  const linked = (await rowOf(world, id)).linkedAccountId ?? ''
  world.mail.sent.length = 0
  return Object.assign(world, { id, linked })
}

test('a record that Merge says was added, changed or removed is here at the look that this asks for, long before the next one is due', async () => {
  const world = await connected()
  const { due } = await rowOf(world, world.id)
  const added = world.sandbox.hire(world.linked, { fields: { first_name: 'Ada' }, immediately: true })
  const changed = world.sandbox.change(world.linked, { model: 'hris.Company', fields: { display_name: 'New Ltd' }, immediately: true })
  const removed = world.sandbox.remove(world.linked, { model: 'hris.TimeOff', immediately: true })
  await world.deliver()
  expect(world.mail.sent.map(({ event }) => event)).toEqual(
    expect.arrayContaining(['Employee.added', 'Company.changed', 'TimeOff.removed']),
  )
  expect(new Set(world.mail.answers)).toEqual(new Set([200]))
  await world.work(10_000)
  expect(world.time.clock.now()).toBeLessThan(due ?? 0)
  expect(await stale(world)).toEqual([])
  expect((await stored(world, world.id, 'hris.Employee')).get(added.id)).toMatchObject({ first_name: 'Ada' })
  expect((await stored(world, world.id, 'hris.Company')).get(changed.id)).toMatchObject({ display_name: 'New Ltd' })
  expect((await stored(world, world.id, 'hris.TimeOff')).has(removed.id)).toBe(false)
})

test('a sync of the source that tells of a hundred records is two looks, not a hundred', async () => {
  const world = await connected()
  for (let hired = 0; hired < 50; hired++) world.sandbox.hire(world.linked, {})
  world.sandbox.sync(world.linked)
  world.mail.arrives = false
  await world.deliver()
  expect(world.mail.sent.length).toBeGreaterThan(100)
  const asked = world.requests.length
  for (const { text } of world.mail.sent.slice(0, 100)) {
    await world.post(text)
    await world.work(10)
  }
  for (let second = 0; second < 10; second++) await world.work(1_000)
  const looks = world.requests.slice(asked).filter((request) => request.includes('/account-details')).length
  expect(looks).toBe(2)
  expect(await stale(world)).toEqual([])
})

test('what a webhook says of a record is not stored: only what the list says is', async () => {
  const world = await connected()
  world.mail.arrives = false
  world.sandbox.change(world.linked, { model: 'hris.Company', fields: { display_name: 'New Ltd' }, immediately: true })
  await world.deliver()
  const body = JSON.parse(world.mail.sent.find(({ event }) => event === 'Company.changed')?.text ?? '')
  await world.post({ ...body, data: { ...body.data, display_name: 'Forged Ltd', modified_at: '2030-01-01T00:00:00Z' } })
  await world.work(10_000)
  const [company] = (await stored(world, world.id, 'hris.Company')).values()
  expect(company).toMatchObject({ display_name: 'New Ltd' })
})
