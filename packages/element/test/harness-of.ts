import type { ConnectIntegration } from '@connect-integration/element'
import { ConnectIntegrationHarness } from '@connect-integration/element/testing'
import { WAIT_LIMIT_MS } from '../../../scripts/time-limits.mjs'

/** A harness that waits as long as a test may: by itself it gives up after five seconds, which a busy machine takes. */
export function harnessOf(element: ConnectIntegration): ConnectIntegrationHarness {
  return new ConnectIntegrationHarness(element, { timeoutMs: WAIT_LIMIT_MS })
}
