import type { After } from './deadline.ts'

export interface Refresher {
  /** Starting looks at once; stopping cancels the timer and aborts the look. Told the same twice, it does nothing. */
  run(wanted: boolean): void
  /** Looks now, instead of the look that is under way or due later; while stopped, nothing. */
  look(): void
}

/** What a look has found. `changed`: since the last one. `moving`: more will change soon. `final`: looking again is of no use. */
export type Found = { changed: boolean; moving: boolean } | 'failed' | 'final'

export interface RefresherOptions {
  /** One look. Never rejects; its answer does not count once the signal has aborted. */
  look(signal: AbortSignal): Promise<Found>
  /** Called every 30 seconds while running, whatever the looks do. */
  tick(): void
  after: After
  /** Milliseconds, for distances only. */
  now: () => number
  random: () => number
}

/**
 * Looks again and again, and less often the less there is to see: every two
 * seconds while something moves, down to every half minute when nothing does. A
 * failure slows it down, and a final one ends it until `look` is called.
 */
export function refresher({ look, tick, after, now, random }: RefresherOptions): Refresher {
  let running = false
  let pause = 0
  let lookedAt = Number.NEGATIVE_INFINITY
  let cancel = () => {}
  let stopTicking = () => {}
  let current: AbortController | undefined

  return {
    run(wanted) {
      if (wanted === running) return
      running = wanted
      halt()
      stopTicking()
      if (!running) return
      keepTicking()
      // One that is scrolled in and out does not ask each time.
      wait(Math.max(0, lookedAt + NEAREST_MS - now()))
    },
    look() {
      pause = 0
      if (running) void start()
    },
  }

  function halt(): void {
    cancel()
    current?.abort()
  }

  function keepTicking(): void {
    stopTicking = after(30_000, () => {
      tick()
      keepTicking()
    })
  }

  function wait(milliseconds: number): void {
    if (milliseconds > 0) cancel = after(milliseconds, () => void start())
    else void start()
  }

  async function start(): Promise<void> {
    halt()
    const mine = new AbortController()
    current = mine
    const found = await look(mine.signal)
    if (mine.signal.aborted) return
    lookedAt = now()
    if (found === 'final') return
    pause = nextPause(found, pause)
    // Pages that were opened at the same time do not ask at the same time for ever.
    wait(pause * (0.9 + 0.2 * random()))
  }
}

/** How long to wait after a look, in milliseconds. `previous`: how long it was before that look; 0 for none. */
export function nextPause(found: Exclude<Found, 'final'>, previous: number): number {
  if (found === 'failed') return clamp(previous * 2, 4_000, 60_000)
  const { changed, moving } = found
  if (moving) return clamp(changed ? 0 : previous * 1.5, NEAREST_MS, 10_000)
  return clamp(changed ? 0 : previous * 1.5, 5_000, 30_000)
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value))
}

const NEAREST_MS = 2_000
