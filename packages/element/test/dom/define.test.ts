import { ConnectIntegration, IntegrationCatalog, IntegrationList } from '@connect-integration/element'
import { expect, it, vi } from 'vitest'

it('the classes alone register nothing; the definitions do, and any number of times', async () => {
  expect(customElements.get('connect-integration')).toBeUndefined()
  expect(customElements.get('integration-list')).toBeUndefined()
  expect(customElements.get('integration-catalog')).toBeUndefined()

  await import('@connect-integration/element/define')
  vi.resetModules()
  await import('@connect-integration/element/define/connect-integration')
  await import('@connect-integration/element/define/integration-list')
  await import('@connect-integration/element/define/integration-catalog')

  expect(customElements.get('connect-integration')).toBe(ConnectIntegration)
  expect(customElements.get('integration-list')).toBe(IntegrationList)
  expect(customElements.get('integration-catalog')).toBe(IntegrationCatalog)
})

it('a class that has the name already is left alone', async () => {
  vi.resetModules()
  const { defineElement } = await import('../../src/define-element.ts')
  class Another extends HTMLElement {}
  defineElement('connect-integration', Another)

  expect(customElements.get('connect-integration')).toBe(ConnectIntegration)
})
