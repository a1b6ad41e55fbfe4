import type { SandboxOptions } from '@connect-integration/sandbox'
import { expect, test } from 'vitest'
import { ACME, infoOf, MODELS, rowOf, setup, stored, truth, type World } from '../support/setup.ts'

/** What Merge may leave out is no difference. */
const said = (records: Map<string, Record<string, unknown>>) =>
  [...records].map(([id, record]) => [id, Object.fromEntries(Object.entries(record).filter(([, value]) => value !== null))])

/** Links an account, reads it, changes it, breaks and mends it, and deletes it; the copy is compared on the way. */
async function live(world: World): Promise<void> {
  const id = await world.connect()
  await world.work(60_000)
  await world.work(3_600_000)
  const linked = (await rowOf(world, id)).linkedAccountId ?? ''
  const same = async () => {
    for (const model of MODELS) expect(said(await stored(world, id, model)), model).toEqual(said(truth(world, linked, model)))
  }
  await same()
  world.sandbox.change(linked)
  world.sandbox.remove(linked)
  world.sandbox.hire(linked)
  world.sandbox.sync(linked)
  for (let hour = 0; hour < 3; hour++) await world.work(3_600_000)
  await same()
  world.sandbox.setStatus(linked, 'RELINK_NEEDED')
  await world.work(3_600_000)
  expect(await infoOf(world, id)).toMatchObject({ status: 'relink_needed', statusReason: { action: 'relink' } })
  world.sandbox.setStatus(linked, 'COMPLETE')
  await world.work(3_600_000)
  expect((await infoOf(world, id)).status).toBe('active')
  expect(await world.run(world.integrations.audit())).toMatchObject({ orphans: [], gone: [], relinkNeeded: [] })
  expect((await world.run(world.integrations.catalog({ category: 'hris' }))).length).toBeGreaterThan(5)
  const account = await world.acme.account(id)
  expect((await world.run(account!.issues())).length).toBeGreaterThan(0)
  expect(await world.run(account!.delete())).toBe('deleted')
  expect(world.sandbox.accounts()).toEqual([])
  expect(world.events.filter(({ name }) => name === 'sync.problem')).toEqual([])
  await world.run(world.acme.createLinkToken({ category: 'hris', ...ACME }))
}

test.each<[string, SandboxOptions]>([
  ['the usual one', {}],
  ['no "next" on the last page', { variants: ['next-absent'] }],
  ['an empty "next" on the last page', { variants: ['next-empty'] }],
  ['no field that is null', { variants: ['fields-absent'] }],
  ['DONE and no times', { variants: ['done-without-times'] }],
  ['no row of sync-status at first', { variants: ['sync-status-empty'] }],
  ['a row of another model at first', { variants: ['sync-status-other'] }],
  ['any of these, by its seed', { variants: 'seeded' }],
  ['null wherever it may stand', { variants: ['fields-null', 'delete-body'] }],
])('a Merge that answers with %s is linked, mirrored, mended and deleted', async (_, sandbox) => {
  await live(setup({}, { sandbox: { initialSyncMs: 0, ...sandbox } }))
})
