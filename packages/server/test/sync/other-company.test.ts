import { describe, expect, test } from 'vitest'
import { acknowledged, judgeCompany } from '../../src/sync/company.ts'
import { ACME, connected, handleOf, infoOf, MODELS, stale, stored, type World } from '../support/setup.ts'

type Connected = World & { id: string; linked: string }

const SYNC = { models: MODELS, lookEvery: 900_000, massDeletion: false as const }

/** Merge as it is where it says nothing of the company. */
async function withoutIdentity(_: Request, next: () => Promise<Response>): Promise<Response> {
  const answer = await next()
  const text = (await answer.text()).replaceAll(/"(instance_id|instance_display_value|subdomain)":"[^"]*"/g, '"$1":null')
  return new Response(answer.status === 204 ? null : text, { status: answer.status, headers: answer.headers })
}

async function relink(world: Connected, how: { elsewhere?: boolean } = {}): Promise<void> {
  const { linkToken } = await world.run((await handleOf(world, world.id)).relink(ACME))
  const finished = world.sandbox.link.complete(linkToken, 'bamboohr', how)
  if (!('publicToken' in finished)) throw new Error(finished.error)
  await world.run(world.acme.exchangePublicToken(finished.publicToken))
}

/** Everything that is stored of the account, and where its feeds stand. */
async function contents(world: Connected) {
  const all = await Promise.all(MODELS.map(async (model) => [model, [...(await stored(world, world.id, model))]] as const))
  const row = await world.storage.get({ id: world.id, organizationId: 'org_acme' })
  return JSON.stringify([all, MODELS.map((model) => row?.models[model]?.seq)])
}

const told = (world: World) => world.events.filter(({ name }) => name === 'account.other_company').length

describe.each([
  ['an instance that differs', undefined],
  ['no record that is found again', withoutIdentity],
])('a relink to another company, told by %s', (_, network) => {
  const world = () => connected({ sync: SYNC }, { sandbox: { employees: 120 }, ...(network ? { network } : {}) })

  test('writes and deletes nothing, for as long as no person confirms it, and is told once', async () => {
    const it = await world()
    const before = await contents(it)
    await relink(it, { elsewhere: true })
    // Merge's own sync has to come across the other company first, where only the records tell.
    for (let run = 0; run < 24; run++) await it.work(3_600_000)
    for (let day = 0; day < 21; day++) await it.work(86_400_000)
    expect(told(it)).toBe(1)
    const { sync, status } = await infoOf(it, it.id)
    expect([status, sync.readiness]).toEqual(['active', 'stale'])
    expect(Object.values(sync.models).map(({ problem }) => problem)).toEqual(['OTHER_COMPANY', 'OTHER_COMPANY', 'OTHER_COMPANY'])
    expect(it.log.filter((line) => line.includes('confirmCompany'))).toHaveLength(1)
    expect(await contents(it)).toBe(before)
  })

  test('once it is confirmed, two full syncs replace what was there, without the guard of mass deletions', async () => {
    const it = await world()
    const old = [...(await stored(it, it.id, 'hris.Employee')).keys()]
    await relink(it, { elsewhere: true })
    for (let run = 0; run < 4; run++) await it.work(3_600_000)
    expect(told(it)).toBe(1)
    const info = await (await handleOf(it, it.id)).confirmCompany()
    expect(info.activity.at(-1)?.event).toBe('other company confirmed')
    for (let run = 0; run < 2; run++) await it.work(60_000)
    expect(await stale(it)).toEqual([])
    const now = await stored(it, it.id, 'hris.Employee')
    expect(now.size).toBeGreaterThan(100)
    expect(old.filter((id) => now.has(id))).toEqual([])
    expect((await infoOf(it, it.id)).sync).toMatchObject({ readiness: 'complete', models: { 'hris.Employee': { problem: null } } })
    // And it is a company like any other from then on.
    it.sandbox.hire(it.linked)
    for (let run = 0; run < 6; run++) await it.work(3_600_000)
    expect(await stale(it)).toEqual([])
    expect(told(it)).toBe(1)
  })

  test('one to the same company is none, and everything is read again', async () => {
    const it = await world()
    const began = it.events.length
    await relink(it)
    for (let run = 0; run < 6; run++) await it.work(3_600_000)
    expect(told(it)).toBe(0)
    const kinds = it.events.slice(began).flatMap(({ name, event }) => (name === 'sync.model' ? [event.kind] : []))
    expect(kinds.filter((kind) => kind === 'sweep')).toHaveLength(MODELS.length)
    expect(await stale(it)).toEqual([])
    expect((await infoOf(it, it.id)).sync.readiness).toBe('complete')
  })
})

