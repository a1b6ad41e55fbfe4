// Each entry registers by itself instead of importing another entry: a bundler
// may drop what two entries share, because it knows only the entries to act.
import { ConnectIntegration } from './connect-integration.ts'
import { defineElement } from './define-element.ts'
import { IntegrationCatalog } from './integration-catalog.ts'
import { IntegrationList } from './integration-list.ts'

defineElement('connect-integration', ConnectIntegration)
defineElement('integration-list', IntegrationList)
defineElement('integration-catalog', IntegrationCatalog)

export { ConnectIntegration, IntegrationCatalog, IntegrationList }
