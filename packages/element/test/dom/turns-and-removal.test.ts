import { beforeEach, describe, expect, it, vi } from 'vitest'
import { prepareElement, scriptedMergeLink, settle } from './prepare.ts'

beforeEach(() => {
  vi.spyOn(console, 'warn').mockImplementation(() => {})
})

describe('two elements on a page', () => {
  it('take turns, and each hears of its own modal only', async () => {
    const { link, configs, removeOverlay } = scriptedMergeLink()
    const first = await prepareElement()
    const second = await prepareElement()
    first.harness.click()
    await first.harness.waitForState('open')
    second.harness.click()
    await settle()
    expect(second.harness.state()).toBe('loading')
    expect(second.transport.requests).toEqual([])

    removeOverlay()
    configs[0]?.onExit?.()
    await second.harness.waitForState('open')
    expect(link.openLink).toHaveBeenCalledTimes(2)
    configs[0]?.onSuccess('public_late')
    configs[1]?.onSuccess('public_b')
    await second.harness.waitForState('connected')

    expect(first.harness.eventNames).toEqual(['connect-ready', 'connect-exit'])
    expect(first.transport.exchanged).toEqual([])
    expect(second.transport.exchanged).toEqual(['public_b'])
  })

  it('the first gives way when all it has left is its success screen', async () => {
    const { link, last } = scriptedMergeLink()
    const first = await prepareElement()
    const second = await prepareElement()
    first.harness.click()
    await first.harness.waitForState('open')
    last().onSuccess('public_a')
    await first.harness.waitForState('connected')
    second.harness.click()
    await second.harness.waitForState('open')

    expect(link.closeLink).toHaveBeenCalled()
    expect(first.harness.eventNames).toEqual(['connect-ready', 'connect-success', 'connect-exit'])
  })

  it('one that leaves the page while it waits does not hold up the next', async () => {
    const { configs, removeOverlay } = scriptedMergeLink()
    const [first, second, third] = [await prepareElement(), await prepareElement(), await prepareElement()]
    first.harness.click()
    await first.harness.waitForState('open')
    second.harness.click()
    third.harness.click()
    second.element.remove()
    await settle()
    removeOverlay()
    configs[0]?.onExit?.()
    await third.harness.waitForState('open')

    expect(second.transport.requests).toEqual([])
    expect(second.harness.eventNames).toEqual(['connect-exit'])
  })
})

describe('removal from the page', () => {
  it('while loading: aborts the request and never opens', async () => {
    const { link } = scriptedMergeLink()
    let seen: AbortSignal | undefined
    let answer: (() => void) | undefined
    const { element, harness, transport } = await prepareElement()
    const original = transport.createLinkToken
    transport.createLinkToken = async (request, options) => {
      seen = options.signal
      await new Promise<void>((resolve) => {
        answer = resolve
      })
      return original(request, options)
    }
    harness.click()
    await settle()
    element.remove()
    await settle()
    expect(seen?.aborted).toBe(true)
    answer?.()
    await settle()

    expect(link.initialize).not.toHaveBeenCalled()
    expect(harness.state()).toBe('idle')
    expect(harness.eventNames).toEqual(['connect-exit'])
  })

  it('at the very moment the modal gets ready: never opens', async () => {
    const { link, last } = scriptedMergeLink({ announcesReady: false })
    const { element, harness } = await prepareElement()
    harness.click()
    await settle()
    last().onReady?.()
    element.remove()
    await settle()

    expect(link.openLink).not.toHaveBeenCalled()
    expect(harness.eventNames).toEqual(['connect-exit'])
  })

  it('while open: takes the modal away, lets the page scroll, ignores what comes late', async () => {
    const { link, last } = scriptedMergeLink()
    link.closeLink.mockImplementation(() => {})
    document.body.style.overflow = 'clip'
    const { element, harness, transport } = await prepareElement()
    harness.click()
    await harness.waitForState('open')
    expect(document.body.style.overflow).toBe('hidden')
    element.remove()
    expect(await harness.waitForEvent('connect-exit')).toEqual({ reason: 'removed' })
    last().onSuccess('public_late')
    last().onExit?.()
    await settle()

    expect(link.closeLink).toHaveBeenCalledTimes(1)
    expect(document.body.style.overflow).toBe('clip')
    expect(transport.exchanged).toEqual([])
    expect(harness.eventNames).toEqual(['connect-ready', 'connect-exit'])
  })

  it('while finishing: still confirms what the customer has completed', async () => {
    const { link, last } = scriptedMergeLink()
    const { element, harness } = await prepareElement()
    harness.click()
    await harness.waitForState('open')
    last().onSuccess('public_a')
    element.remove()
    await harness.waitForEvent('connect-success')

    expect(await harness.waitForEvent('connect-exit')).toEqual({ reason: 'completed' })
    expect(link.closeLink).toHaveBeenCalledTimes(1)
  })

  it('moving it within the page changes nothing', async () => {
    const { link } = scriptedMergeLink()
    const { element, harness } = await prepareElement()
    harness.click()
    await harness.waitForState('open')
    const section = document.createElement('section')
    document.body.append(section)
    section.append(element)
    await settle()

    expect(harness.state()).toBe('open')
    expect(link.closeLink).not.toHaveBeenCalled()
  })
})
