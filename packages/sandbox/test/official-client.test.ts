import { MergeClient } from '@mergeapi/merge-node-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createSandbox, type ListeningSandbox, listenSandbox, manualClock } from '../src/index.ts'
import { categories } from '../src/world/index.ts'

const clock = manualClock()
const sandbox = createSandbox({ clock, employees: 230, initialSyncMs: 8000, seed: 7 })
let server: ListeningSandbox

beforeAll(async () => {
  server = await listenSandbox(sandbox)
})
afterAll(() => server.close())

const clientFor = (accountToken?: string) =>
  new MergeClient({ apiKey: sandbox.apiKey, baseUrl: `${server.url}/api`, maxRetries: 0, ...(accountToken && { accountToken }) })

const user = {
  endUserEmailAddress: 'it@acme.test',
  endUserOrganizationName: 'Acme',
  endUserOriginId: 'org_1_hris',
  categories: ['hris' as const],
}

test('the official client, unmodified, goes through a whole life of a connection', async () => {
  const organization = clientFor()
  const { linkToken, integrationName } = await organization.hris.linkToken.create(user)
  expect(integrationName).toBeUndefined()

  const completed = sandbox.link.complete(linkToken, 'personio')
  if ('error' in completed) throw new Error(completed.error)
  const exchanged = await organization.hris.accountToken.retrieve(completed.publicToken)
  expect(exchanged.integration.name).toBe('Personio')
  await expect(organization.hris.accountToken.retrieve(completed.publicToken)).rejects.toMatchObject({ statusCode: 404 })

  const merge = clientFor(exchanged.accountToken)
  const details = await merge.hris.accountDetails.retrieve()
  expect(details).toMatchObject({
    id: exchanged.id,
    integration: 'Personio',
    status: 'COMPLETE',
    endUserOriginId: 'org_1_hris',
    accountType: 'TEST',
  })

  const early = await merge.hris.syncStatus.list({ pageSize: 100 })
  expect(early.data.find((each) => each.modelId === 'hris.Employee')).toMatchObject({ status: 'SYNCING', isInitialSync: true })
  clock.advance(8000)
  const late = await merge.hris.syncStatus.list({ pageSize: 100 })
  expect(late.data.find((each) => each.modelId === 'hris.Employee')).toMatchObject({
    status: 'DONE',
    isInitialSync: false,
    lastSyncResult: 'DONE',
  })

  const everybody = await collect(merge.hris.employees.list({ pageSize: 50 }))
  expect(new Set(everybody.map((each) => each.id)).size).toBe(230)
  expect(everybody.filter((each) => each.manager === undefined)).toHaveLength(1)

  const before = new Date(clock.now())
  clock.advance(60_000)
  const changed = sandbox.change(exchanged.id, { fields: { job_title: 'Astronaut' }, model: 'hris.Employment' })
  const removed = sandbox.remove(exchanged.id)
  expect(await collect(merge.hris.employments.list({ modifiedAfter: before }))).toHaveLength(0)
  sandbox.sync(exchanged.id)
  const news = await collect(merge.hris.employments.list({ modifiedAfter: before }))
  expect(news).toMatchObject([{ id: changed.id, jobTitle: 'Astronaut' }])

  const visible = await collect(merge.hris.employees.list({ modifiedAfter: before, pageSize: 100 }))
  expect(visible.map((each) => each.id)).not.toContain(removed.id)
  const withDeleted = await collect(merge.hris.employees.list({ modifiedAfter: before, includeDeletedData: true, pageSize: 100 }))
  expect(withDeleted.find((each) => each.id === removed.id)).toMatchObject({ remoteWasDeleted: true })

  sandbox.setStatus(exchanged.id, 'RELINK_NEEDED')
  const listed = await organization.hris.linkedAccounts.list({ isTestAccount: 'true', category: 'hris' })
  expect(listed.data).toMatchObject([{ id: exchanged.id, status: 'RELINK_NEEDED' }])
  expect((await organization.hris.issues.list({ linkedAccountId: exchanged.id })).data).toMatchObject([{ status: 'ONGOING' }])
  const relink = await organization.hris.linkToken.create(user)
  expect(relink.integrationName).toBe('Personio')
  const relinked = sandbox.link.complete(relink.linkToken, 'personio')
  if ('error' in relinked) throw new Error(relinked.error)
  expect(await organization.hris.accountToken.retrieve(relinked.publicToken)).toMatchObject({
    id: exchanged.id,
    accountToken: exchanged.accountToken,
  })
  expect((await merge.hris.accountDetails.retrieve()).status).toBe('COMPLETE')

  await merge.hris.deleteAccount.delete()
  await expect(merge.hris.accountDetails.retrieve()).rejects.toMatchObject({ statusCode: 401 })
})

