import { ConnectError } from '@connect-integration/element'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { prepareElement, scriptedMergeLink, settle } from './prepare.ts'

beforeEach(() => {
  vi.spyOn(console, 'warn').mockImplementation(() => {})
})

describe('time', () => {
  beforeEach(() => {
    vi.useFakeTimers()
    vi.spyOn(Math, 'random').mockReturnValue(0.5)
  })

  it('gives up on a server that does not answer, and aborts the request', async () => {
    const { harness, transport } = await prepareElement()
    let seen: AbortSignal | undefined
    transport.createLinkToken = (_, { signal }) => {
      seen = signal
      return new Promise(() => {})
    }
    harness.click()
    await settle()
    vi.advanceTimersByTime(19_999)
    await settle()
    expect(harness.state()).toBe('loading')
    vi.advanceTimersByTime(1)
    await settle()

    expect(harness.state()).toBe('failed')
    expect(seen?.aborted).toBe(true)
    expect(harness.events.at(-1)?.detail).toMatchObject({ code: 'network', retryable: true })
  })

  it('gives up on a modal that does not get ready, and does not open it later', async () => {
    const { link, last } = scriptedMergeLink({ announcesReady: false })
    const { harness } = await prepareElement()
    harness.click()
    await settle()
    vi.advanceTimersByTime(20_000)
    await settle()
    expect(harness.state()).toBe('failed')
    expect(harness.events.at(-1)?.detail).toMatchObject({ code: 'script_blocked' })
    last().onReady?.()
    await settle()

    expect(link.openLink).not.toHaveBeenCalled()
    expect(link.closeLink).toHaveBeenCalled()
  })

  it('asks again to confirm while that may help, then says that it may still complete', async () => {
    const { last } = scriptedMergeLink()
    const { element, harness, transport } = await prepareElement()
    transport.fail = (call) => {
      if (call === 'exchange') throw new ConnectError('unavailable', 'down')
    }
    harness.click()
    await settle()
    last().onSuccess('public_a')
    const pauses = [1_000, 3_000, 9_000, 27_000]
    for (const [index, pause] of pauses.entries()) {
      await settle()
      expect(transport.exchanged).toHaveLength(index + 1)
      vi.advanceTimersByTime(pause - 1)
      await settle()
      expect(transport.exchanged).toHaveLength(index + 1)
      expect(harness.state()).toBe('finishing')
      vi.advanceTimersByTime(1)
    }
    await settle()
    await element.updateComplete

    expect(transport.exchanged).toEqual(Array(5).fill('public_a'))
    expect(harness.state()).toBe('failed')
    expect(harness.events.findLast(({ name }) => name === 'connect-error')?.detail).toMatchObject({ code: 'unavailable' })
    expect(harness.message).toMatch(/may still complete/)
  })

  it('confirms when the server is back', async () => {
    const { last } = scriptedMergeLink()
    const { harness, transport } = await prepareElement()
    transport.fail = (call) => {
      if (call === 'exchange' && transport.exchanged.length < 3) throw new TypeError('Failed to fetch')
    }
    harness.click()
    await settle()
    last().onSuccess('public_a')
    await settle()
    vi.advanceTimersByTime(1_000)
    await settle()
    vi.advanceTimersByTime(3_000)
    await settle()

    expect(harness.state()).toBe('connected')
    expect(harness.eventNames).toEqual(['connect-ready', 'connect-success'])
  })

  it('does not repeat what will not get better', async () => {
    const { last } = scriptedMergeLink()
    const { harness, transport } = await prepareElement()
    transport.fail = (call) => {
      if (call === 'exchange') throw new ConnectError('not_found', 'no', false)
    }
    harness.click()
    await settle()
    last().onSuccess('public_a')
    await settle()
    vi.advanceTimersByTime(120_000)
    await settle()

    expect(transport.exchanged).toEqual(['public_a'])
    expect(harness.state()).toBe('failed')
  })
})
