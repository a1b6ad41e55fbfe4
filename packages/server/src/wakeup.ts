import { linkedAbort } from './abort.ts'
import type { Sleep } from './system.ts'

/** Lets a loop that waits for work in this process hear at once that there is some. */
export interface Wakeup {
  ring(): void
  /** Resolves after `ms` milliseconds, when rung, or when aborted; never rejects. A ring while nobody waited counts. */
  wait(ms: number, signal: AbortSignal): Promise<void>
}

export function createWakeup(sleep: Sleep): Wakeup {
  let bell = new AbortController()
  return {
    ring: () => bell.abort(),
    async wait(ms, signal) {
      const waiting = linkedAbort(bell.signal, signal)
      await sleep(ms, { signal: waiting.signal }).catch(() => {})
      waiting.unlink()
      if (bell.signal.aborted) bell = new AbortController()
    },
  }
}