test('a customer who connects to the company of before again needs no confirmation', async () => {
  let elsewhere = false
  const it = await connected(
    { sync: SYNC },
    {
      async network(_, next) {
        const answer = await next()
        if (!elsewhere) return answer
        return new Response((await answer.text()).replaceAll(/"instance_id":"[^"]*"/g, '"instance_id":"another"'), answer)
      },
    },
  )
  elsewhere = true
  it.sandbox.hire(it.linked)
  await it.work(3_600_000)
  const before = await contents(it)
  await it.work(3_600_000)
  expect([told(it), await contents(it)]).toEqual([1, before])
  elsewhere = false
  await relink(it)
  for (let run = 0; run < 3; run++) await it.work(3_600_000)
  expect((await infoOf(it, it.id)).sync.readiness).toBe('complete')
  expect(await stale(it)).toEqual([])
  expect(told(it)).toBe(1)
})

test('one that was made outside of the product, while Merge is at its own sync, writes nothing of the other company either', async () => {
  const it = await connected(
    { sync: { ...SYNC, lookEvery: 60_000 } },
    { sandbox: { employees: 120, syncMs: 600_000 }, network: withoutIdentity },
  )
  const before = await contents(it)
  it.sandbox.setStatus(it.linked, 'RELINK_NEEDED')
  await it.work(60_000)
  it.sandbox.relinkElsewhere(it.linked)
  for (let run = 0; run < 30; run++) await it.work(60_000)
  expect([told(it), await contents(it)]).toEqual([1, before])
})

test('a run that is under way stops when the account is relinked, and stores no page of the other company', async () => {
  const it = await connected({ sync: { ...SYNC, models: ['hris.Employee'] } }, { sandbox: { employees: 3_000, syncMs: 2_000 } })
  await (await handleOf(it, it.id)).rebuild()
  const living = (await infoOf(it, it.id)).sync.records
  // In the middle of the list the customer connects to another company.
  it.time.sleep(6_000).then(async () => {
    const { linkToken } = await (await handleOf(it, it.id)).relink(ACME)
    const finished = it.sandbox.link.complete(linkToken, 'bamboohr', { elsewhere: true })
    if ('publicToken' in finished) await it.acme.exchangePublicToken(finished.publicToken)
  })
  for (let run = 0; run < 5; run++) await it.work(60_000)
  expect(told(it)).toBe(1)
  const { sync, statusReason } = await infoOf(it, it.id)
  expect([sync.records, sync.readiness, statusReason?.code]).toEqual([living, 'stale', 'OTHER_COMPANY'])
})

test('confirming a company where none was found does nothing', async () => {
  const it = await connected({ sync: SYNC })
  const requests = it.requests.length
  const { activity } = await (await handleOf(it, it.id)).confirmCompany()
  expect(activity.map(({ event }) => event)).toEqual(['linked'])
  expect(it.requests.length).toBe(requests)
})

describe('whose data it is', () => {
  const none = { slug: null, instance: null, subdomain: null }
  const known = {
    slug: 'bamboohr',
    instance: 'i1',
    subdomain: 'acme',
    relinks: 1,
    confirmed: 0,
    strange: null,
    seen: '',
    waiting: null,
    search: null,
  }
  const asked = { relinks: 1, companies: 0, confirmedRelink: 0 }
  test.each<[string, Parameters<typeof judgeCompany>, ReturnType<typeof judgeCompany>]>([
    ['it was never read', [null, none, asked], 'same'],
    ['nothing has happened', [known, { ...none, slug: 'bamboohr', instance: 'i1' }, asked], 'same'],
    ['Merge says nothing', [known, none, asked], 'same'],
    ['another integration', [known, { ...none, slug: 'workday' }, asked], 'other'],
    ['another instance', [known, { ...none, instance: 'i2' }, asked], 'other'],
    ['another subdomain', [known, { ...none, subdomain: 'globex' }, asked], 'other'],
    ['a relink, and the same instance', [known, { ...none, instance: 'i1' }, { ...asked, relinks: 2 }], 'same'],
    ['a relink, and Merge says nothing', [known, none, { ...asked, relinks: 2 }], 'search'],
    [
      'a relink, and no instance was known',
      [
        { ...known, instance: null },
        { ...none, instance: 'i2' },
        { ...asked, relinks: 2 },
      ],
      'search',
    ],
    ['no record was found again', [{ ...known, strange: 'records' }, none, asked], 'other'],
    ['the same, and another relink', [{ ...known, strange: 'records' }, none, { ...asked, relinks: 2 }], 'search'],
    ['the instance is the one of before again', [{ ...known, strange: 'identity' }, { ...none, instance: 'i1' }, asked], 'same'],
    ['a person has confirmed it', [known, { ...none, instance: 'i2' }, { ...asked, companies: 1, confirmedRelink: 1 }], 'same'],
    [
      'a person has confirmed the one before',
      [known, { ...none, instance: 'i3' }, { relinks: 2, companies: 1, confirmedRelink: 1 }],
      'other',
    ],
  ])('%s', (_, given, expected) => {
    expect(judgeCompany(...given)).toBe(expected)
  })

  test('what Merge does not say stays as it was, and a company that was confirmed replaces all of it', () => {
    expect(acknowledged(known, { ...none, instance: 'i1' }, { ...asked, relinks: 2 })).toMatchObject({
      slug: 'bamboohr',
      subdomain: 'acme',
      relinks: 2,
    })
    expect(acknowledged(known, { ...none, instance: 'i2' }, { ...asked, companies: 1, confirmedRelink: 1 })).toMatchObject({
      slug: null,
      instance: 'i2',
      subdomain: null,
      confirmed: 1,
    })
  })
})
