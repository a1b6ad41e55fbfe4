import { beforeEach, describe, expect, it, vi } from 'vitest'
import { prepareElement, scriptedMergeLink } from './prepare.ts'
import { account, drawn, prepareList } from './prepare-list.ts'

beforeEach(() => {
  vi.useFakeTimers()
  vi.spyOn(Math, 'random').mockReturnValue(0.5)
})

describe('a page that is kept when it is left, and comes back', () => {
  it.each([
    ['says that it was out of sight', true],
    ['says nothing of it', false],
  ])('rests meanwhile and looks at once, in a browser that %s', async (_, told) => {
    const visibility = vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('visible')
    const { element, rows, transport } = await prepareList([account('a')])
    await vi.advanceTimersByTimeAsync(3_000)
    leave()
    expect(vi.getTimerCount()).toBe(0)
    transport.accounts = [account('a'), account('b')]
    comeBack()
    await drawn(element)

    expect(rows()).toHaveLength(2)
    expect(transport.listed).toHaveLength(2)

    function leave(): void {
      window.dispatchEvent(transition('pagehide'))
      see('hidden')
    }

    function comeBack(): void {
      see('visible')
      window.dispatchEvent(transition('pageshow'))
    }

    function see(state: DocumentVisibilityState): void {
      if (!told) return
      visibility.mockReturnValue(state)
      document.dispatchEvent(new Event('visibilitychange'))
    }
  })

  it('with the modal open it goes on where it was', async () => {
    const { link, last } = scriptedMergeLink()
    const { harness, transport } = await prepareElement()
    harness.click()
    await vi.advanceTimersByTimeAsync(1)
    expect(harness.state()).toBe('open')
    window.dispatchEvent(transition('pagehide'))
    window.dispatchEvent(transition('pageshow'))
    last().onSuccess('public_a')
    await harness.waitForState('connected')

    expect(link.openLink).toHaveBeenCalledTimes(1)
    expect(transport.exchanged).toEqual(['public_a'])
  })

  it('whose request for a link token died with it says so, and the next click works', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    scriptedMergeLink()
    const { harness, transport } = await prepareElement()
    let die = (_: Error) => {}
    transport.fail = () =>
      new Promise((_, reject) => {
        die = reject
      })
    harness.click()
    await vi.advanceTimersByTimeAsync(1)
    window.dispatchEvent(transition('pagehide'))
    window.dispatchEvent(transition('pageshow'))
    die(new TypeError('Failed to fetch'))
    expect(await harness.waitForEvent('connect-error')).toMatchObject({ code: 'network', retryable: true })
    transport.fail = undefined
    harness.click()
    await vi.advanceTimersByTimeAsync(1)

    expect(harness.state()).toBe('open')
  })
})

describe('a tab that was closed before its sign-in was confirmed', () => {
  it('leaves no trace: the list shows what the server has completed by itself', async () => {
    const begun = account('a', { status: 'pending', integration: null, sync: null })
    const { element, part, row, said, transport } = await prepareList([begun])
    expect(part('status', row('a'))?.textContent).toBe('Not finished')
    transport.accounts = [account('a', { sync: { readiness: 'waiting' } })]
    await vi.advanceTimersByTimeAsync(5_000)
    await drawn(element)

    expect(part('status', row('a'))?.textContent).toContain('Connected, waiting for the first data')
    expect(said()).toContain('Connected')
    expect(transport.requests).toEqual([])
  })

  it('one that the customer comes back to and continues takes a fresh link token for the same account', async () => {
    scriptedMergeLink()
    const { part, row, transport } = await prepareList([account('a', { status: 'pending', integration: null, sync: null })])
    part('connect', row('a'))?.shadowRoot?.querySelector('button')?.click()
    await vi.advanceTimersByTimeAsync(1)

    expect(transport.requests).toEqual([expect.objectContaining({ accountId: 'a' })])
  })
})

/** What a browser says when it keeps a page, and when it brings it back. */
function transition(type: 'pagehide' | 'pageshow'): Event {
  return Object.assign(new Event(type), { persisted: true })
}
