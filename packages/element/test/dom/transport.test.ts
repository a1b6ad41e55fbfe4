import { ConnectError, httpListTransport, httpTransport } from '@connect-integration/element'
import { afterEach, describe, expect, it, vi } from 'vitest'

const signal = new AbortController().signal

afterEach(() => vi.unstubAllGlobals())

describe('the requests', () => {
  it('ask for a link token with what was given, and nothing empty', async () => {
    const fetch = answering({ linkToken: 'link_1', link: { scriptUrl: 'https://modal.test/initialize.js' } })
    const answer = await httpTransport('/api/integrations/').createLinkToken(
      { accountId: null, category: 'hris', integration: '', displayName: null, language: 'de' },
      { signal },
    )
    const [url, init] = fetch.mock.calls[0] ?? []

    expect(answer.linkToken).toBe('link_1')
    expect(url).toBe('/api/integrations/link-token')
    expect(JSON.parse(init?.body as string)).toEqual({ category: 'hris', language: 'de' })
    expect(init).toMatchObject({ method: 'POST', credentials: 'include', signal })
    expect(new Headers(init?.headers).get('content-type')).toBe('application/json')
  })

  it('relink one account by its id', async () => {
    const fetch = answering({ linkToken: 'link_1', link: { scriptUrl: 'https://modal.test/initialize.js' } })
    await httpTransport('https://api.test/integrations').createLinkToken({ accountId: 'a/b', category: 'hris' }, { signal })
    const [url, init] = fetch.mock.calls[0] ?? []

    expect(url).toBe('https://api.test/integrations/accounts/a%2Fb/relink')
    expect(JSON.parse(init?.body as string)).toEqual({})
  })

  it('exchange with a request that outlives the page', async () => {
    const account = { id: 'acc_1' }
    const fetch = answering({ account })
    await expect(httpTransport('/api').exchange('public_1', { signal })).resolves.toEqual({ account })
    const [url, init] = fetch.mock.calls[0] ?? []

    expect(url).toBe('/api/exchange')
    expect(JSON.parse(init?.body as string)).toEqual({ publicToken: 'public_1' })
    expect(init?.keepalive).toBe(true)
  })

  it('carry headers that are asked for anew each time', async () => {
    const fetch = answering({ account: { id: 'acc_1' } })
    let turn = 0
    const transport = httpTransport('/api', async () => ({ authorization: `Bearer ${++turn}` }))
    await transport.exchange('public_1', { signal })
    await transport.exchange('public_1', { signal })
    await httpTransport('/api', { 'x-csrf': 'yes' }).exchange('public_1', { signal })
    const sent = fetch.mock.calls.map(([, init]) => new Headers(init?.headers))

    expect(sent.map((headers) => headers.get('authorization'))).toEqual(['Bearer 1', 'Bearer 2', null])
    expect(sent[2]?.get('x-csrf')).toBe('yes')
  })
})

describe('the answers', () => {
  it('keep the code and the advice of the server, and not its words', async () => {
    answering({ error: { code: 'busy', message: 'upstream said: token abc', retryable: true, requestId: 'r1' } }, 409)
    const error = await httpTransport('/api')
      .exchange('public_1', { signal })
      .catch((thrown: unknown) => thrown)

    expect(error).toBeInstanceOf(ConnectError)
    expect(error).toMatchObject({ code: 'busy', retryable: true })
    expect((error as Error).message).not.toContain('abc')
  })

  it.each([
    [401, 'unauthorized', false],
    [403, 'forbidden', false],
    [404, 'unavailable', true],
    [502, 'unavailable', true],
    [200, 'unavailable', true],
  ])('that are a page of something else, with status %i, count as %s', async (status, code, retryable) => {
    vi.stubGlobal('fetch', async () => new Response('<!doctype html><title>Sign in</title>', { status }))
    await expect(httpTransport('/api').exchange('public_1', { signal })).rejects.toMatchObject({ code, retryable })
  })

  it('that are JSON of something else do not count as an account', async () => {
    answering({ ok: true })
    await expect(httpTransport('/api').exchange('public_1', { signal })).rejects.toMatchObject({ code: 'unavailable' })
    answering({ error: { code: 'E_STRANGE' } }, 500)
    await expect(httpTransport('/api').exchange('public_1', { signal })).rejects.toMatchObject({ code: 'unavailable' })
  })
})

describe('the list’s requests', () => {
  it('read the accounts, of one category where one is wanted', async () => {
    const fetch = answering({ accounts: [] })
    const transport = httpListTransport('/api/integrations/', { 'x-csrf': 'yes' })
    await expect(transport.listAccounts({}, { signal })).resolves.toEqual({ accounts: [] })
    await transport.listAccounts({ category: 'a&b' }, { signal })

    expect(fetch.mock.calls.map(([url]) => url)).toEqual(['/api/integrations/accounts', '/api/integrations/accounts?category=a%26b'])
    expect(fetch.mock.calls[0]?.[1]).toMatchObject({ method: 'GET', credentials: 'include', signal })
    expect(fetch.mock.calls[0]?.[1]?.body).toBeUndefined()
    expect(Object.fromEntries(new Headers(fetch.mock.calls[0]?.[1]?.headers))).toEqual({ 'x-csrf': 'yes' })
  })

  it('delete one account, which is gone at once or on its way', async () => {
    const fetch = vi.fn(async (_url: string, _init?: RequestInit) => new Response(null, { status: 204 }))
    vi.stubGlobal('fetch', fetch)
    await expect(httpListTransport('/api').deleteAccount('a/b', { signal })).resolves.toBeNull()
    expect(fetch.mock.calls[0]).toMatchObject(['/api/accounts/a%2Fb', { method: 'DELETE' }])
    answering({ account: { id: 'a', status: 'deleting' } }, 202)

    await expect(httpListTransport('/api').deleteAccount('a', { signal })).resolves.toEqual({ account: { id: 'a', status: 'deleting' } })
  })

  it('take an empty answer for a deletion only', async () => {
    vi.stubGlobal('fetch', async () => new Response(null, { status: 204 }))
    await expect(httpListTransport('/api').listAccounts({}, { signal })).rejects.toMatchObject({ code: 'unavailable' })
    await expect(httpTransport('/api').exchange('public_1', { signal })).rejects.toMatchObject({ code: 'unavailable' })
    vi.stubGlobal('fetch', async () => new Response('<!doctype html>', { status: 200 }))

    await expect(httpListTransport('/api').deleteAccount('a', { signal })).rejects.toMatchObject({ code: 'unavailable' })
  })
})

function answering(body: unknown, status = 200) {
  const fetch = vi.fn(async (_url: string, _init?: RequestInit) => Response.json(body, { status }))
  vi.stubGlobal('fetch', fetch)
  return fetch
}
