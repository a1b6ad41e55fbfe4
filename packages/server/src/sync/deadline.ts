import { linkedAbort } from '../abort.ts'
import type { SyncContext } from './context.ts'

/** How long one look may take. */
export interface Deadline {
  /** Ends every call of the look: its caller stopped, the lease was lost, or the grace is over. */
  signal: AbortSignal
  /** No page is begun any more. */
  isOver(): boolean
  /** It was ended from outside or by the grace, and not by its own work. */
  isCut(): boolean
  /** Ends what is still under way: the work of the look is done, or has failed. */
  stop(): void
}

export interface Limits {
  /** `clock.monotonic()` after which nothing is begun; what is under way then has `settings.graceMs` to end. */
  until: number
  /** Each of them ends the look at once. */
  signals: readonly AbortSignal[]
}

export function startDeadline({ clock, sleep, settings }: SyncContext, { until, signals }: Limits): Deadline {
  const work = linkedAbort(...signals)
  const timer = new AbortController()
  let isStopped = false
  sleep(Math.max(0, until - clock.monotonic()) + settings.graceMs, { signal: timer.signal }).then(
    () => work.abort(),
    () => {},
  )
  return {
    signal: work.signal,
    isOver: () => clock.monotonic() >= until,
    isCut: () => work.signal.aborted && !isStopped,
    stop() {
      isStopped ||= !work.signal.aborted
      timer.abort()
      work.abort()
    },
  }
}
