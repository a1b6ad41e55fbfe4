import { describe, expect, test } from 'vitest'
import { sandboxBackend } from '../src/browser/backend.ts'
import { createSandbox, type RequestEntry } from '../src/index.ts'
import { prepareSandbox } from './prepare.ts'

describe('the control API', () => {
  test('has the levers of the object', async () => {
    const { call, link, sandbox, clock } = prepareSandbox()
    const { id, token } = await link()
    const at = `/sandbox/accounts/${id}`
    const { accounts } = (await call('/sandbox/accounts')).body
    expect(accounts).toEqual(sandbox.accounts())
    expect(accounts[0].models.find((each: { id: string }) => each.id === 'hris.Employee')).toEqual({
      id: 'hris.Employee',
      status: 'DONE',
      initial: false,
      records: 60,
      deleted: 0,
    })

    const hired = (await call(`${at}/hire`, { body: { fields: { first_name: 'Ada', last_name: 'Lovelace' } } })).body
    const changed = (await call(`${at}/change`, { body: { model: 'hris.Company', fields: { display_name: 'New Ltd' } } })).body
    const removed = (await call(`${at}/remove`, { body: {} })).body
    expect((await call('/sandbox/accounts')).body.accounts[0].pendingChanges).toBeGreaterThan(2)
    expect((await call(`${at}/sync`, { body: {} })).body).toEqual({ done: true })
    const truth = async (model: string) => (await call(`${at}/truth?model=${model}`)).body.records
    expect(await truth('hris.Employee')).toContainEqual(expect.objectContaining({ id: hired.id, display_full_name: 'Ada Lovelace' }))
    expect(await truth('hris.Employee')).toContainEqual(expect.objectContaining({ id: removed.id, remote_was_deleted: true }))
    expect(await truth('hris.Company')).toMatchObject([{ id: changed.id, display_name: 'New Ltd' }])

    await call(`${at}/status`, { body: { status: 'RELINK_NEEDED' } })
    expect(sandbox.accounts()[0]!.status).toBe('RELINK_NEEDED')
    await call(`${at}/model-status`, { body: { model: 'hris.TimeOff', status: 'FAILED' } })
    expect(sandbox.accounts()[0]!.models.find((each) => each.id === 'hris.TimeOff')!.status).toBe('FAILED')
    await call('/sandbox/faults', { body: { kind: 'status', status: 502, count: 2 } })
    expect((await call('/api/hris/v1/companies', { token })).status).toBe(502)
    await call('/sandbox/faults', { method: 'DELETE', body: {} })
    expect((await call('/api/hris/v1/companies', { token })).status).toBe(200)
    const before = clock.now()
    expect((await call('/sandbox/clock', { body: { advanceMs: 1500 } })).body).toEqual({ now: before + 1500 })
    expect((await call('/sandbox/limits', { method: 'DELETE', body: {} })).body).toEqual({ done: true })
  })

  test('says what is wrong with a request', async () => {
    const { call, sandbox } = prepareSandbox()
    expect(await call('/sandbox/accounts/nobody/sync', { body: {} })).toMatchObject({
      status: 400,
      body: { error: expect.stringContaining('nobody') },
    })
    expect((await call('/sandbox/nothing')).status).toBe(404)
    expect((await call('/sandbox/faults', { body: { kind: 'flood' } })).body.error).toContain('Known:')
    expect((await call('/sandbox/clock', { body: { advanceMs: -1 } })).status).toBe(400)
    const plain = new Request('http://sandbox.test/sandbox/faults', { method: 'POST', body: '{}' })
    expect((await sandbox.handle(plain)).status).toBe(415)
    const broken = new Request('http://sandbox.test/sandbox/faults', {
      method: 'POST',
      body: '{',
      headers: { 'content-type': 'application/json' },
    })
    expect((await sandbox.handle(broken)).status).toBe(400)
    const real = createSandbox({ employees: 1 })
    expect(() => real.advance(1)).toThrow('manualClock')
  })

  test('is not open to other origins, unlike the modal’s part', async () => {
    const { call, linkToken } = prepareSandbox()
    expect((await call('/sandbox/accounts')).headers.has('access-control-allow-origin')).toBe(false)
    const preflight = await call('/sandbox/link/start', { method: 'OPTIONS' })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-origin')).toBe('*')
    const { link_token } = await linkToken()
    const start = await call('/sandbox/link/start', { body: { linkToken: link_token } })
    expect(start.headers.get('access-control-allow-origin')).toBe('*')
    expect(start.body).toMatchObject({ organizationName: 'Acme', relink: null })
    expect(start.body.integrations[0].logoUrl).toBe('http://sandbox.test/logos/bamboohr.svg')
    expect((await call('/sandbox/link/complete', { body: { linkToken: link_token, slug: 'nobody' } })).body).toHaveProperty('error')
    expect(Object.keys((await call('/sandbox/link/complete', { body: { linkToken: link_token, slug: 'deel' } })).body)).toEqual([
      'publicToken',
    ])
    const abandoned = (await linkToken('b')).link_token
    await call('/sandbox/link/abandon', { body: { linkToken: abandoned } })
    expect((await call('/sandbox/link/start', { body: { linkToken: abandoned } })).body).toEqual({ expired: true })
  })
})

