import { expect, it } from 'vitest'
import { prepareElement } from './prepare.ts'

it('B3 the button works on a page that enforces Trusted Types', async () => {
  const policy = document.createElement('meta')
  policy.httpEquiv = 'Content-Security-Policy'
  policy.content = "require-trusted-types-for 'script'"
  document.head.append(policy)
  expect(() => {
    document.createElement('script').src = 'https://modal.test/initialize.js'
  }).toThrow()

  const { harness, transport } = await prepareElement()
  transport.createLinkToken = async () => ({
    linkToken: 'link_1',
    link: { scriptUrl: import.meta.url.replace(/[^/]+$/, 'scripts/merge-link.js') },
  })
  harness.click()

  expect(await harness.waitForEvent('connect-exit')).toEqual({ reason: 'cancelled' })
})
