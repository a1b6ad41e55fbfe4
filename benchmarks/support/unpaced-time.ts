import { setTimeout } from 'node:timers/promises'
import type { Clock, Sleep } from '@connect-integration/server'

/** The SDK's waits are either its own pace, well below this, or limits on how long an answer may take, well above. */
const LONGEST_PACE_MS = 10_000

/**
 * Time in which the pace that Merge allows costs nothing: a short wait moves the clock instead of the process. What
 * remains is the work itself. Limits on answers keep their real timers, because setting those is part of the work.
 */
export function unpacedTime(): { clock: Clock; sleep: Sleep } {
  let skipped = 0
  return {
    clock: { now: () => Date.now() + skipped },
    async sleep(ms, options) {
      if (ms < LONGEST_PACE_MS) skipped += ms
      else await setTimeout(ms, undefined, options)
    },
  }
}
