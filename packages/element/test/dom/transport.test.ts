import { ConnectError, httpTransport } from '@connect-integration/element'
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

function answering(body: unknown, status = 200) {
  const fetch = vi.fn(async (_url: string, _init?: RequestInit) => Response.json(body, { status }))
  vi.stubGlobal('fetch', fetch)
  return fetch
}
