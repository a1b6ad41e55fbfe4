import { describe, expect, test } from 'vitest'
import { prepareSandbox } from './prepare.ts'

describe('the rate limit', () => {
  test('is per account token and minute, and says how long to wait', async () => {
    const { call, clock, link } = prepareSandbox({ rateLimitPerMinute: 5 })
    const [a, b] = [await link('a'), await link('b')]
    const ask = (token: string) => call('/api/hris/v1/companies', { token })
    for (let index = 0; index < 5; index++) expect((await ask(a.token)).status).toBe(200)
    clock.advance(20_500)
    const refused = await ask(a.token)
    expect(refused).toMatchObject({ status: 429, body: { detail: 'Request was throttled. Expected available in 40 seconds.' } })
    expect(refused.headers.get('retry-after')).toBe('40')
    expect((await ask(b.token)).status).toBe(200)
    expect((await call('/api/hris/v1/linked-accounts')).status).toBe(200)
    clock.advance(39_500)
    expect((await ask(a.token)).status).toBe(200)
  })

  test('is a hundred unless told otherwise', async () => {
    const { call, link } = prepareSandbox({ rateLimitPerMinute: undefined })
    const { token } = await link()
    const statuses: number[] = []
    for (let index = 0; index < 101; index++) statuses.push((await call('/api/hris/v1/account-details', { token })).status)
    expect(statuses.filter((status) => status === 200)).toHaveLength(100)
    expect(statuses.at(-1)).toBe(429)
  })
})

describe('the address block', () => {
  test('meets the caller after more than twenty failures in ten seconds, for a while, whatever they ask', async () => {
    const { call, clock, link, sandbox } = prepareSandbox({ addressBlock: undefined })
    const { token } = await link()
    const fail = () => call('/api/integrations/account-token/nothing')
    for (let index = 0; index < 20; index++) expect((await fail()).status).toBe(404)
    expect((await call('/api/hris/v1/companies', { token })).status).toBe(200)
    expect((await fail()).status).toBe(404)
    const blocked = await call('/api/hris/v1/companies', { token })
    expect(blocked.status).toBe(429)
    expect(blocked.headers.get('retry-after')).toBe('10')
    const elsewhere = new Request('http://sandbox.test/api/integrations')
    expect((await sandbox.handle(elsewhere, { address: '10.0.0.2' })).status).toBe(200)
    clock.advance(10_000)
    expect((await call('/api/hris/v1/companies', { token })).status).toBe(200)
  })

  test('does not count failures that are spread out, nor throttling', async () => {
    const { call, clock, link } = prepareSandbox({ addressBlock: {}, rateLimitPerMinute: 1 })
    const { token } = await link()
    for (let index = 0; index < 60; index++) {
      expect((await call('/api/integrations/account-token/nothing')).status).toBe(404)
      expect((await call('/api/hris/v1/companies', { token })).status).toBe(index % 60 === 0 ? 200 : 429)
      clock.advance(600)
    }
  })

  test('can be lifted', async () => {
    const { call, sandbox } = prepareSandbox({ addressBlock: { errors: 0 } })
    await call('/api/integrations/account-token/nothing')
    expect((await call('/api/integrations')).status).toBe(429)
    sandbox.resetLimits()
    expect((await call('/api/integrations')).status).toBe(200)
  })
})
