import { ErrorCode, IntegrationError } from '../errors.ts'
import type { Logger, Sleep } from '../system.ts'
import type { Allowance } from './allowance.ts'
import type { Call } from './call.ts'
import { isResting } from './circuit-breaker.ts'
import type { RetryQuota } from './retry-quota.ts'

const ATTEMPTS = 4
const BASE_MS = 200
const THROTTLED_BASE_MS = 1_000
/** What one call may wait in-process; beyond it the work is scheduled anew, so that no worker sleeps long. */
const CAP_MS = 20_000
/** With less than this left of the call's time an attempt would be cut off before Merge can have answered. */
const LEAST_MS = 1_000

/**
 * Full jitter: a random share of a bound that doubles. `Retry-After` is honoured whole or, when it is longer
 * than 20 seconds, given back to the caller in the error. Every call of the gateway may be repeated: reads,
 * deletion, and link tokens (a second one is harmless); the exchange is not, because its token is spent by
 * the first answer, heard or not, so its caller decides. What the circuit breaker refuses is not waited for.
 * A call that its caller aborts in a later attempt throws what the one before it met. All attempts share the call's time, and the waits between them are part of it: one that could not be answered within it is not begun.
 */
export async function withRetries<T>(
  options: { sleep: Sleep; random: () => number; logger: Logger; quota: RetryQuota; allowance: Allowance },
  call: Call,
  attempt: () => Promise<T>,
): Promise<T> {
  const signal = call.caller?.signal
  let failed: IntegrationError | undefined
  for (let made = 1; ; made++) {
    try {
      const answer = await attempt()
      if (made === 1) options.quota.earn()
      return answer
    } catch (error) {
      // Cut off in a later attempt: what the one before met is what there is to tell.
      if (failed !== undefined && signal?.aborted) throw failed
      if (!IntegrationError.isInstance(error) || !error.retryable || isResting(error)) throw error
      if (made >= ATTEMPTS || call.retry === false || signal?.aborted) throw error
      const wait = delay(error, made, options.random)
      if (wait > CAP_MS || wait + LEAST_MS > options.allowance.leftMs()) throw error
      if (!options.quota.spend(error.code === ErrorCode.UPSTREAM_THROTTLED ? 'throttled' : 'transient')) throw error
      options.logger.debug('Merge will be asked again', {
        call: `${call.method} ${call.template}`,
        code: error.code,
        attempt: made,
        waitMs: Math.round(wait),
      })
      failed = error
      await options.allowance
        .spend(() => options.sleep(wait, signal ? { signal } : {}))
        .catch(() => {
          throw error
        })
    }
  }
}

function delay(error: IntegrationError, made: number, random: () => number): number {
  if (error.retryAfterMs !== undefined) return error.retryAfterMs
  const base = error.code === ErrorCode.UPSTREAM_THROTTLED ? THROTTLED_BASE_MS : BASE_MS
  return random() * Math.min(CAP_MS, base * 2 ** made)
}
