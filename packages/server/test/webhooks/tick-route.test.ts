import { describe, expect, test } from 'vitest'
import { door } from '../support/http.ts'
import { rowOf } from '../support/setup.ts'
import { type WebhookWorld, withWebhooks } from '../support/webhooks.ts'

describe('the tick route', () => {
  const SECRET = 'a-tick-secret-of-some-length'
  const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` })

  test('is not there unless it is configured', async () => {
    const world = withWebhooks()
    expect((await door(world).call('GET', '/tick', { headers: bearer('') })).status).toBe(404)
    expect((await door(world).call('POST', '/tick')).status).toBe(404)
  })

  test.each(['GET', 'POST'])('%s does what is due, and says how much and nothing else', async (method) => {
    const world = withWebhooks({ tickSecret: SECRET })
    await world.connect()
    const { call } = door(world, { authenticate: () => null, authorize: () => false })
    const answer = await call(method, '/tick', { headers: { ...bearer(SECRET), 'sec-fetch-site': 'cross-site' } })
    expect([answer.status, answer.json]).toEqual([200, { runs: 1, pages: 0, records: 0 }])
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect((await call(method, '/tick', { headers: bearer(SECRET) })).json).toEqual({ runs: 0, pages: 0, records: 0 })
  })

  test.each<[string, Record<string, string>]>([
    ['no header', {}],
    ['another secret', bearer('a-tick-secret-of-some-lengtH')],
    ['a part of it', bearer(SECRET.slice(0, -1))],
    ['more than it', bearer(`${SECRET}x`)],
    ['nothing', bearer('')],
    ['another scheme', { authorization: `Basic ${SECRET}` }],
    ['the bare secret', { authorization: SECRET }],
  ])('does nothing for %s', async (_, headers) => {
    const world = withWebhooks({ tickSecret: SECRET })
    const id = await world.connect()
    const answer = await door(world).call('GET', '/tick', { headers })
    expect([answer.status, answer.json.error.code]).toEqual([401, 'unauthorized'])
    expect((await rowOf(world, id)).fence).toBe(0)
    expect(JSON.stringify([answer.text, world.log])).not.toContain(SECRET)
  })

  test('begins nothing new after its budget, and the budget must be one', async () => {
    const slow = (_: Request, next: () => Promise<Response>) => world.time.sleep(700).then(next)
    const world: WebhookWorld = withWebhooks({ tickSecret: SECRET }, { network: slow })
    for (const organization of ['a', 'b', 'c', 'd', 'e']) await world.connect(`org_${organization}`)
    const answer = await door(world, { tickBudgetMs: 1_000 }).call('GET', '/tick', { headers: bearer(SECRET) })
    expect(answer.json.runs).toBe(1)
    for (const tickBudgetMs of [0, -1, 999, Number.NaN, '5000' as never])
      expect(() => door(world, { tickBudgetMs })).toThrow(/"tickBudgetMs"/)
  })

  test('says that it cannot when the store is down', async () => {
    const world = withWebhooks(
      { tickSecret: SECRET },
      { wrap: (storage) => ({ ...storage, claim: () => Promise.reject(new Error('down')) }) },
    )
    const answer = await door(world).call('GET', '/tick', { headers: bearer(SECRET) })
    expect([answer.status, answer.json.error.code]).toEqual([503, 'unavailable'])
  })
})
