import { ConnectIntegration } from '../connect-integration.ts'
import { defineElement } from '../define-element.ts'

defineElement('connect-integration', ConnectIntegration)

export { ConnectIntegration }
