import type { Random } from '../engine/random.ts'

/** How much happens in how much time. */
export interface Pace {
  /** Of a hundred histories. */
  share: number
  /** Hours: from `least` to `least + more`, rather less than more. */
  least: number
  more: number
  /** Merge's first sync: milliseconds before it begins, at most, and minutes that it takes. While it goes on, most looks find nothing new. */
  first: { queued: number; minutes: readonly number[] }
  /** Minutes from one look to the next when nobody tells of anything. */
  lookEvery: readonly number[]
  /** Hours from one sync of Merge's to the next. */
  syncEvery: readonly number[]
  /** Hours from one sweep to the next. */
  sweepEvery: readonly number[]
  /** Writes between the syncs, at most. */
  writes: number
  /** Faults, if every chance for one were taken. */
  faults: number
}

const MOMENT: Pace = {
  share: 75,
  least: 0.5,
  more: 1.5,
  first: { queued: 6_000, minutes: [0.1, 0.2, 0.5, 1] },
  lookEvery: [20, 40, 60],
  syncEvery: [0.4, 0.7, 1],
  sweepEvery: [0.4, 0.8],
  writes: 2,
  faults: 20,
}

const MORNING: Pace = {
  share: 18,
  least: 1,
  more: 5,
  first: { queued: 60_000, minutes: [1, 1, 2, 4, 15] },
  lookEvery: [15, 30, 60],
  syncEvery: [0.7, 1, 1.5, 2],
  sweepEvery: [0.5, 1],
  writes: 3,
  faults: 40,
}

const DAY: Pace = {
  share: 7,
  least: 6,
  more: 30,
  first: { queued: 60_000, minutes: [1, 1, 2, 4, 15] },
  lookEvery: [30, 90, 120, 180],
  syncEvery: [2, 4, 6, 8],
  sweepEvery: [1, 2, 3],
  writes: 8,
  faults: 80,
}

/**
 * Most mistakes need little time to show, some need long. So most lives are short and crowded, and cost little; in the long ones most looks
 * find nothing new.
 */
export function paceOf(random: Random): Pace {
  const place = random.int(1, 100)
  if (place <= MOMENT.share) return MOMENT
  return place <= MOMENT.share + MORNING.share ? MORNING : DAY
}
