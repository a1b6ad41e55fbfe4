// @vitest-environment node
import { expect, it } from 'vitest'

it('every module can be imported where there is no DOM', async () => {
  expect(typeof document).toBe('undefined')
  const { ConnectIntegration, IntegrationCatalog, IntegrationList } = await import('@connect-integration/element')
  await import('@connect-integration/element/define')
  await import('@connect-integration/element/define/connect-integration')
  await import('@connect-integration/element/define/integration-list')
  await import('@connect-integration/element/define/integration-catalog')
  const { default: german } = await import('@connect-integration/element/locales/de')
  const { installMergeLinkStub } = await import('@connect-integration/element/testing')

  expect(ConnectIntegration).toBeTypeOf('function')
  expect(IntegrationList).toBeTypeOf('function')
  expect(IntegrationCatalog).toBeTypeOf('function')
  expect(german.language).toBe('de')
  expect(installMergeLinkStub).toBeTypeOf('function')
})
