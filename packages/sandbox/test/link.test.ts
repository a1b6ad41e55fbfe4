import { describe, expect, test } from 'vitest'
import { prepareSandbox } from './prepare.ts'

describe('link tokens', () => {
  test('are refused, field by field, for a body that Merge would refuse', async () => {
    const { call } = prepareSandbox()
    const path = '/api/hris/v1/link-token'
    expect((await call(path, { body: { end_user_origin_id: 'x', integration_category: 'hris' } })).body).toEqual({
      end_user_email_address: ['This field is required.'],
      end_user_organization_name: ['This field is required.'],
      categories: ['This field is required.'],
    })
    const user = {
      end_user_email_address: 'it@acme.test',
      end_user_organization_name: 'Acme',
      end_user_origin_id: 'o',
      categories: ['hris'],
    }
    for (const [field, value] of [
      ['end_user_origin_id', 'o'.repeat(101)],
      ['end_user_origin_id', ''],
      ['categories', ['hr']],
      ['categories', []],
      ['integration', 'no-such-vendor'],
      ['link_expiry_mins', 29],
      ['link_expiry_mins', 721],
      ['language', 'fr'],
    ] as const) {
      const { status, body } = await call(path, { body: { ...user, [field]: value } })
      expect(status, field).toBe(400)
      expect(Object.keys(body)).toEqual([field])
    }
    expect((await call(path, { body: user })).body).toMatchObject({ integration_name: null, magic_link_url: null })
    expect((await call(path, { method: 'POST' })).status).toBe(400)
  })

  test('live for half an hour unless told otherwise', async () => {
    const { sandbox, clock, linkToken } = prepareSandbox()
    const short = await linkToken('a')
    const long = await linkToken('b', { link_expiry_mins: 60 })
    clock.advance(30 * 60_000)
    expect(sandbox.link.start(short.link_token, 'http://x.test')).toEqual({ expired: true })
    expect(sandbox.link.complete(short.link_token, 'deel')).toHaveProperty('error')
    expect(sandbox.link.start(long.link_token, 'http://x.test')).toMatchObject({ organizationName: 'Acme', relink: null })
  })

  test('work once', async () => {
    const { sandbox, linkToken } = prepareSandbox()
    const { link_token } = await linkToken()
    expect(sandbox.link.complete(link_token, 'deel')).toHaveProperty('publicToken')
    expect(sandbox.link.complete(link_token, 'deel')).toHaveProperty('error')
    expect(sandbox.link.start(link_token, 'http://x.test')).toEqual({ expired: true })
  })

  test('offer one integration when one is named, with logos where the caller finds them', async () => {
    const { sandbox, linkToken } = prepareSandbox()
    const { link_token } = await linkToken('a', { integration: 'gusto' })
    const start = sandbox.link.start(link_token, 'http://x.test')
    expect(start).toMatchObject({ integrations: [{ slug: 'gusto', logoUrl: 'http://x.test/logos/gusto.svg' }] })
    const all = sandbox.link.start((await linkToken('b')).link_token, 'http://x.test')
    if ('expired' in all) throw new Error('expired')
    expect(all.integrations.length).toBeGreaterThan(10)
    expect(all.integrations.some((each) => each.logoUrl === null)).toBe(true)
  })
})

describe('identity', () => {
  test('two open sessions of one identity end in one account; another identity in another', async () => {
    const { sandbox, linkToken, call } = prepareSandbox()
    const [first, second, other] = [await linkToken('a'), await linkToken('a'), await linkToken('A')]
    const tokens = [first, second, other].map(({ link_token }) => {
      const done = sandbox.link.complete(link_token, 'deel')
      if ('error' in done) throw new Error(done.error)
      return done.publicToken
    })
    const accounts = await Promise.all(tokens.map(async (token) => (await call(`/api/integrations/account-token/${token}`)).body))
    expect(accounts[0]).toEqual(accounts[1])
    expect(accounts[2].id).not.toBe(accounts[0].id)
    expect(accounts[2].account_token).not.toBe(accounts[0].account_token)
  })

  test('a link token for an account that is there says so, and keeps its vendor whatever is picked', async () => {
    const { sandbox, link, linkToken, call } = prepareSandbox()
    const account = await link('a')
    sandbox.setStatus(account.id, 'RELINK_NEEDED')
    const again = await linkToken('a', { integration: 'workday' })
    expect(again.integration_name).toBe('BambooHR')
    expect(sandbox.link.start(again.link_token, 'http://x.test')).toMatchObject({ relink: { slug: 'bamboohr' } })
    expect(sandbox.link.complete(again.link_token, 'workday')).toMatchObject({ linkedAccountId: account.id })
    expect((await call('/api/hris/v1/account-details', { token: account.token })).body).toMatchObject({
      id: account.id,
      status: 'COMPLETE',
      integration: 'BambooHR',
    })
    expect((await call('/api/hris/v1/issues')).body.results).toMatchObject([{ status: 'RESOLVED' }])
  })

  test('leaving the modal leaves an INCOMPLETE account, which the next try completes', async () => {
    const { sandbox, linkToken, call } = prepareSandbox()
    const left = await linkToken('a')
    sandbox.link.abandon(left.link_token)
    expect(sandbox.link.start(left.link_token, 'http://x.test')).toEqual({ expired: true })
    const [incomplete] = (await call('/api/hris/v1/linked-accounts?is_test_account=true&status=INCOMPLETE')).body.results
    expect(incomplete).toMatchObject({ status: 'INCOMPLETE', integration: null, completed_at: null })
    const next = await linkToken('a')
    expect(next.integration_name).toBeNull()
    expect(sandbox.link.complete(next.link_token, 'deel')).toMatchObject({ linkedAccountId: incomplete.id })
    expect(sandbox.accounts()).toMatchObject([{ status: 'COMPLETE', integration: { slug: 'deel' } }])
  })

  test('a session that outlives its account makes a new one under the old origin id', async () => {
    const { sandbox, link, linkToken, call } = prepareSandbox()
    const account = await link('a')
    const open = await linkToken('a')
    await call('/api/hris/v1/delete-account', { method: 'POST', token: account.token })
    expect(sandbox.accounts()).toEqual([])
    const revived = sandbox.link.complete(open.link_token, 'deel')
    if ('error' in revived) throw new Error(revived.error)
    expect(revived.linkedAccountId).not.toBe(account.id)
    const { body } = await call(`/api/integrations/account-token/${revived.publicToken}`)
    expect(body.account_token).not.toBe(account.token)
    expect(sandbox.accounts()).toMatchObject([{ id: revived.linkedAccountId, endUserOriginId: 'a' }])
  })
})

