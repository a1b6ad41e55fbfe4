import { afterEach, vi } from 'vitest'
import '@connect-integration/element/define/connect-integration'
import type { ConnectIntegration } from '@connect-integration/element'
import { fakeTransport, type MergeLink, type MergeLinkConfig } from '@connect-integration/element/testing'
import { harnessOf } from '../harness-of.ts'

/** Puts an element on the page that talks to a server in memory. */
export async function prepareElement(properties: Partial<ConnectIntegration> = {}) {
  const element = document.createElement('connect-integration')
  const transport = fakeTransport()
  Object.assign(element, { category: 'hris', transport, ...properties })
  document.body.append(element)
  await element.updateComplete
  return { element, transport, harness: harnessOf(element) }
}

/** A script object that does nothing by itself: the test plays every callback by hand. */
export function scriptedMergeLink(options: { announcesReady?: boolean } = {}) {
  const configs: MergeLinkConfig[] = []
  const link = {
    initialize: vi.fn((config: MergeLinkConfig) => {
      configs.push(config)
      if (options.announcesReady !== false) queueMicrotask(() => config.onReady?.())
    }),
    openLink: vi.fn((_config: MergeLinkConfig) => {
      const overlay = document.createElement('div')
      overlay.id = 'merge-link-iframe'
      document.body.append(overlay)
      document.body.style.overflow = 'hidden'
    }),
    closeLink: vi.fn(() => removeOverlay()),
  } satisfies MergeLink
  Object.assign(window, { MergeLink: link })
  return { link, configs, last: () => configs.at(-1)!, removeOverlay }
}

/** Lets everything that waits for nothing run. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 30; turn++) await Promise.resolve()
}

function removeOverlay(): void {
  for (const overlay of document.querySelectorAll('#merge-link-iframe')) overlay.remove()
}

afterEach(async () => {
  document.body.replaceChildren()
  document.body.style.overflow = ''
  await settle()
  Object.assign(window, { MergeLink: undefined })
  vi.restoreAllMocks()
  vi.useRealTimers()
})
