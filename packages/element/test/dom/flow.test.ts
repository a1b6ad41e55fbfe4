import { ConnectError } from '@connect-integration/element'
import { installMergeLinkStub, memoryLinkBackend } from '@connect-integration/element/testing'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { prepareElement, settle } from './prepare.ts'

beforeEach(() => {
  vi.spyOn(console, 'warn').mockImplementation(() => {})
})

describe('connecting', () => {
  it('goes from the click to a confirmed account, and says so in order', async () => {
    installMergeLinkStub({ backend: memoryLinkBackend() })
    const { harness, transport } = await prepareElement({ integration: 'bamboohr', displayName: 'US', lang: 'de' })

    harness.click()
    await harness.completeModal('BambooHR')
    await harness.waitForEvent('connect-success')

    const states = harness.events.filter(({ name }) => name === 'connect-state').map(({ detail }) => (detail as { state: string }).state)
    expect(states).toEqual(['loading', 'open', 'finishing', 'connected'])
    expect(new Set(harness.eventNames)).toEqual(new Set(['connect-ready', 'connect-success', 'connect-exit']))
    expect(await harness.waitForEvent('connect-exit')).toEqual({ reason: 'completed' })
    expect(await harness.waitForEvent('connect-success')).toEqual({ account: transport.account })
    expect(transport.requests).toEqual([
      { accountId: undefined, category: 'hris', integration: 'bamboohr', displayName: 'US', language: 'de' },
    ])
    expect(transport.exchanged).toEqual(['public_1'])
  })

  it('takes a fresh link token for every open', async () => {
    const backend = memoryLinkBackend()
    const start = vi.spyOn(backend, 'start')
    installMergeLinkStub({ backend })
    const { harness } = await prepareElement()

    harness.click()
    await harness.closeModal()
    await harness.waitForState('idle')
    harness.click()
    await harness.completeModal()
    await harness.waitForState('connected')

    const tokens = start.mock.calls.map(([token]) => token)
    expect(tokens).toEqual([expect.stringMatching(/^link_\d+_1$/), expect.stringMatching(/^link_\d+_2$/)])
    expect(harness.eventNames.filter((name) => name === 'connect-exit')).toHaveLength(2)
    expect(await harness.waitForEvent('connect-exit')).toEqual({ reason: 'cancelled' })
  })

  it('relinks an account and goes directly to its sign-in', async () => {
    installMergeLinkStub({ backend: memoryLinkBackend({ relink: { name: 'BambooHR', slug: 'bamboohr' } }) })
    const { harness, transport } = await prepareElement({ category: null, accountId: 'acc_1' })

    harness.click()
    await harness.completeModal()
    await harness.waitForState('connected')

    expect(transport.requests[0]).toMatchObject({ accountId: 'acc_1' })
  })

  it('ignores clicks while an open is under way, and while disabled', async () => {
    installMergeLinkStub({ backend: memoryLinkBackend() })
    const { element, harness, transport } = await prepareElement({ disabled: true })

    harness.click()
    element.open()
    expect(harness.state()).toBe('idle')
    element.disabled = false
    await element.updateComplete
    harness.click()
    harness.click()
    await harness.waitForState('open')
    harness.click()
    await settle()

    expect(transport.requests).toHaveLength(1)
  })

  it('tells the callbacks what it tells the listeners', async () => {
    installMergeLinkStub({ backend: memoryLinkBackend() })
    const onReady = vi.fn()
    const onSuccess = vi.fn()
    const onExit = vi.fn()
    const { harness, transport } = await prepareElement({ onReady, onSuccess, onExit })

    harness.click()
    await harness.completeModal()
    await harness.waitForEvent('connect-success')

    expect(onReady).toHaveBeenCalledTimes(1)
    expect(onSuccess.mock.calls).toEqual([[{ account: transport.account }]])
    expect(onExit.mock.calls).toEqual([[{ reason: 'completed' }]])
  })
})

