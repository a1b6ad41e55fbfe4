import type { SteadyClock } from '../system.ts'

/** How long after its link token expired a modal may still be open. */
export const GRACE_MS = 15 * 60_000

/**
 * Of which accounts this process has offered a link whose modal may still be open. What is stored (`linkExpiresAt`) says so to every process,
 * by the clock; this one counts the time that passes, so that a clock that is set closes no modal.
 */
export interface OpenModals {
  /** `lifeMs`: of the link token, from now on. */
  opened(accountId: string, lifeMs: number): void
  isOpen(accountId: string): boolean
}

const MOST_REMEMBERED = 10_000

export function createOpenModals(clock: SteadyClock): OpenModals {
  /** Until when, in monotonic milliseconds. */
  const ends = new Map<string, number>()
  return {
    opened(accountId, lifeMs) {
      const end = Math.max(clock.monotonic() + lifeMs + GRACE_MS, ends.get(accountId) ?? Number.NEGATIVE_INFINITY)
      // Newest last, so that the map can forget from its front.
      ends.delete(accountId)
      ends.set(accountId, end)
      const [oldest = accountId] = ends.keys()
      if (ends.size > MOST_REMEMBERED) ends.delete(oldest)
    },
    isOpen: (accountId) => (ends.get(accountId) ?? Number.NEGATIVE_INFINITY) > clock.monotonic(),
  }
}
