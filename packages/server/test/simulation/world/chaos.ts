/** Where a process touches the world: every await of the SDK ends at one of these. */
export const POINTS = [
  'reserve',
  'get',
  'update',
  'list',
  'schedule',
  'claim',
  'renew',
  'commit',
  'commit-half',
  'release',
  'purge',
  'sink',
  'fetch',
  'body',
  'sleep',
] as const

export type Point = (typeof POINTS)[number]
export type When = 'before' | 'after'

export type Action = { do: 'crash' } | { do: 'pause'; length: number } | { do: 'fail' }

/** Crashes, pauses and failures that wait for a worker to pass a point. */
export interface Chaos {
  arm(worker: number, point: Point, when: When, action: Action): void
  /** What happens to this worker here and now; each armed action happens once. */
  take(worker: number, point: Point, when: When): Action | undefined
  /** Whether something waits for this worker there. */
  waits(worker: number, point: Point, when: When): boolean
  clear(): void
}

export function createChaos(): Chaos {
  const armed = new Map<string, Action[]>()
  const key = (worker: number, point: Point, when: When): string => `${worker} ${point} ${when}`
  return {
    arm(worker, point, when, action) {
      const waiting = armed.get(key(worker, point, when))
      if (waiting) waiting.push(action)
      else armed.set(key(worker, point, when), [action])
    },
    take: (worker, point, when) => (armed.size === 0 ? undefined : armed.get(key(worker, point, when))?.shift()),
    waits: (worker, point, when) => (armed.get(key(worker, point, when))?.length ?? 0) > 0,
    clear: () => armed.clear(),
  }
}

/** A body that is being read, half a page that is stored, and a sleep have no "after" of their own. */
export const hasAfter = (point: Point): boolean => point !== 'body' && point !== 'sleep' && point !== 'commit-half'

/** The name under which what happens there is counted. */
export const nameOf = (point: Point, when: When): string => (hasAfter(point) ? `${point}:${when}` : point)

/** Every place at which a process can die, as it is counted. */
export const CRASH_POINTS: readonly string[] = [...new Set(POINTS.flatMap((point) => [nameOf(point, 'before'), nameOf(point, 'after')]))]