it('works in a DOM double that knows less', async () => {
  installMergeLinkStub({ backend: memoryLinkBackend() })
  const { harness } = await prepareElement()
  for (const [prototype, name] of [
    [Element.prototype, 'checkVisibility'],
    [ShadowRoot.prototype, 'adoptedStyleSheets'],
  ] as const) {
    const original = Object.getOwnPropertyDescriptor(prototype, name)!
    Object.defineProperty(prototype, name, { configurable: true, value: undefined })
    onTestFinished(() => void Object.defineProperty(prototype, name, original))
  }

  harness.click()
  await harness.signInModal()
  await harness.waitForState('connected')
  expect(harness.eventNames).not.toContain('connect-exit')
  await harness.closeModal()

  expect(await harness.waitForEvent('connect-exit')).toEqual({ reason: 'completed' })
})

describe('failing', () => {
  it('explains every code in plain words, and opens again with the next click', async () => {
    installMergeLinkStub({ backend: memoryLinkBackend() })
    const { element, harness, transport } = await prepareElement()
    const codes = ['network', 'script_blocked', 'popup_blocked', 'validation', 'unauthorized', 'forbidden', 'not_found'] as const
    const more = ['already_connected', 'busy', 'cancelled', 'rate_limited', 'unavailable', 'invalid_request'] as const
    const messages = new Set<string>()
    for (const code of [...codes, ...more]) {
      transport.fail = () => {
        throw new ConnectError(code, 'POST https://api.merge.test/?token=secret failed', code === 'busy')
      }
      harness.click()
      await harness.waitForState('failed')
      await element.updateComplete
      expect(harness.events.findLast(({ name }) => name === 'connect-error')?.detail).toEqual({
        code,
        message: harness.message,
        retryable: code === 'busy',
      })
      expect(harness.message).toMatch(/^[A-Z].+\.$/)
      expect(harness.message).not.toMatch(/merge|token|http|secret/i)
      messages.add(harness.message)
    }
    expect(messages.size).toBe(13)
    expect(harness.eventNames).not.toContain('connect-exit')

    transport.fail = undefined
    harness.click()
    await harness.completeModal()
    await harness.waitForState('connected')
    await element.updateComplete
    expect(harness.message).toBe('')
  })

  it('counts whatever else a transport throws as a failed network', async () => {
    const { harness, transport } = await prepareElement()
    for (const thrown of [new TypeError('Failed to fetch'), null, 'nothing', { code: 'ERR_NETWORK' }, { code: 'unconfirmed' }]) {
      transport.fail = () => {
        throw thrown
      }
      harness.click()
      await harness.waitForState('failed')
      expect(harness.events.findLast(({ name }) => name === 'connect-error')?.detail).toMatchObject({ code: 'network', retryable: true })
    }
  })

  it('says what is missing when it cannot even ask', async () => {
    const { harness } = await prepareElement({ category: null })

    harness.click()

    expect(await harness.waitForEvent('connect-error')).toMatchObject({ code: 'invalid_request', retryable: false })
    expect(vi.mocked(console.warn).mock.calls.join()).toContain('category or account-id')
  })

  it('shows what the page words differently', async () => {
    const { element, harness, transport } = await prepareElement({ messages: { connect: 'Verbinden', error_network: 'Kein Netz.' } })
    transport.fail = () => {
      throw new Error()
    }
    expect(harness.button.textContent).toContain('Verbinden')
    harness.click()
    await harness.waitForState('failed')
    await element.updateComplete
    expect(harness.message).toBe('Kein Netz.')
  })
})

describe('secrets', () => {
  it('B4 no token reaches an event, an attribute, the document or the console', async () => {
    const said: unknown[] = []
    for (const level of ['log', 'info', 'debug', 'warn', 'error'] as const)
      vi.spyOn(console, level).mockImplementation((...parts) => void said.push(parts))
    installMergeLinkStub({ backend: memoryLinkBackend() })
    const { element, harness, transport } = await prepareElement()
    let documents = ''
    element.addEventListener('connect-state', () => {
      documents += document.documentElement.outerHTML + element.shadowRoot?.innerHTML
    })
    transport.fail = (call) => {
      if (call === 'exchange') throw new ConnectError('not_found', 'gone')
    }

    harness.click()
    await harness.completeModal()
    await harness.waitForState('failed')

    expect(transport.exchanged).toEqual(['public_1'])
    const everything = JSON.stringify(harness.events) + JSON.stringify(said) + documents
    expect(everything).not.toMatch(/link_\d|public_\d/)
    expect(everything).toContain('connect-integration: gone')
  })
})
