import { beforeEach, describe, expect, it, vi } from 'vitest'
import { prepareElement, scriptedMergeLink, settle } from './prepare.ts'

beforeEach(() => {
  vi.spyOn(console, 'warn').mockImplementation(() => {})
})

describe('what the script calls, and when', () => {
  it('opens once however often it is ready, with the token in both calls', async () => {
    const { link, last } = scriptedMergeLink()
    const { harness } = await prepareElement()
    harness.click()
    await harness.waitForState('open')
    last().onReady?.()
    last().onReady?.()
    await settle()

    expect(link.openLink).toHaveBeenCalledTimes(1)
    expect(link.openLink.mock.calls[0]?.[0].linkToken).toBe(last().linkToken)
    expect(last()).toMatchObject({ linkToken: expect.stringMatching(/_1$/), shouldSendTokenOnSuccessfulLink: true })
    expect(harness.eventNames).toEqual(['connect-ready'])
  })

  it('confirms while the modal is still open, and reports the exit when it closes', async () => {
    const { last, removeOverlay } = scriptedMergeLink()
    const { harness } = await prepareElement()
    harness.click()
    await harness.waitForState('open')
    last().onSuccess('public_a')
    expect(harness.state()).toBe('finishing')
    await harness.waitForState('connected')
    expect(harness.eventNames).toEqual(['connect-ready', 'connect-success'])
    removeOverlay()
    last().onExit?.()
    last().onExit?.()

    expect(harness.eventNames).toEqual(['connect-ready', 'connect-success', 'connect-exit'])
    expect(harness.state()).toBe('connected')
  })

  it('takes a success without an exit', async () => {
    const { last, removeOverlay } = scriptedMergeLink()
    const { harness } = await prepareElement()
    harness.click()
    await harness.waitForState('open')
    removeOverlay()
    last().onSuccess('public_a')

    expect(await harness.waitForEvent('connect-exit')).toEqual({ reason: 'completed' })
    expect(harness.eventNames).toEqual(['connect-ready', 'connect-success', 'connect-exit'])
  })

  it('takes a success after the exit', async () => {
    const { last, removeOverlay } = scriptedMergeLink()
    const { harness, transport } = await prepareElement()
    harness.click()
    await harness.waitForState('open')
    removeOverlay()
    last().onExit?.()
    expect(harness.state()).toBe('idle')
    last().onSuccess('public_a')
    await harness.waitForState('connected')

    expect(transport.exchanged).toEqual(['public_a'])
    expect(harness.eventNames).toEqual(['connect-ready', 'connect-exit', 'connect-success'])
  })

  it('exchanges once, however often success is called', async () => {
    const { last } = scriptedMergeLink()
    const { harness, transport } = await prepareElement()
    harness.click()
    await harness.waitForState('open')
    last().onSuccess('public_a')
    last().onSuccess('public_a')
    await harness.waitForState('connected')
    last().onSuccess('public_b')
    await settle()

    expect(transport.exchanged).toEqual(['public_a'])
    expect(harness.eventNames.filter((name) => name === 'connect-success')).toHaveLength(1)
  })

  it('ignores every late call of an earlier open', async () => {
    const { link, configs, removeOverlay } = scriptedMergeLink()
    const { harness, transport } = await prepareElement()
    harness.click()
    await harness.waitForState('open')
    removeOverlay()
    configs[0]?.onExit?.()
    harness.click()
    await harness.waitForState('open')
    const before = harness.eventNames.length
    configs[0]?.onSuccess('public_old')
    configs[0]?.onReady?.()
    configs[0]?.onExit?.()
    configs[0]?.onValidationError?.([{ detail: 'old' }])
    await settle()

    expect(harness.state()).toBe('open')
    expect(harness.eventNames).toHaveLength(before)
    expect(transport.exchanged).toEqual([])
    expect(link.openLink).toHaveBeenCalledTimes(2)
  })

  it('starts again with a click when the modal went without a word', async () => {
    const { removeOverlay } = scriptedMergeLink()
    const { harness, transport } = await prepareElement()
    harness.click()
    await harness.waitForState('open')
    harness.click()
    expect(transport.requests).toHaveLength(1)
    removeOverlay()
    harness.click()
    await harness.waitForState('open')

    expect(transport.requests).toHaveLength(2)
    expect(harness.eventNames).toEqual(['connect-ready', 'connect-exit', 'connect-ready'])
  })

  it('hands over the files that were picked', async () => {
    const { last } = scriptedMergeLink()
    const { harness } = await prepareElement({ category: 'filestorage', filePicker: { types: ['FOLDER'], multiple: true } })
    harness.click()
    await harness.waitForState('open')
    expect(last().filePickerConfig).toMatchObject({ types: ['FOLDER'], allowMultiSelect: true })
    last().filePickerConfig?.onSubmit([{ id: 'f1' }])
    last().onExit?.()

    expect(await harness.waitForEvent('connect-files')).toEqual({ files: [{ id: 'f1' }] })
    expect(await harness.waitForEvent('connect-exit')).toEqual({ reason: 'completed' })
  })
})

describe('a link token that is refused', () => {
  it('ends the open, and the next click gets another', async () => {
    const { link, last } = scriptedMergeLink()
    const { harness } = await prepareElement()
    harness.click()
    await harness.waitForState('open')
    last().onValidationError?.([{ detail: 'The token link_1 has expired', problem_type: 'EXPIRED' }])

    expect(harness.state()).toBe('failed')
    expect(link.closeLink).toHaveBeenCalledTimes(1)
    expect(harness.eventNames).toEqual(['connect-ready', 'connect-error', 'connect-exit'])
    expect(await harness.waitForEvent('connect-error')).toMatchObject({ code: 'validation', retryable: true })
    expect(await harness.waitForEvent('connect-exit')).toEqual({ reason: 'expired' })

    harness.click()
    await harness.waitForState('open')
    expect(last().linkToken).toMatch(/_2$/)
  })

  it('before there is a modal is an error alone', async () => {
    const { link, last } = scriptedMergeLink({ announcesReady: false })
    const { harness } = await prepareElement()
    harness.click()
    await settle()
    last().onValidationError?.([{ detail: 'no' }])
    last().onReady?.()
    await settle()

    expect(harness.eventNames).toEqual(['connect-error'])
    expect(link.openLink).not.toHaveBeenCalled()
  })

  it('after a success is of no interest', async () => {
    const { last } = scriptedMergeLink()
    const { harness } = await prepareElement()
    harness.click()
    await harness.waitForState('open')
    last().onSuccess('public_a')
    last().onValidationError?.([{ detail: 'spent' }])
    await harness.waitForState('connected')

    expect(harness.eventNames).toEqual(['connect-ready', 'connect-success'])
  })
})
