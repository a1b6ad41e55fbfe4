// @vitest-environment node
import { expect, it } from 'vitest'

it('every module can be imported where there is no DOM', async () => {
  expect(typeof document).toBe('undefined')
  const { ConnectIntegration } = await import('@connect-integration/element')
  await import('@connect-integration/element/define')
  await import('@connect-integration/element/define/connect-integration')
  const { installMergeLinkStub } = await import('@connect-integration/element/testing')

  expect(ConnectIntegration).toBeTypeOf('function')
  expect(installMergeLinkStub).toBeTypeOf('function')
})
