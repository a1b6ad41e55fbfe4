/** Merge's two limits: requests a minute of one account, and failed answers of one address. */
export interface Limits {
  /** How many requests an account may make a minute from now on. */
  setRate(perMinute: number): void
  /** Counts a request. `false`: one too many. */
  admit(accountToken: string, now: number): boolean
  /** Counts a failed answer to this address. More than 20 in ten seconds: it is blocked for ten. */
  failed(address: string, now: number): void
  isBlocked(address: string, now: number): boolean
  /** How often an address was blocked. */
  readonly blocks: number
}

const MINUTE = 60_000
const ERROR_WINDOW = 10_000
const ERRORS_ALLOWED = 20

export function createLimits(): Limits {
  let perMinute = Number.POSITIVE_INFINITY
  let blocks = 0
  const requests = new Map<string, number[]>()
  const errors = new Map<string, number[]>()
  const blockedUntil = new Map<string, number>()

  const recent = <Key>(log: Map<Key, number[]>, key: Key, since: number): number[] => {
    const kept = (log.get(key) ?? []).filter((at) => at > since)
    log.set(key, kept)
    return kept
  }

  return {
    setRate(rate) {
      perMinute = rate
    },
    admit(accountToken, now) {
      const made = recent(requests, accountToken, now - MINUTE)
      if (made.length >= perMinute) return false
      made.push(now)
      return true
    },
    failed(address, now) {
      const made = recent(errors, address, now - ERROR_WINDOW)
      made.push(now)
      if (made.length <= ERRORS_ALLOWED || (blockedUntil.get(address) ?? 0) > now) return
      blockedUntil.set(address, now + ERROR_WINDOW)
      blocks++
    },
    isBlocked: (address, now) => (blockedUntil.get(address) ?? 0) > now,
    get blocks() {
      return blocks
    },
  }
}
