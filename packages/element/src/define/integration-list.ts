import { ConnectIntegration } from '../connect-integration.ts'
import { defineElement } from '../define-element.ts'
import { IntegrationList } from '../integration-list.ts'

// The rows have a button of that name in them.
defineElement('connect-integration', ConnectIntegration)
defineElement('integration-list', IntegrationList)

export { IntegrationList }
