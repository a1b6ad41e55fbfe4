import { describe, expect, test } from 'vitest'
import { door } from '../support/http.ts'
import { setup } from '../support/setup.ts'

const HOST = 'app.test'
const SITES = [undefined, 'same-origin', 'none', 'same-site', 'cross-site'] as const
const ORIGINS = [
  undefined,
  'https://app.test',
  'http://app.test',
  'https://trusted.test',
  'https://evil.test',
  'https://app.test.evil.test',
  'https://app.test:8443',
  'null',
  'nonsense',
] as const

/** What a browser's headers prove: our own page, a page that is trusted, or nothing. */
function allowed(site: string | undefined, origin: string | undefined, trusted: boolean): boolean {
  if (trusted && origin === 'https://trusted.test') return true
  if (site !== undefined) return site === 'same-origin' || site === 'none'
  return origin === 'https://app.test' || origin === 'http://app.test'
}

describe.each([true, false])('with a trusted origin: %s', (trusted) => {
  const world = setup()
  const { handler } = door(world, trusted ? { trustedOrigins: ['https://trusted.test/'] } : {})
  const ask = (method: string, site: string | undefined, origin: string | undefined) => {
    const headers = {
      host: HOST,
      'content-type': 'application/json',
      ...(site ? { 'sec-fetch-site': site } : {}),
      ...(origin ? { origin } : {}),
    }
    const body = method === 'GET' ? {} : { body: '{}' }
    return handler(new Request('https://app.test/api/integrations/accounts/int_x', { method, headers, ...body }))
  }

  for (const site of SITES) {
    test.each(ORIGINS)(`Sec-Fetch-Site ${site ?? 'absent'}, Origin %s`, async (origin) => {
      for (const method of ['PATCH', 'DELETE']) {
        // 404 is what a caller gets who came through.
        expect((await ask(method, site, origin)).status).toBe(allowed(site, origin, trusted) ? 404 : 403)
      }
      const read = await ask('GET', site, origin)
      expect(read.status).toBe(404)
      const mayRead = trusted && origin === 'https://trusted.test'
      expect(read.headers.get('access-control-allow-origin')).toBe(mayRead ? origin : null)
      expect(read.headers.get('access-control-allow-credentials')).toBe(mayRead ? 'true' : null)
      expect(read.headers.get('vary')).toBe('Origin')
      expect(read.headers.get('x-content-type-options')).toBe('nosniff')
      expect(read.headers.get('cross-origin-resource-policy')).toBe(trusted ? 'cross-origin' : 'same-origin')
    })
  }

  test('a preflight is granted to the trusted origin only, without asking who it is', async () => {
    const preflight = (origin: string) => ask('OPTIONS', 'cross-site', origin)
    const granted = await preflight('https://trusted.test')
    expect(granted.status).toBe(204)
    expect(granted.headers.get('access-control-allow-methods')).toBe(trusted ? 'GET, POST, PATCH, DELETE' : null)
    const refused = await preflight('https://evil.test')
    expect(refused.headers.get('access-control-allow-origin')).toBeNull()
    expect(refused.headers.get('access-control-allow-methods')).toBeNull()
  })
})

test('a refusal of a foreign origin comes before the question who is signed in', async () => {
  let asked = 0
  const { call } = door(setup(), {
    authenticate: () => {
      asked++
      return null
    },
  })
  const answer = await call('POST', '/link-token', {
    body: { category: 'hris' },
    headers: { 'sec-fetch-site': 'cross-site', origin: 'https://evil.test' },
  })
  expect(answer).toMatchObject({ status: 403, json: { error: { code: 'forbidden' } } })
  expect(asked).toBe(0)
})

test('reading changes nothing', async () => {
  const world = setup()
  const before = await world.storage.list({ limit: 10 })
  for (const path of ['/accounts', '/catalog', '/accounts/int_x'])
    await door(world).call('GET', path, { headers: { 'sec-fetch-site': 'cross-site' } })
  expect(await world.storage.list({ limit: 10 })).toEqual(before)
})
