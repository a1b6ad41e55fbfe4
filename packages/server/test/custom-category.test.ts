import { describe, expect, test } from 'vitest'
import { type CustomModel, customCategory } from '../src/index.ts'
import { door } from './support/http.ts'
import { ACME, handleOf, infoOf, rowOf, setup, stored, truth, type World } from './support/setup.ts'
import { envelope, sign, WEBHOOK_SECRET } from './support/webhooks.ts'

const WAREHOUSE = customCategory('warehouse')
const PICKER: CustomModel = { model: 'warehouse.Picker', category: WAREHOUSE, path: 'pickers' }
const HOUR = 3_600_000

/**
 * The sandbox, with a category that Merge might have tomorrow: what it knows as `hris` is called `warehouse` on the wire, and its employees
 * are pickers.
 */
function begin(more: Parameters<typeof setup>[0] = {}): World {
  const rename = (text: string, to: 'hris' | 'warehouse') =>
    to === 'hris'
      ? text
          .replaceAll('/warehouse/v1/pickers', '/hris/v1/employees')
          .replaceAll('/warehouse/', '/hris/')
          .replaceAll(/(["=])warehouse\b/g, '$1hris')
      : text
          .replaceAll('"hris.Employee"', '"warehouse.Picker"')
          .replaceAll('"model_name":"Employee"', '"model_name":"Picker"')
          .replaceAll('"hris', '"warehouse')
  const world: World = setup(
    { sync: { models: [PICKER], omit: { 'warehouse.Picker': ['ssn'] }, lookEvery: 900_000 }, webhookSecrets: [WEBHOOK_SECRET], ...more },
    {
      async network(request) {
        const body = request.method === 'POST' ? rename(await request.text(), 'hris') : null
        const answer = await world.sandbox.handle(
          new Request(rename(request.url, 'hris'), { method: request.method, headers: request.headers, body, signal: request.signal }),
        )
        return new Response(rename(await answer.text(), 'warehouse'), answer)
      },
    },
  )
  return world
}

async function connect(scene: World): Promise<string> {
  const { accountId, linkToken } = await scene.run(scene.acme.createLinkToken({ category: WAREHOUSE, ...ACME }))
  await scene.run(scene.acme.exchangePublicToken(scene.complete(linkToken)))
  return accountId
}

const withoutSsn = (records: Map<string, Record<string, unknown>>) => [...records].map(([id, { ssn: _, ...record }]) => [id, record])

describe('a model of a category that this version does not know', () => {
  test('is linked, mirrored, kept up to date and read, as any other', async () => {
    const scene = begin()
    const id = await connect(scene)
    await scene.work(30_000)
    const info = await infoOf(scene, id)
    expect(info).toMatchObject({ category: 'warehouse', status: 'active', sync: { ready: true, readiness: 'complete', records: 120 } })
    expect(info.sync.models['warehouse.Picker']).toMatchObject({ ready: true, problem: null })
    expect(scene.requests.some((request) => request.includes('/hris/v1/employees?'))).toBe(true)

    const linked = (await rowOf(scene, id)).linkedAccountId ?? ''
    const same = async () =>
      expect(withoutSsn(await stored(scene, id, 'warehouse.Picker'))).toEqual(withoutSsn(truth(scene, linked, 'hris.Employee')))
    await same()
    const changed = scene.sandbox.change(linked, { fields: { first_name: 'Ada' } })
    scene.sandbox.sync(linked)
    await scene.work(HOUR)
    await same()

    const handle = await handleOf(scene, id)
    const changes = await Array.fromAsync(handle.changes<{ id: string; first_name: string; ssn?: unknown }>('warehouse.Picker'))
    expect(changes).toHaveLength(120)
    expect(changes.find((change) => change.id === changed.id)?.data.first_name).toBe('Ada')
    expect(changes.every(({ data }) => !('ssn' in data))).toBe(true)
    await scene.run(handle.rebuild('warehouse.Picker'))
    await expect(handle.changesPage('warehouse.Shelf')).rejects.toMatchObject({ code: 'INPUT_INVALID' })
    const verdicts = await scene.run(Array.fromAsync(scene.integrations.verify()))
    expect(verdicts).toMatchObject([{ model: 'warehouse.Picker' }])
  })

  test('is connected through the routes, listed by its category, and in the catalog', async () => {
    const scene = begin()
    const { call } = door(scene)
    const opened = await call('POST', '/link-token', { body: { category: 'warehouse' } })
    expect(opened.status).toBe(200)
    const exchanged = await call('POST', '/exchange', { body: { publicToken: scene.complete(opened.json.linkToken) } })
    expect(exchanged.json.account).toMatchObject({ category: 'warehouse', status: 'active' })
    expect((await call('GET', '/accounts?category=warehouse')).json.accounts).toHaveLength(1)
    expect((await call('GET', '/accounts?category=hris')).json.accounts).toEqual([])
    expect((await call('GET', '/catalog?category=warehouse')).json.integrations.length).toBeGreaterThan(5)
    for (const category of ['wharehouse', 'Warehouse', '../hris', 'warehouse/v1', '__proto__', ''])
      expect((await call('POST', '/link-token', { body: { category } })).status, category).toBe(400)
  })

  test('is adopted, and the audit looks at its category', async () => {
    const scene = begin()
    const id = await connect(scene)
    const { originId, token, category } = await rowOf(scene, id)
    const accountToken = await scene.integrations.core.link.vault.open(token ?? '', 'account-token', await rowOf(scene, id))
    const empty = setup().storage
    const other = scene.another({ storage: empty })
    expect((await scene.run(other.audit())).orphans).toMatchObject([{ category: 'warehouse', endUserOriginId: originId }])
    const owner = other.forOrganization('org_acme')
    const adopted = await scene.run(owner.adopt({ category, endUserOriginId: originId, accountToken: accountToken.reveal() }))
    expect(adopted).toMatchObject({ category: 'warehouse', status: 'active' })
    await expect(
      scene.run(owner.adopt({ category: 'wharehouse', endUserOriginId: originId, accountToken: accountToken.reveal() })),
    ).rejects.toMatchObject({ code: 'INPUT_INVALID' })
  })

  test('has it looked at when a webhook names its model', async () => {
    const scene = begin()
    const id = await connect(scene)
    await scene.work(30_000)
    const { linkedAccountId, originId } = await rowOf(scene, id)
    const account = { id: linkedAccountId, end_user_origin_id: originId, category: 'warehouse' }
    const text = JSON.stringify(envelope('Picker.changed', account, { id: 'x' }))
    const taken = await scene.run(scene.integrations.receiveWebhook({ body: Buffer.from(text), signature: sign(text) }))
    expect(taken.status).toBe(200)
    scene.requests.length = 0
    await scene.work(6_000)
    expect(scene.requests.some((request) => request.includes('/sync-status'))).toBe(true)
  })
})

test('an instance that does not name the category refuses it, and one that names it without a model connects it', async () => {
  const strange = begin({ sync: { models: ['hris.Employee'] } })
  await expect(strange.acme.createLinkToken({ category: WAREHOUSE, ...ACME })).rejects.toMatchObject({
    code: 'INPUT_INVALID',
    message: expect.stringContaining('"categories"'),
  })
  const scene = begin({ sync: { models: ['hris.Employee'] }, categories: [WAREHOUSE] })
  expect((await infoOf(scene, await connect(scene))).status).toBe('active')
})

test.each([
  ['email', ['email.Message', 'email.Mailbox', 'email.EmailAddress']],
  ['calendar', ['calendar.Event', 'calendar.Calendar', 'calendar.Series']],
])('%s is linked and mirrored as any other, cancelled events included', async (category, models) => {
  const scene = setup({ sync: { models } })
  const { accountId, linkToken } = await scene.run(scene.acme.createLinkToken({ category, ...ACME }))
  const [vendor] = await scene.run(scene.integrations.catalog({ category }))
  await scene.run(scene.acme.exchangePublicToken(scene.complete(linkToken, vendor?.slug)))
  await scene.work(30_000)
  const linked = (await rowOf(scene, accountId)).linkedAccountId ?? ''
  for (const model of models) {
    const copy = await stored(scene, accountId, model)
    expect(copy.size, model).toBeGreaterThan(0)
    expect([...copy], model).toEqual([...truth(scene, linked, model)])
  }
  if (category === 'email') return
  const { id } = scene.sandbox.change(linked, { model: 'calendar.Event', fields: { is_cancelled: true } })
  scene.sandbox.sync(linked)
  await scene.work(HOUR)
  expect((await stored(scene, accountId, 'calendar.Event')).get(id)).toMatchObject({ is_cancelled: true })
})