test('the official client understands what else it may ask', async () => {
  const organization = clientFor()
  const { linkToken } = await organization.hris.linkToken.create({ ...user, endUserOriginId: 'org_2_hris' })
  const completed = sandbox.link.complete(linkToken, 'gusto')
  if ('error' in completed) throw new Error(completed.error)
  const { accountToken } = await organization.hris.accountToken.retrieve(completed.publicToken)
  const merge = clientFor(accountToken)
  clock.advance(8000)
  const [employee] = (await merge.hris.employees.list({ expand: ['company', 'groups'], pageSize: 1 })).data
  expect(employee).toMatchObject({ company: { displayName: 'Acme' }, groups: [{ type: 'DEPARTMENT' }, { type: 'TEAM' }] })
  expect(await merge.hris.employees.retrieve(employee!.id!)).toMatchObject({ id: employee!.id })
  expect((await merge.hris.availableActions.retrieve()).availableModelOperations).toContainEqual(
    expect.objectContaining({ modelName: 'Employee' }),
  )
  expect((await merge.hris.benefits.list()).data).toEqual([])
  await expect(merge.hris.forceResync.syncStatusResyncCreate()).rejects.toMatchObject({ statusCode: 403 })
  const renewed = await merge.hris.accountToken.regenerateCreate()
  await expect(merge.hris.accountDetails.retrieve()).rejects.toMatchObject({ statusCode: 401 })
  expect((await clientFor(renewed.accountToken).hris.accountDetails.retrieve()).id).toBe(renewed.linkedAccountId)
})

const covered = ['hris', 'ats', 'crm', 'accounting', 'ticketing', 'filestorage'] as const

test.each(covered)('the official client lists every model of %s', async (category) => {
  const quiet = createSandbox({ clock, records: 130, initialSyncMs: 0, rateLimitPerMinute: Number.POSITIVE_INFINITY })
  const listening = await listenSandbox(quiet)
  try {
    const baseUrl = `${listening.url}/api`
    const organization = new MergeClient({ apiKey: quiet.apiKey, baseUrl, maxRetries: 0 })
    const { linkToken } = await organization[category].linkToken.create({ ...user, categories: [category] })
    const start = quiet.link.start(linkToken, listening.url)
    if ('expired' in start) throw new Error('The link token is not accepted.')
    const completed = quiet.link.complete(linkToken, start.integrations[0]!.slug)
    if ('error' in completed) throw new Error(completed.error)
    const { accountToken, id } = await organization[category].accountToken.retrieve(completed.publicToken)
    const merge = new MergeClient({ apiKey: quiet.apiKey, accountToken, baseUrl, maxRetries: 0 })
    const resources = merge[category] as unknown as Record<string, Listable>

    const { models } = categories.find((each) => each.name === category)!
    for (const model of models) {
      const resource = resources[model.path.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())]!
      const rows = await collect(resource.list({ pageSize: 100, includeDeletedData: true }))
      expect(rows, model.id).toHaveLength(model.available ? quiet.truth(id, model.id).length : 0)
      expect(rows.length > 0, model.id).toBe(model.available)
      if (resource.retrieve && rows.length > 0) expect(await resource.retrieve(rows[0]!.id!), model.id).toEqual(rows[0])
    }
    const statuses = await collect(merge[category].syncStatus.list({ pageSize: 5 }))
    expect(statuses.map((each) => each.modelId)).toEqual(models.map((model) => model.id))
  } finally {
    await listening.close()
  }
})

interface Listable {
  list(query: object): PromiseLike<AsyncIterable<{ id?: string }>>
  retrieve?(id: string): Promise<unknown>
}

async function collect<T>(list: PromiseLike<AsyncIterable<T>>): Promise<T[]> {
  const rows: T[] = []
  for await (const row of await list) rows.push(row)
  return rows
}
