import { linkedAbort } from '../abort.ts'
import { ErrorCode, IntegrationError } from '../errors.ts'
import type { Sleep, SteadyClock } from '../system.ts'

/**
 * Merge blocks an address for all its accounts after more than 20 failed answers (400 and up, but not 429) in 10 seconds
 * (help.merge.dev/en/articles/9150563). So at most 12 are risked, 8 of them by syncing: one dead account, or somebody who posts
 * garbage on purpose, must not stop everybody. A call that is under way counts as one that may fail, or a hundred begun at once would
 * fail together. Who is over budget waits, and only who is doubted is refused.
 */
export interface ErrorBudget {
  /**
   * Resolves when a call of this lane may be risked; then exactly one of the other two must follow. Rejects when aborted, and in the lane
   * `doubted` with `RATE_LIMITED` when there is no room: whoever floods it would only fill memory with those that wait.
   */
  pass(lane: Lane, signal?: AbortSignal): Promise<void>
  /** The call was answered with a failure that Merge counts. */
  failed(lane: Lane): void
  /** It was not, or it was not answered at all. */
  spared(lane: Lane): void
  /** Failures that still count. */
  failures(): number
}

/**
 * `link`: somebody is waiting for the answer. `sync`: a first question. `proven`: the next page of a list that has just answered; it waits
 * when too much has failed, and is not held up by what is under way. `reread`: a record that may well not be there; part of syncing, with a
 * small share of its own. `doubted`: as `link`, for somebody whose last one failed; a small share of its own, too.
 */
export type Lane = 'link' | 'sync' | 'proven' | 'reread' | 'doubted'

const WINDOW_MS = 10_000
const LIMITS = { all: 12, sync: 8, reread: 2, doubted: 2 }

/** `processes`: how many share this address, and so the budget. */
export function createErrorBudget(clock: SteadyClock, sleep: Sleep, processes: number): ErrorBudget {
  const failures: { at: number; lane: Lane }[] = []
  const underWay = { link: 0, sync: 0, proven: 0, reread: 0, doubted: 0 }
  let room = new AbortController()
  const limit = (most: number): number => Math.max(1, Math.floor(most / processes))

  /** Milliseconds until there may be room; 0: there is. */
  function wait(lane: Lane): number {
    const now = clock.monotonic()
    while (failures[0] !== undefined && now - failures[0].at >= WINDOW_MS) failures.shift()
    const risked = lane === 'proven' ? { link: 0, sync: 0, reread: 0, doubted: 0 } : underWay
    const all = overdraft(failures, limit(LIMITS.all) - risked.link - risked.sync - risked.reread - risked.doubted, now)
    if (lane === 'link') return all
    if (lane === 'doubted') return Math.max(all, overdraft(of('doubted'), limit(LIMITS.doubted) - risked.doubted, now))
    const sync = Math.max(all, overdraft(of('sync', 'proven', 'reread'), limit(LIMITS.sync) - risked.sync - risked.reread, now))
    return lane === 'reread' ? Math.max(sync, overdraft(of('reread'), limit(LIMITS.reread) - risked.reread, now)) : sync
  }

  function of(...lanes: Lane[]) {
    return failures.filter((failure) => lanes.includes(failure.lane))
  }

  function ended(lane: Lane): void {
    underWay[lane]--
    room.abort()
    room = new AbortController()
  }

  return {
    async pass(lane, signal) {
      for (let ms = wait(lane); ms > 0; ms = wait(lane)) {
        if (lane === 'doubted') throw refusal(ms)
        const sooner = room.signal
        const waiting = linkedAbort(sooner, signal)
        try {
          await sleep(ms, { signal: waiting.signal })
        } catch (error) {
          if (signal?.aborted || !sooner.aborted) throw error
        } finally {
          waiting.unlink()
        }
      }
      underWay[lane]++
    },
    failed(lane) {
      failures.push({ at: clock.monotonic(), lane })
      ended(lane)
    },
    spared: ended,
    failures: () => failures.filter(({ at }) => clock.monotonic() - at < WINDOW_MS).length,
  }
}

function refusal(retryAfterMs: number): IntegrationError {
  return new IntegrationError(
    ErrorCode.RATE_LIMITED,
    'Merge was not asked about a public token: it has refused the ones before from the same organization, and so many of late that all customers would be blocked.',
    { retryAfterMs },
  )
}

/** How long until fewer than `limit` failures are in the window. Without any left it is what is under way that makes room. */
function overdraft(failures: readonly { at: number }[], limit: number, now: number): number {
  if (limit <= 0) return WINDOW_MS
  const first = failures[failures.length - limit]
  return first === undefined ? 0 : first.at + WINDOW_MS - now
}
