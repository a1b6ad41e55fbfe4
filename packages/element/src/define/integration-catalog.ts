import { ConnectIntegration } from '../connect-integration.ts'
import { defineElement } from '../define-element.ts'
import { IntegrationCatalog } from '../integration-catalog.ts'

// The cards have a button of that name in them.
defineElement('connect-integration', ConnectIntegration)
defineElement('integration-catalog', IntegrationCatalog)

export { IntegrationCatalog }
