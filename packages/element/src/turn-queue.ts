/** One open of the modal, as the queue sees it. */
export interface TurnHolder {
  /** Somebody else wants the modal: ends this open if nothing is lost by it, and says whether it has ended. */
  yieldTurn(): boolean
  /** Somebody else has the modal now: what still comes in for this open is to be ignored. */
  supersede(): void
}

export interface TurnQueue {
  /** Resolves when it is this holder's turn; never, when `signal` aborts before that. */
  take(holder: TurnHolder, signal: AbortSignal): Promise<void>
  /** Does nothing for one who does not hold the turn. */
  release(holder: TurnHolder): void
}

/**
 * The script has one modal and one set of callbacks per page, so opens take
 * turns. An open that can yield does so at once; else the newcomer waits.
 */
export function turnQueue(): TurnQueue {
  let current: TurnHolder | undefined
  let latest: TurnHolder | undefined
  const waiting: { holder: TurnHolder; signal: AbortSignal; go: () => void }[] = []
  return {
    take(holder, signal) {
      return new Promise((go) => {
        waiting.push({ holder, signal, go })
        // Yielding releases the turn, and releasing lets the next one in.
        if (current) current.yieldTurn()
        else next()
      })
    },
    release(holder) {
      if (current !== holder) return
      current = undefined
      next()
    },
  }

  function next(): void {
    let entry = waiting.shift()
    while (entry?.signal.aborted) entry = waiting.shift()
    if (!entry) return
    latest?.supersede()
    current = latest = entry.holder
    entry.go()
  }
}

/** The page's queue, shared with a second copy of this package (a CDN file beside a bundle). */
export function pageQueue(): TurnQueue {
  const shared = globalThis as { [QUEUE]?: TurnQueue }
  shared[QUEUE] ??= turnQueue()
  return shared[QUEUE]
}

const QUEUE = Symbol.for('connect-integration.turns.v1')
