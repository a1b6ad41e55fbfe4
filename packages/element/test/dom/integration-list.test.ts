import { ConnectError } from '@connect-integration/element'
import { installMergeLinkStub, memoryLinkBackend } from '@connect-integration/element/testing'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { prepareElement, settle } from './prepare.ts'
import { account, drawn, prepareList } from './prepare-list.ts'

beforeEach(() => {
  vi.useFakeTimers()
  vi.spyOn(Math, 'random').mockReturnValue(0.5)
  vi.spyOn(console, 'warn').mockImplementation(() => {})
})

describe('reading the list', () => {
  it('shows a row for each account, in the order of the answer, and says so once', async () => {
    const { rows, events, element } = await prepareList([account('b'), account('a')])
    expect(rows().map((row) => row.dataset.id)).toEqual(['b', 'a'])
    expect(element.state).toBe('ready')
    expect(element.dataset.state).toBe('ready')
    await pass(element, 5_000)

    expect(events).toEqual([{ name: 'integration-list-loaded', detail: { accounts: [account('b'), account('a')] } }])
  })

  it('asks for one category where one is set, and anew when it changes', async () => {
    const { element, rows, transport } = await prepareList([account('a'), account('b', { category: 'crm' })], { category: 'crm' })
    expect(rows().map((row) => row.dataset.id)).toEqual(['b'])
    element.category = 'hris'
    await drawn(element)

    expect(rows().map((row) => row.dataset.id)).toEqual(['a'])
    expect(transport.listed).toEqual(['crm', 'hris'])
  })

  it('shows a skeleton until the answer, and a sentence or the slot when there is nothing', async () => {
    const { element, part, transport } = await prepareList([], {})
    expect(element.state).toBe('empty')
    expect(part('empty')?.textContent).toBe('Nothing is connected yet.')
    transport.fail = () => new Promise(() => {})
    element.category = 'crm'
    await drawn(element)

    expect(element.state).toBe('loading')
    expect(part('skeleton')).not.toBeNull()
    expect(part('empty')).toBeNull()
  })

  it('looks every two seconds while something moves, and slows down when nothing does', async () => {
    const { element, transport } = await prepareList([account('a', { sync: { readiness: 'initial' } })])
    transport.accounts = [account('a', { sync: { readiness: 'initial', models: { one: { records: 5 } } } })]
    await pass(element, 2_000)
    expect(transport.listed).toHaveLength(2)
    transport.accounts = [account('a')]
    await pass(element, 2_000)
    expect(transport.listed).toHaveLength(3)
    await pass(element, 4_999)
    expect(transport.listed).toHaveLength(3)
    await pass(element, 1)
    expect(transport.listed).toHaveLength(4)
    await pass(element, 7_499)

    expect(transport.listed).toHaveLength(4)
  })

  it('announces what became of an account, and not what only counts on', async () => {
    const { element, said, transport } = await prepareList([account('a', { sync: { readiness: 'initial' } })])
    transport.accounts = [account('a', { sync: { readiness: 'initial', models: { one: { records: 5 } } } })]
    await pass(element, 2_000)
    expect(said()).toBe('')
    transport.accounts = [account('a')]
    await pass(element, 2_000)

    expect(said()).toBe('Name of a: Connected')
  })

  it('makes no request and no timer while nobody can see it', async () => {
    const hidden = vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden')
    const { element, transport } = await prepareList([account('a')])
    await pass(element, 600_000)
    expect(transport.listed).toEqual([])
    expect(vi.getTimerCount()).toBe(0)
    hidden.mockReturnValue('visible')
    document.dispatchEvent(new Event('visibilitychange'))
    await drawn(element)
    expect(transport.listed).toHaveLength(1)
    hidden.mockReturnValue('hidden')
    document.dispatchEvent(new Event('visibilitychange'))

    expect(vi.getTimerCount()).toBe(0)
  })

  it('makes none without an address either', async () => {
    const fetch = vi.fn()
    vi.stubGlobal('fetch', fetch)
    const { element } = await prepareList([], { transport: undefined })
    await pass(element, 600_000)

    expect(fetch).not.toHaveBeenCalled()
    expect(element.state).toBe('loading')
  })

  it('stops when it leaves the page, aborts what is under way, and goes on when it is back', async () => {
    const { element, transport } = await prepareList([account('a')])
    let signal: AbortSignal | undefined
    const list = transport.listAccounts
    transport.listAccounts = (_, options) => {
      signal = options.signal
      return new Promise((_, reject) => options.signal.addEventListener('abort', reject))
    }
    element.refresh()
    await drawn(element)
    expect(signal?.aborted).toBe(false)
    element.remove()
    expect(signal?.aborted).toBe(true)
    await settle()
    expect(vi.getTimerCount()).toBe(0)
    transport.listAccounts = list
    document.body.append(element)
    await pass(element, 2_000)

    expect(transport.listed).toHaveLength(2)
  })

  it('is read anew after any sign-in on the page, and not during one', async () => {
    installMergeLinkStub({ backend: memoryLinkBackend() })
    const list = await prepareList([])
    const { harness } = await prepareElement()
    harness.click()
    await expect.poll(() => harness.state()).toBe('open')
    list.transport.accounts = [account('a')]
    await pass(list.element, 5_000)
    expect(list.transport.listed).toHaveLength(1)
    await Promise.all([harness.completeModal(), vi.advanceTimersByTimeAsync(1)])
    await harness.waitForState('connected')
    await drawn(list.element)

    expect(list.rows()).toHaveLength(1)
  })

  it('a sign-in whose button has left the page holds nothing up', async () => {
    const { element, transport } = await prepareList([account('a')])
    const { harness, element: button, transport: own } = await prepareElement()
    own.fail = () => new Promise(() => {})
    harness.click()
    await pass(element, 5_000)
    expect(transport.listed).toHaveLength(1)
    button.remove()
    await pass(element, 10_000)

    expect(transport.listed.length).toBeGreaterThan(1)
  })
})

