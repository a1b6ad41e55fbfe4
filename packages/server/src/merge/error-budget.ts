import type { Clock, Sleep } from '../system.ts'

/**
 * Merge blocks an address for all its accounts after more than 20 failed answers (400 and up, but not 429) in 10 seconds
 * (help.merge.dev/en/articles/9150563). So at most 12 are risked, 8 of them by syncing: one dead account, or somebody who posts
 * garbage on purpose, must not stop everybody. Who is over budget waits; nothing is refused.
 */
export interface ErrorBudget {
  /** Resolves when a call of this lane may be risked. Rejects when aborted. */
  pass(lane: Lane, signal?: AbortSignal): Promise<void>
  failed(lane: Lane): void
}

/** `link`: somebody is waiting for the answer. */
export type Lane = 'link' | 'sync'

const WINDOW_MS = 10_000
const LIMITS = { all: 12, sync: 8 }

/** `processes`: how many share this address, and so the budget. */
export function createErrorBudget(clock: Clock, sleep: Sleep, processes: number): ErrorBudget {
  const failures: { at: number; lane: Lane }[] = []
  const limit = (most: number): number => Math.max(1, Math.floor(most / processes))

  /** Milliseconds until enough of the failures are out of the window. */
  function wait(lane: Lane): number {
    const now = clock.now()
    while (failures[0] !== undefined && now - failures[0].at >= WINDOW_MS) failures.shift()
    const all = overdraft(failures, limit(LIMITS.all), now)
    return lane === 'link'
      ? all
      : Math.max(
          all,
          overdraft(
            failures.filter((failure) => failure.lane === 'sync'),
            limit(LIMITS.sync),
            now,
          ),
        )
  }

  return {
    async pass(lane, signal) {
      for (let ms = wait(lane); ms > 0; ms = wait(lane)) await sleep(ms, signal ? { signal } : {})
    },
    failed(lane) {
      failures.push({ at: clock.now(), lane })
    },
  }
}

function overdraft(failures: readonly { at: number }[], limit: number, now: number): number {
  const first = failures[failures.length - limit]
  return first === undefined ? 0 : first.at + WINDOW_MS - now
}
