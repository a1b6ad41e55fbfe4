/** Requests a minute that Merge's largest plan allows each linked account. */
export const PER_MINUTE = 600

export interface Allowance {
  accepted: number
  refused: number
}

/** Counts requests over a window that rolls, and says whether one more is within the allowance. What was refused uses none of it. */
export function createAllowance(windowMs: number) {
  const most = (PER_MINUTE * windowMs) / 60_000
  const counted: Allowance = { accepted: 0, refused: 0 }
  let recent: number[] = []
  return {
    counted: counted as Readonly<Allowance>,
    allows(now: number): boolean {
      recent = recent.filter((at) => now - at < windowMs)
      const allowed = recent.length < most
      if (allowed) recent.push(now)
      counted[allowed ? 'accepted' : 'refused']++
      return allowed
    },
  }
}