describe('when the list cannot be read', () => {
  it('says why in words, with a button, and tries again by itself, more and more slowly', async () => {
    const { element, part, transport, events } = await failing(new ConnectError('unavailable', 'GET https://api.merge.test/?token=secret'))
    expect(element.state).toBe('failed')
    expect(part('notice')?.textContent).toContain('Something went wrong.')
    expect(part('notice')?.textContent).not.toMatch(/merge|token|http/i)
    await pass(element, 4_000)
    await pass(element, 7_999)
    expect(transport.listed).toHaveLength(2)
    transport.fail = undefined
    part('retry')?.click()
    await drawn(element)

    expect(element.state).toBe('empty')
    expect(part('notice')).toBeNull()
    expect(events.map(({ name }) => name)).toEqual(['integration-list-error', 'integration-list-loaded'])
    expect(events[0]?.detail).toEqual({ code: 'unavailable', message: 'Something went wrong. Try again in a minute.', retryable: true })
  })

  it('keeps what it has, and says that it may be old', async () => {
    const { element, part, rows, transport } = await prepareList([account('a')])
    transport.fail = () => {
      throw new ConnectError('network', 'down')
    }
    await pass(element, 5_000)

    expect(rows()).toHaveLength(1)
    expect(part('notice')?.textContent).toContain('This may be out of date.')
  })

  it('does not ask again and again where that is of no use', async () => {
    const { element, transport } = await failing(new ConnectError('unauthorized', 'signed out'))
    await pass(element, 600_000)

    expect(transport.listed).toHaveLength(1)
  })

  it('gives up on a server that does not answer', async () => {
    const { element, transport, part } = await prepareList([account('a')])
    transport.fail = () => new Promise(() => {})
    element.refresh()
    await pass(element, 20_000)

    expect(part('notice')?.textContent).toContain('could not be reached')
  })

  it('rests while offline, says so, and goes on by itself', async () => {
    const online = vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false)
    const { element, part, transport } = await prepareList([account('a')])
    expect(element.state).toBe('failed')
    expect(part('notice')?.textContent).toContain('could not be reached')
    expect(part('retry')).toBeNull()
    expect(transport.listed).toEqual([])
    online.mockReturnValue(true)
    window.dispatchEvent(new Event('online'))
    await drawn(element)
    expect(element.state).toBe('ready')
    online.mockReturnValue(false)
    window.dispatchEvent(new Event('offline'))
    await drawn(element)

    expect(part('notice')?.textContent).toBe('You are offline. This is what was last known.')
    expect(element.state).toBe('ready')
  })
})

async function failing(error: ConnectError) {
  const list = await prepareList([], { transport: undefined })
  list.transport.fail = () => {
    throw error
  }
  list.element.transport = list.transport
  await drawn(list.element)
  return list
}

async function pass(element: Parameters<typeof drawn>[0], milliseconds: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(milliseconds)
  await drawn(element)
}
