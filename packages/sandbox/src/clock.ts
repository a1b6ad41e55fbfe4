/** The sandbox's only source of time. Everything that seems to happen on its own is computed from this on each request. */
export interface SandboxClock {
  /** Epoch milliseconds. Must not go backwards. */
  now(): number
  /** Present on a clock that can be moved; the control API's `POST /sandbox/clock` calls it. Milliseconds, 0 or more. */
  advance?(milliseconds: number): void
}

/** A clock that stands still until it is told to move. */
export interface ManualClock extends SandboxClock {
  advance(milliseconds: number): void
}

/** A clock that only `advance` moves. `start` is in epoch milliseconds; the default is 2026-01-15 09:00 UTC. */
export function manualClock(start: number = Date.UTC(2026, 0, 15, 9)): ManualClock {
  let current = start
  return {
    now: () => current,
    advance(milliseconds) {
      if (!(milliseconds >= 0)) throw new RangeError(`A clock cannot be moved by ${milliseconds} ms: pass 0 or more.`)
      current += milliseconds
    },
  }
}

/** Epoch microseconds as Merge writes them: `2026-01-15T09:00:00.000001Z`. */
export function isoMicroseconds(microseconds: number): string {
  const milliseconds = Math.floor(microseconds / 1000)
  const rest = String(microseconds - milliseconds * 1000).padStart(3, '0')
  return new Date(milliseconds).toISOString().replace('Z', `${rest}Z`)
}

/** Epoch microseconds of an ISO timestamp with up to six decimals, with or without a zone (then UTC); null when it is none. */
export function parseMicroseconds(text: string): number | null {
  const match = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(?:\.(\d{1,6})\d*)?)?(Z|[+-]\d\d:?\d\d)?$/.exec(text.trim())
  if (!match) return null
  const [, date, time = '00:00:00', fraction = '', zone = 'Z'] = match
  const milliseconds = Date.parse(`${date}T${time.length === 5 ? `${time}:00` : time}${zone.replace(/^([+-]\d\d)(\d\d)$/, '$1:$2')}`)
  return Number.isNaN(milliseconds) ? null : milliseconds * 1000 + Number(fraction.padEnd(6, '0'))
}
