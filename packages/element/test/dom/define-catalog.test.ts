import { ConnectIntegration, IntegrationCatalog } from '@connect-integration/element'
import { expect, it } from 'vitest'

it('the catalog’s own definition brings the button that is in its cards', async () => {
  expect(customElements.get('integration-catalog')).toBeUndefined()
  await import('@connect-integration/element/define/integration-catalog')

  expect(customElements.get('integration-catalog')).toBe(IntegrationCatalog)
  expect(customElements.get('connect-integration')).toBe(ConnectIntegration)
})