describe('public tokens', () => {
  test('work once, for ten minutes, on either route', async () => {
    const { sandbox, clock, linkToken, call } = prepareSandbox()
    const complete = async (origin: string) => {
      const done = sandbox.link.complete((await linkToken(origin)).link_token, 'deel')
      if ('error' in done) throw new Error(done.error)
      return done.publicToken
    }
    const [used, old, byCategory] = [await complete('a'), await complete('b'), await complete('c')]
    expect((await call(`/api/integrations/account-token/${used}`)).status).toBe(200)
    expect(await call(`/api/integrations/account-token/${used}`)).toMatchObject({ status: 404, body: { detail: 'Not found.' } })
    expect((await call(`/api/hris/v1/account-token/${byCategory}`)).status).toBe(200)
    clock.advance(10 * 60_000)
    expect((await call(`/api/integrations/account-token/${old}`)).status).toBe(404)
    expect((await call('/api/integrations/account-token/..%2Fnonsense')).status).toBe(404)
  })
})

describe('accounts', () => {
  test('a plain list shows production accounts only, with the parameter test accounts only', async () => {
    for (const [apiKey, type] of [
      ['test_x', 'TEST'],
      ['production_x', 'PRODUCTION'],
    ] as const) {
      const { call, link } = prepareSandbox({ apiKey })
      const { id } = await link('a')
      const ids = async (query: string) =>
        (await call(`/api/hris/v1/linked-accounts${query}`)).body.results.map((each: { id: string }) => each.id)
      expect(await ids('')).toEqual(type === 'PRODUCTION' ? [id] : [])
      expect(await ids('?is_test_account=true')).toEqual(type === 'TEST' ? [id] : [])
    }
  })

  test('are found by the filters that Merge has, page by page', async () => {
    const { call, link } = prepareSandbox({ employees: 1 })
    const a = await link('a')
    const b = await link('b')
    const list = async (query: string) => (await call(`/api/hris/v1/linked-accounts?is_test_account=true&${query}`)).body
    const ids = async (query: string) => (await list(query)).results.map((each: { id: string }) => each.id)
    expect(await ids('end_user_origin_id=b')).toEqual([b.id])
    expect(await ids('end_user_origin_ids=a,b,c')).toEqual([a.id, b.id])
    expect(await ids(`id=${a.id}`)).toEqual([a.id])
    expect(await ids('category=ats')).toEqual([])
    const page = await list('page_size=1')
    expect(page.results[0].id).toBe(a.id)
    const second = await list(`page_size=1&cursor=${encodeURIComponent(page.next)}`)
    expect(second).toMatchObject({ results: [{ id: b.id }], next: null })
    expect(JSON.stringify(await list(''))).not.toContain(a.token)
  })

  test('deletion answers with nothing, and the token is dead', async () => {
    const { call, link } = prepareSandbox()
    const { token } = await link('a')
    const gone = await call('/api/hris/v1/delete-account', { method: 'POST', token })
    expect(gone).toMatchObject({ status: 200, text: '' })
    expect((await call('/api/hris/v1/employees', { token })).status).toBe(401)
    expect((await call('/api/hris/v1/delete-account', { method: 'POST', token })).status).toBe(401)
  })

  test('keys and tokens that are missing or wrong are refused', async () => {
    const { call, link } = prepareSandbox()
    const { token } = await link('a')
    for (const init of [{ key: null }, { key: 'test_wrong' }, {}, { token: 'wrong' }]) {
      const { status, body } = await call('/api/hris/v1/employees', { ...(Object.hasOwn(init, 'key') ? { token } : {}), ...init })
      expect(status).toBe(401)
      expect(body).toEqual({ detail: expect.any(String) })
    }
    expect((await call('/api/integrations', { key: null })).body.length).toBeGreaterThan(10)
    expect((await call('/api/hris/v1/nonsense', { token })).status).toBe(404)
    expect((await call('/api/hris/v1/employees', { token, method: 'PUT' })).status).toBe(405)
  })
})
