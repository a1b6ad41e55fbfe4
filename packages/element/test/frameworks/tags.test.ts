import '@connect-integration/element/define'
import { fakeTransport } from '@connect-integration/element/testing'
import { h, render } from 'preact'
import { act, createElement } from 'react'
import { createRoot } from 'react-dom/client'
import { beforeEach, expect, it, vi } from 'vitest'
import { createApp, h as vueH } from 'vue'

// The tags themselves, as each framework's JSX compiles them: attributes, an object as property, the event by its whole name.
const transport = fakeTransport()
const detail = { account: transport.account }
let container: HTMLElement
const element = () => container.querySelector('connect-integration')!

beforeEach(() => {
  container = document.body.appendChild(document.createElement('div'))
  return () => container.remove()
})

function expectWired(heard: ReturnType<typeof vi.fn>) {
  element().dispatchEvent(new CustomEvent('connect-success', { detail, bubbles: true }))
  expect(heard).toHaveBeenCalledOnce()
  expect(heard.mock.calls[0]?.[0]).toMatchObject({ type: 'connect-success', detail })
  expect(element()).toMatchObject({ accountId: 'acc_1', category: 'hris' })
  expect(element().transport).toBe(transport)
}

it('React 19 listens to onconnect-success on the tag', async () => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true })
  const heard = vi.fn()
  const props = { category: 'hris', 'account-id': 'acc_1', transport, 'onconnect-success': heard }
  await act(async () => createRoot(container).render(createElement('connect-integration', props)))
  expectWired(heard)
})

it('and takes onSuccess there for a listener to an event that nobody sends', async () => {
  const heard = vi.fn()
  await act(async () => createRoot(container).render(createElement('connect-integration', { onSuccess: heard } as object)))
  element().dispatchEvent(new CustomEvent('connect-success', { detail }))
  expect(heard).not.toHaveBeenCalled()
  element().dispatchEvent(new CustomEvent('Success'))
  expect(heard).toHaveBeenCalledOnce()
})

it('Preact listens to onconnect-success', () => {
  const heard = vi.fn()
  render(h('connect-integration', { category: 'hris', 'account-id': 'acc_1', transport, 'onconnect-success': heard }), container)
  expectWired(heard)
})

it('Vue listens to @connect-success', () => {
  const heard = vi.fn()
  const app = createApp({
    render: () => vueH('connect-integration', { category: 'hris', 'account-id': 'acc_1', transport, onConnectSuccess: heard }),
  })
  app.mount(container)
  expectWired(heard)
  app.unmount()
})
