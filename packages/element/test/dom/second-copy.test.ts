import { expect, it, vi } from 'vitest'
import { prepareElement, scriptedMergeLink, settle } from './prepare.ts'

it('a second copy of this package on the page takes its turn after the first', async () => {
  const { configs, link, removeOverlay } = scriptedMergeLink()
  const first = await prepareElement()
  vi.resetModules()
  const { ConnectIntegration } = await import('@connect-integration/element')
  expect(ConnectIntegration).not.toBe(first.element.constructor)
  customElements.define('connect-copy', class extends ConnectIntegration {})
  const copy = document.createElement('connect-copy') as InstanceType<typeof ConnectIntegration>
  const { transport } = await prepareElement()
  Object.assign(copy, { category: 'hris', transport })
  document.body.append(copy)
  first.harness.click()
  await first.harness.waitForState('open')
  copy.open()
  await settle()
  expect(link.openLink).toHaveBeenCalledTimes(1)
  expect(transport.requests).toEqual([])
  removeOverlay()
  configs[0]?.onExit?.()
  await settle()

  expect(copy.state).toBe('open')
  expect(first.harness.state()).toBe('idle')
})
