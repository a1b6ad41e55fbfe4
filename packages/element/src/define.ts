// Each entry registers by itself instead of importing another entry: a bundler
// may drop what two entries share, because it knows only the entries to act.
import { ConnectIntegration } from './connect-integration.ts'
import { defineElement } from './define-element.ts'

defineElement('connect-integration', ConnectIntegration)

export { ConnectIntegration }
