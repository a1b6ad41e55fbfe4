import { createHash, timingSafeEqual } from 'node:crypto'
import { ErrorCode, IntegrationError } from '../errors.ts'
import type { Integrations } from '../integrations.ts'
import { checkBudget } from '../work.ts'

const BUDGET_MS = 20_000

/**
 * What a cron job calls where no process of yours stays alive: does due work for `budgetMs` and says how much. `null` unless `tickSecret` is
 * configured, and then there is no such route. Throws `NOT_AUTHENTICATED` for whoever does not send it as `Authorization: Bearer …`.
 */
export function createTickRoute(
  integrations: Integrations,
  budgetMs: number = BUDGET_MS,
): ((request: Request) => Promise<Response>) | null {
  const secret = integrations.core.tickSecret
  checkBudget(budgetMs, 'tickBudgetMs', ErrorCode.CONFIG_INVALID)
  if (secret === null) return null
  const wanted = digest(secret.reveal())
  return async (request) => {
    const [, given = ''] = /^Bearer +(\S+)$/i.exec(request.headers.get('authorization') ?? '') ?? []
    if (!timingSafeEqual(digest(given), wanted)) {
      throw new IntegrationError(
        ErrorCode.NOT_AUTHENTICATED,
        'A call of the tick route did not carry "tickSecret" (CONNECT_INTEGRATION_TICK_SECRET) as bearer token.',
      )
    }
    const report = await integrations.tick({ budgetMs, signal: request.signal })
    return Response.json(report, { headers: { 'cache-control': 'no-store' } })
  }
}

/** Of one length, whatever was sent: what is compared tells nothing, neither how long the secret is nor where it differs. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
