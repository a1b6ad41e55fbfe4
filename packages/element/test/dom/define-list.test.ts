import { ConnectIntegration, IntegrationList } from '@connect-integration/element'
import { expect, it } from 'vitest'

it('the list’s own definition brings the button that is in its rows', async () => {
  expect(customElements.get('integration-list')).toBeUndefined()
  await import('@connect-integration/element/define/integration-list')

  expect(customElements.get('integration-list')).toBe(IntegrationList)
  expect(customElements.get('connect-integration')).toBe(ConnectIntegration)
})
