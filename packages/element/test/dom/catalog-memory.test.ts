import { ConnectError } from '@connect-integration/element'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { drawnCatalog, integration, prepareCatalog } from './prepare-catalog.ts'

const down = () => {
  throw new ConnectError('unavailable', 'https://api.merge.test?token=secret')
}
const endpoint = { endpoint: '/api/integrations' }

beforeEach(() => {
  vi.useFakeTimers()
  vi.spyOn(console, 'warn').mockImplementation(() => {})
})

describe('a catalog that cannot be read', () => {
  it('is shown as it was known earlier in the session, and says so', async () => {
    const known = await prepareCatalog([integration('A'), integration('B')], { properties: endpoint })
    known.element.remove()
    const { harness, element, events } = await prepareCatalog([], { properties: endpoint, fail: down })
    expect(harness.names).toEqual(['A', 'B'])
    expect(element.state).toBe('ready')
    expect(harness.notice).toContain('This may be out of date. Something went wrong.')

    expect(events).toEqual([
      { name: 'integration-catalog-error', detail: expect.objectContaining({ code: 'unavailable', retryable: true }) },
    ])
    expect(JSON.stringify(events)).not.toMatch(/merge|token/)
  })

  it('is there at once while the server is still being asked', async () => {
    await prepareCatalog([integration('A')], { properties: endpoint })
    const { harness } = await prepareCatalog([], { properties: endpoint, fail: () => new Promise(() => {}) })

    expect(harness.names).toEqual(['A'])
    expect(harness.notice).toBe('')
  })

  it('keeps what it has when a later look fails, tries by itself, and forgets the notice', async () => {
    const { element, transport, harness, events } = await prepareCatalog([integration('A')])
    transport.fail = down
    element.refresh()
    await drawnCatalog(element)
    expect(harness.notice).not.toBe('')
    expect(harness.names).toEqual(['A'])
    await vi.advanceTimersByTimeAsync(5_000)
    transport.fail = undefined
    await vi.advanceTimersByTimeAsync(10_000)
    await drawnCatalog(element)
    expect(harness.notice).toBe('')

    expect(events.filter(({ name }) => name === 'integration-catalog-error')).toHaveLength(1)
  })

  it('is a plain button for the category on a first visit, and a way to try again', async () => {
    const { element, part, transport, harness } = await prepareCatalog([integration('A')], {
      properties: { ...endpoint, category: 'hris' },
      fail: down,
    })
    expect(element.state).toBe('failed')
    const button = part('fallback')?.querySelector('connect-integration')
    expect(button?.category).toBe('hris')
    expect(button?.textContent?.trim()).toBe('Connect an integration')
    transport.fail = undefined
    part('retry')?.focus()
    part('retry')?.click()
    await drawnCatalog(element)
    expect(part('fallback')).toBeNull()
    expect(harness.names).toEqual(['A'])

    expect(element.shadowRoot?.activeElement).toBe(part('search'))
  })

  it('has no button where there is nothing to say which category it is for', async () => {
    const { part } = await prepareCatalog([], { fail: down })

    expect(part('notice')).not.toBeNull()
    expect(part('fallback')).toBeNull()
  })
})

describe('what is remembered', () => {
  it('is what everybody is offered, and nothing else that came along', async () => {
    const entry = { ...integration('A'), accountToken: 'secret', connectedBy: 'ada@acme.test' }
    await prepareCatalog([entry], { properties: endpoint })
    expect(sessionStorage).toHaveLength(1)
    const [key = ''] = Object.keys(sessionStorage)

    expect(JSON.parse(sessionStorage.getItem(key) ?? '')).toEqual({ at: Date.now(), integrations: [integration('A')] })
  })

  it.each([
    ['for another endpoint', { endpoint: '/other' }],
    ['for another category', { ...endpoint, category: 'crm' }],
    ['with a transport alone', {}],
  ])('is not shown %s', async (_, properties) => {
    await prepareCatalog([integration('A')], { properties: endpoint })
    const { element } = await prepareCatalog([], { properties, fail: down })

    expect(element.integrations).toEqual([])
  })

  it('is nothing where no endpoint says whose catalog it is', async () => {
    const { harness } = await prepareCatalog([integration('A')])
    expect(harness.names).toEqual(['A'])

    expect(sessionStorage).toHaveLength(0)
  })

  it('is forgotten after a day, and no trouble when it is broken, forbidden or full', async () => {
    await prepareCatalog([integration('A')], { properties: endpoint })
    const [key = ''] = Object.keys(sessionStorage)
    vi.setSystemTime(Date.now() + 86_400_000)
    expect((await prepareCatalog([], { properties: endpoint, fail: down })).element.integrations).toEqual([])
    for (const broken of ['{', 'null', '{"at":9e15,"integrations":{}}', '{"at":9e15,"integrations":[null,{"slug":1}]}']) {
      sessionStorage.setItem(key, broken)
      expect((await prepareCatalog([], { properties: endpoint, fail: down })).element.integrations).toEqual([])
    }
    vi.stubGlobal('sessionStorage', undefined)
    const { harness } = await prepareCatalog([integration('A')], { properties: endpoint })
    vi.unstubAllGlobals()

    expect(harness.names).toEqual(['A'])
  })
})

it('shows a skeleton until the answer, and a sentence or the slot when there is nothing', async () => {
  const { part, element } = await prepareCatalog([], { fail: () => new Promise(() => {}) })
  expect(element.state).toBe('loading')
  expect(part('skeleton')).not.toBeNull()
  const empty = await prepareCatalog([])

  expect(empty.element.state).toBe('empty')
  expect(empty.part('empty')?.textContent).toBe('There is nothing to connect yet.')
})