describe('the modal’s backend in the browser', () => {
  test('speaks to the sandbox it was loaded from', async () => {
    const { linkToken, sandbox } = prepareSandbox()
    const backend = sandboxBackend('http://sandbox.test', (url, init) => sandbox.handle(new Request(url, init)))
    const { link_token } = await linkToken('a')
    expect(await backend.start(link_token)).toMatchObject({ organizationName: 'Acme', relink: null })
    expect(await backend.complete(link_token, 'hibob')).toEqual({ publicToken: expect.any(String) })
    expect(await backend.start(link_token)).toEqual({ expired: true })
    await backend.abandon((await linkToken('b')).link_token)
    expect(sandbox.accounts().map((account) => account.status)).toEqual(['COMPLETE', 'INCOMPLETE'])
    const broken = sandboxBackend('http://sandbox.test', async () => new Response(null, { status: 502 }))
    await expect(broken.start('x')).rejects.toThrow('answered 502')
  })
})

describe('pages and pictures', () => {
  test('are served with their types', async () => {
    const { call } = prepareSandbox()
    const type = async (path: string) => {
      const { status, headers } = await call(path)
      return [status, headers.get('content-type')]
    }
    expect(await type('/')).toEqual([200, 'text/html; charset=utf-8'])
    expect(await type('/logos/gusto.svg')).toEqual([200, 'image/svg+xml'])
    expect((await call('/logos/charlie-und-soehne.svg')).status).toBe(404)
    expect((await call('/logos/nothing.svg')).status).toBe(404)
    expect((await call('/nothing')).status).toBe(404)
    expect((await type('/initialize.js'))[1]).toBe('text/javascript; charset=utf-8')
  })
})

describe('the log', () => {
  test('names every request and no token', async () => {
    const entries: RequestEntry[] = []
    const { call, link, sandbox } = prepareSandbox({ onRequest: (entry) => entries.push(entry) })
    const { id, token, publicToken } = await link()
    const { body } = await call('/api/hris/v1/employees?page_size=10&show_enum_origins=secret', { token })
    await call(`/api/hris/v1/employees?cursor=${encodeURIComponent(body.next)}`, { token })
    await call(`/api/hris/v1/issues?account_token=${token}`)
    sandbox.fault({ kind: 'reset' })
    await call('/api/integrations').catch(() => {})
    expect(entries.map(({ status, method, path }) => `${status} ${method} ${path}`)).toEqual([
      '200 POST /api/integrations/create-link-token',
      '200 GET /api/integrations/account-token/***',
      '200 GET /api/hris/v1/employees?page_size=10&show_enum_origins=***',
      '200 GET /api/hris/v1/employees?cursor=***',
      '200 GET /api/hris/v1/issues?account_token=***',
      '0 GET /api/integrations',
    ])
    expect(entries[2]!.linkedAccountId).toBe(id)
    for (const secret of [token, publicToken, 'secret']) expect(JSON.stringify(entries)).not.toContain(secret)
  })
})

describe('answers carry the sandbox’s time', () => {
  test('skewed on request', async () => {
    const { call, clock } = prepareSandbox()
    expect((await call('/api/integrations')).headers.get('date')).toBe(new Date(clock.now()).toUTCString())
    const skewed = prepareSandbox({ dateSkewMs: 120_000 })
    expect((await skewed.call('/api/integrations')).headers.get('date')).toBe(new Date(skewed.clock.now() + 120_000).toUTCString())
  })
})

describe('a seed', () => {
  test('decides everything', async () => {
    const story = async (seed: number) => {
      const { call, clock, link, sandbox } = prepareSandbox({ seed, initialSyncMs: 500 })
      const { id, token } = await link()
      clock.advance(600)
      for (const lever of ['change', 'remove', 'hire'] as const) sandbox[lever](id)
      sandbox.sync(id)
      const { text } = await call('/api/hris/v1/employees?page_size=100&include_deleted_data=true', { token })
      return { id, token, text }
    }
    expect(await story(1)).toEqual(await story(1))
    const [one, two] = [await story(1), await story(2)]
    expect(two.id).not.toBe(one.id)
    expect(two.token).not.toBe(one.token)
    expect(two.text).not.toBe(one.text)
  })

  test('gives two accounts two companies', async () => {
    const { link, sandbox } = prepareSandbox()
    const [a, b] = [await link('a'), await link('b')]
    const ids = new Set(sandbox.truth(a.id, 'hris.Employee').map((each) => each.id))
    for (const record of sandbox.truth(b.id, 'hris.Employee')) expect(ids).not.toContain(record.id)
  })
})

describe('deleting a manager', () => {
  test('hands their people to the next one up', async () => {
    const { link, sandbox } = prepareSandbox()
    const { id } = await link()
    const people = sandbox.truth(id, 'hris.Employee')
    const chief = people.find((each) => each.manager === null)!
    const head = people.find((each) => each.manager === chief.id && people.some((other) => other.manager === each.id))!
    const reports = people.filter((each) => each.manager === head.id).map((each) => each.id)
    sandbox.remove(id, { id: String(head.id) })
    sandbox.sync(id)
    for (const report of sandbox.truth(id, 'hris.Employee').filter((each) => reports.includes(each.id)))
      expect(report.manager).toBe(chief.id)
  })
})
