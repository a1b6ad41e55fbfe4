import type { ConnectIntegrationElement, IntegrationListElement } from '@connect-integration/element/react'
import { fakeListTransport, fakeTransport, installMergeLinkStub, memoryLinkBackend } from '@connect-integration/element/testing'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { harnessOf } from '../harness-of.ts'

type React = Pick<typeof import('react'), 'act' | 'createElement' | 'createRef' | 'StrictMode' | 'version'>

interface ReactVersion {
  react: React
  client: Pick<typeof import('react-dom/client'), 'createRoot' | 'hydrateRoot'>
  server: Pick<typeof import('react-dom/server'), 'renderToString'>
  components: typeof import('@connect-integration/element/react')
}

/** The same promises, whichever React renders them. */
export function describeReact(major: number, { react, client, server, components }: ReactVersion): void {
  const { act, createElement, createRef, StrictMode } = react
  const { ConnectIntegration, IntegrationList } = components
  let container: HTMLElement
  let root: ReturnType<typeof client.createRoot>
  const render = (node: Parameters<typeof root.render>[0]) => act(async () => root.render(node))
  const element = () => container.firstElementChild as ConnectIntegrationElement

  beforeEach(() => {
    Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true })
    vi.spyOn(console, 'error').mockImplementation(() => {})
    container = document.body.appendChild(document.createElement('div'))
    root = client.createRoot(container)
  })

  afterEach(async () => {
    await act(async () => root.unmount())
    document.body.replaceChildren()
    expect(console.error).not.toHaveBeenCalled()
    vi.restoreAllMocks()
  })

  describe(`in React ${major}`, () => {
    it('it is that React which runs here', () => {
      expect(react.version).toMatch(new RegExp(`^${major}\\.`))
    })

    it('props become attributes, properties, and what every element has', async () => {
      const transport = fakeTransport()
      const headers = { 'x-team': 'blue' }
      await render(
        createElement(
          ConnectIntegration,
          { endpoint: '/api', accountId: 'acc_1', displayName: 'US region', transport, headers, className: 'wide', id: 'hr', lang: 'en' },
          'Connect HR',
        ),
      )
      expect(element().tagName).toBe('CONNECT-INTEGRATION')
      expect(element().getAttribute('account-id')).toBe('acc_1')
      expect(element()).toMatchObject({ endpoint: '/api', accountId: 'acc_1', displayName: 'US region', id: 'hr', lang: 'en' })
      expect(element().getAttribute('class')).toBe('wide')
      expect(element().transport).toBe(transport)
      expect(element().headers).toBe(headers)
      expect(element().textContent).toBe('Connect HR')
    })

    it('a boolean is off again when it was on', async () => {
      await render(createElement(ConnectIntegration, { disabled: true }))
      expect(element().disabled).toBeTruthy()
      expect(element().hasAttribute('disabled')).toBe(true)
      await render(createElement(ConnectIntegration, { disabled: false }))
      await element().updateComplete
      expect(element().disabled).toBeFalsy()
      expect(element().hasAttribute('disabled')).toBe(false)
    })

    it('a prop that goes takes its property along, and what the ref has set stays', async () => {
      const ref = createRef<ConnectIntegrationElement>()
      const props = { transport: fakeTransport(), category: 'hris', ref }
      await render(createElement(ConnectIntegration, props))
      expect(ref.current).toBe(element())
      const headers = { 'x-team': 'blue' }
      element().headers = headers
      await render(createElement(ConnectIntegration, { ref }))
      expect(element().transport).toBeUndefined()
      expect(element().category ?? null).toBeNull()
      expect(element().headers).toBe(headers)
    })

    it('a whole connection is told to the callbacks, each once, also in strict mode', async () => {
      const told: unknown[] = []
      const transport = fakeTransport()
      installMergeLinkStub({ backend: memoryLinkBackend() })
      await render(
        createElement(
          StrictMode,
          null,
          createElement(ConnectIntegration, {
            category: 'hris',
            transport,
            onReady: () => told.push('ready'),
            onSuccess: ({ account }, event) => told.push(['success', account.id, event.type]),
            onExit: ({ reason }) => told.push(['exit', reason]),
            onState: ({ state }) => told.push(state),
          }),
        ),
      )
      const harness = harnessOf(element())
      await act(async () => {
        harness.click()
        await harness.completeModal('Personio')
        await harness.waitForState('connected')
        await harness.waitForEvent('connect-exit')
      })
      expect(told.filter((each) => typeof each === 'object' || each === 'ready')).toEqual([
        'ready',
        ['exit', 'completed'],
        ['success', 'acc_1', 'connect-success'],
      ])
      expect(told).toContain('loading')
    })

    it('the callback of the newest rendering is the one that is called', async () => {
      const called: string[] = []
      for (const name of ['first', 'second'])
        await render(createElement(ConnectIntegration, { onError: ({ code }) => void called.push(`${name} ${code}`) }))
      element().dispatchEvent(new CustomEvent('connect-error', { detail: { code: 'busy' } }))
      await render(createElement(ConnectIntegration, {}))
      element().dispatchEvent(new CustomEvent('connect-error', { detail: { code: 'busy' } }))
      expect(called).toEqual(['second busy'])
    })

    it('a component that goes while its modal is open still hears of the exit', async () => {
      const reasons: string[] = []
      installMergeLinkStub({ backend: memoryLinkBackend() })
      await render(
        createElement(ConnectIntegration, {
          category: 'hris',
          transport: fakeTransport(),
          onExit: ({ reason }) => void reasons.push(reason),
        }),
      )
      const harness = harnessOf(element())
      harness.click()
      await harness.waitForState('open')
      await render(null)
      await harness.waitForEvent('connect-exit')
      expect(reasons).toEqual(['removed'])
    })

    it('the list has its own callbacks, its slot, and its methods by the ref', async () => {
      const ref = createRef<IntegrationListElement>()
      const loaded = vi.fn()
      const transport = fakeListTransport()
      await render(
        createElement(IntegrationList, { transport, onLoaded: loaded, ref }, createElement('p', { slot: 'empty' }, 'Nothing yet.')),
      )
      ref.current?.dispatchEvent(new CustomEvent('integration-list-loaded', { detail: { accounts: [] } }))
      expect(loaded).toHaveBeenCalledWith({ accounts: [] }, expect.any(Event))
      expect(ref.current?.querySelector('[slot=empty]')?.textContent).toBe('Nothing yet.')
      expect(ref.current?.refresh).toBeTypeOf('function')
      expect(ref.current?.transport).toBe(transport)
    })

    it('a page from the server hydrates without a word, and the rest follows', async () => {
      const transport = fakeTransport()
      const onState = vi.fn()
      const node = createElement(
        ConnectIntegration,
        { endpoint: '/api', category: 'hris', disabled: true, className: 'wide', transport, onState },
        'Connect',
      )
      const html = server.renderToString(node)
      // React 18 is told here by the test's document that it is no server; react-server.test.ts has none.
      vi.mocked(console.error).mockClear()
      expect(html).toMatch(/^<connect-integration class="wide" endpoint="\/api" category="hris" disabled="(true)?">Connect</)
      await act(async () => root.unmount())
      container = document.body.appendChild(document.createElement('div'))
      container.innerHTML = html
      expect(element().dataset.state).toBe('idle')
      const before = element()
      const hydrated = await act(async () => client.hydrateRoot(container, node))
      expect(element()).toBe(before)
      expect(element().transport).toBe(transport)
      element().dispatchEvent(new CustomEvent('connect-state', { detail: { state: 'loading' } }))
      expect(onState).toHaveBeenCalledOnce()
      root = hydrated
    })
  })
}
