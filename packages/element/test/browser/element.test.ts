import { ConnectIntegration } from '@connect-integration/element'
import type { MergeLink } from '@connect-integration/element/testing'
import { expect, it, vi } from 'vitest'
import { page } from 'vitest/browser'
import { prepareElement, preparePage } from './prepare.ts'

it('is styled by its state, as a custom state and as an attribute', async () => {
  const { element, harness } = await preparePage()
  const seen: string[] = []
  const look = () => {
    const states = ['idle', 'loading', 'open', 'finishing', 'connected', 'failed'].filter((state) => element.matches(`:state(${state})`))
    seen.push(`${states.join()} ${element.dataset.state}`)
  }
  look()
  element.addEventListener('connect-state', look)
  harness.click()
  await harness.completeModal()
  await harness.waitForState('connected')

  expect(seen).toEqual(['idle idle', 'loading loading', 'open open', 'finishing finishing', 'connected connected'])
})

it('its events leave the shadow roots around it, and seem to come from there', async () => {
  const outer = document.createElement('div')
  await preparePage()
  document.body.append(outer)
  const { harness } = await prepareElement({}, outer.attachShadow({ mode: 'open' }))
  const heard: [string, EventTarget | null][] = []
  const names = ['connect-ready', 'connect-success', 'connect-exit'] as const
  const listen = (event: Event) => heard.push([event.type, event.target])
  for (const name of names) document.body.addEventListener(name, listen)
  harness.click()
  await harness.completeModal()
  await harness.waitForEvent('connect-success')
  for (const name of names) document.body.removeEventListener(name, listen)

  expect(heard.map(([type]) => type).sort()).toEqual(['connect-exit', 'connect-ready', 'connect-success'])
  expect(heard.every(([, target]) => target === outer)).toBe(true)
})

it('survives a callback that throws, and the page hears of it', async () => {
  const reported = vi.fn((event: ErrorEvent) => {
    event.preventDefault()
    event.stopImmediatePropagation()
  })
  window.addEventListener('error', reported, true)
  const { harness } = await preparePage({
    properties: {
      onReady() {
        throw new Error('a bug in the page')
      },
    },
  })
  harness.click()
  await harness.completeModal()
  await harness.waitForState('connected')
  window.removeEventListener('error', reported, true)

  expect(reported).toHaveBeenCalledTimes(1)
})

it('keeps what was set on it before it was defined', async () => {
  const headers = { authorization: 'Bearer 1' }
  const element = document.createElement('connect-late') as ConnectIntegration
  Object.assign(element, { headers, category: 'hris' })
  document.body.append(element)
  customElements.define('connect-late', class extends ConnectIntegration {})
  await element.updateComplete

  expect(element.headers).toBe(headers)
  expect(element.category).toBe('hris')
  expect(element.state).toBe('idle')
})

it('opens while the browser still counts the click, so that sign-in windows are no surprise to it', async () => {
  const { harness } = await preparePage()
  const { MergeLink: link } = window as unknown as { MergeLink: MergeLink }
  const opening = vi.spyOn(link, 'openLink')
  let counted: boolean | undefined
  opening.mockImplementation(() => {
    counted = navigator.userActivation.isActive
  })
  harness.element.open()
  await harness.waitForState('open')
  expect(counted).toBe(false)
  document.body.replaceChildren()
  counted = undefined
  const second = await prepareElement()
  await page.getByRole('button', { name: 'Connect your HR system' }).click()
  await second.harness.waitForState('open')

  expect(counted).toBe(true)
  expect(second.transport.requests).toHaveLength(1)
})

it('takes two elements in turn', async () => {
  const first = await preparePage()
  const second = await prepareElement()
  first.harness.click()
  second.harness.click()
  await first.harness.completeModal('Personio')
  await second.harness.completeModal('Workday')
  await second.harness.waitForState('connected')

  expect([first.transport.exchanged, second.transport.exchanged]).toEqual([['public_1'], ['public_2']])
  expect(first.harness.eventNames).toHaveLength(3)
  expect(second.harness.eventNames).toHaveLength(3)
})
