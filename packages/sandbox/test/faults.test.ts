import { afterEach, describe, expect, test } from 'vitest'
import { type ListeningSandbox, listenSandbox } from '../src/index.ts'
import { prepareSandbox } from './prepare.ts'

const servers: ListeningSandbox[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
})

describe('in process', () => {
  test('each kind goes wrong in its own way, once', async () => {
    const waited: number[] = []
    const { sandbox, call, link } = prepareSandbox({ sleep: async (ms) => void waited.push(ms) })
    const { token } = await link()
    const ask = () => call('/api/hris/v1/companies', { token })
    const truth = await ask()

    sandbox.fault({ kind: 'status', status: 503, headers: { 'retry-after': '7' } })
    const unavailable = await ask()
    expect(unavailable.status).toBe(503)
    expect(unavailable.headers.get('retry-after')).toBe('7')
    sandbox.fault({ kind: 'html' })
    expect(await ask()).toMatchObject({ status: 200, text: expect.stringContaining('<h1>') })
    sandbox.fault({ kind: 'truncate' })
    await expect(ask()).rejects.toThrow(SyntaxError)
    sandbox.fault({ kind: 'empty' })
    expect(await ask()).toMatchObject({ status: 200, text: '' })
    sandbox.fault({ kind: 'reset' })
    await expect(ask()).rejects.toThrow('fetch failed')
    sandbox.fault({ kind: 'cut' })
    await expect(ask()).rejects.toThrow('fetch failed')
    sandbox.fault({ kind: 'delay', delayMs: 250 })
    expect((await ask()).text).toBe(truth.text)
    expect(waited).toEqual([250])
    sandbox.fault({ kind: 'rewrite', rewrite: (body) => ({ ...(body as object), next: 'repeated' }) })
    expect((await ask()).body.next).toBe('repeated')
    expect((await ask()).text).toBe(truth.text)
  })

  test('a connection that dies may have done its work', async () => {
    const { sandbox, link, call } = prepareSandbox()
    const { token } = await link()
    sandbox.fault({ kind: 'reset', path: '/delete-account' })
    await expect(call('/api/hris/v1/delete-account', { method: 'POST', token })).rejects.toThrow('fetch failed')
    expect(sandbox.accounts()).toEqual([])
  })

  test('meet only what they are meant for, as often as told, and end early', async () => {
    const { sandbox, link, call } = prepareSandbox()
    const [a, b] = [await link('a'), await link('b')]
    const status = async (path: string, token = a.token) => (await call(`/api/hris/v1/${path}`, { token })).status
    sandbox.fault({ kind: 'status', model: 'hris.Employee', linkedAccountId: a.id, method: 'GET', after: 1, count: 2 })
    expect(await status('companies')).toBe(200)
    expect(await status('employees', b.token)).toBe(200)
    expect([await status('employees'), await status('employees'), await status('employees'), await status('employees')]).toEqual([
      200, 500, 500, 200,
    ])
    const end = sandbox.fault({ kind: 'status', path: 'page_size=7', count: 100 })
    expect(await status('companies?page_size=7')).toBe(500)
    end()
    expect(await status('companies?page_size=7')).toBe(200)
    sandbox.fault({ kind: 'status', count: 100 })
    sandbox.clearFaults()
    expect(await status('companies')).toBe(200)
    expect(() => sandbox.fault({ kind: 'flood' as never })).toThrow('Known: status')
  })
})

describe('on a socket', () => {
  test('a reset and a cut reach the caller as broken connections, and the server lives on', async () => {
    const { sandbox } = prepareSandbox()
    const server = await listenSandbox(sandbox)
    servers.push(server)
    sandbox.fault({ kind: 'reset' })
    await expect(fetch(`${server.url}/api/integrations`)).rejects.toThrow('fetch failed')
    sandbox.fault({ kind: 'cut' })
    const cut = await fetch(`${server.url}/api/integrations`)
    await expect(cut.text()).rejects.toThrow()
    expect((await fetch(`${server.url}/api/integrations`)).status).toBe(200)
  })
})
