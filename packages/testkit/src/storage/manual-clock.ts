/** A clock that stands still until it is told to move. Pass it to an adapter as `clock`, and to the kit as the fixture's `clock`. */
export interface ManualClock {
  /** Epoch milliseconds. */
  now(): number
  /** Sets it back when `milliseconds` is negative. */
  advance(milliseconds: number): void
}

/** Starts at noon (UTC) on 1 July 2026, unless told otherwise (epoch milliseconds). */
export function manualClock(start = Date.UTC(2026, 6, 1, 12)): ManualClock {
  let now = start
  return {
    now: () => now,
    advance: (milliseconds) => {
      now += milliseconds
    },
  }
}
