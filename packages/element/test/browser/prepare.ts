import '@connect-integration/element/define'
import type { ConnectIntegration } from '@connect-integration/element'
import { fakeTransport, installMergeLinkStub, type LinkStart, memoryLinkBackend } from '@connect-integration/element/testing'
import axe from 'axe-core'
import { afterEach } from 'vitest'
import { harnessOf } from '../harness-of.ts'

/** A page with the modal's double and one element. */
export async function preparePage(options: { properties?: Partial<ConnectIntegration>; start?: Partial<LinkStart> } = {}) {
  installMergeLinkStub({ backend: memoryLinkBackend(options.start) })
  return await prepareElement(options.properties)
}

export async function prepareElement(properties: Partial<ConnectIntegration> = {}, parent: Node = document.body) {
  const element = document.createElement('connect-integration')
  const transport = fakeTransport()
  Object.assign(element, { category: 'hris', transport, ...properties })
  element.textContent = 'Connect your HR system'
  parent.appendChild(element)
  await element.updateComplete
  return { element, transport, harness: harnessOf(element) }
}

export function theme(scheme: 'light' | 'dark'): void {
  document.documentElement.lang = 'en'
  document.documentElement.style.colorScheme = scheme
  document.documentElement.style.background = 'Canvas'
}

/** What axe finds, as text; empty when there is nothing. `forced`: the browser chooses the colors, and tells scripts others than it shows. */
export async function violations(target: Element, forced = false): Promise<string> {
  const found = await axe.run(target, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    // About whole pages: this one is nothing but the element.
    rules: { region: { enabled: false }, 'color-contrast': { enabled: !forced } },
  })
  return found.violations
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.html} ${node.failureSummary}`).join(' | ')}`)
    .join('\n')
}

/** The element that really has the focus, through every shadow root. */
export function focused(): Element | null {
  let active = document.activeElement
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement
  return active
}

afterEach(async () => {
  document.body.replaceChildren()
  await Promise.resolve()
  Object.assign(window, { MergeLink: undefined })
})
