import { createRealWork, type RealWork } from '../../support/real-work.ts'

/** Virtual time: it jumps from timer to timer, and only when nothing can happen without it. */
export interface Timeline extends Pick<RealWork, 'real'> {
  /** Epoch milliseconds. */
  now(): number
  /** Calls `fire` at that moment, or as soon as possible when it has passed. */
  at(time: number, fire: () => void): Timer
  wait(ms: number): Promise<void>
  /** Runs until `done()` holds. Throws when `limit` (epoch milliseconds) is reached first, or when nothing is left that could happen. */
  run(done: () => boolean, limit: number): Promise<void>
}

export interface Timer {
  cancel(): void
}

export function createTimeline(start: number): Timeline {
  let now = start
  let order = 0
  const heap: Entry[] = []
  const realWork = createRealWork()

  const at = (time: number, fire: () => void): Timer => {
    const entry: Entry = { time: Math.max(now, Math.ceil(time)), order: order++, fire }
    push(heap, entry)
    return {
      cancel() {
        entry.fire = null
      },
    }
  }

  return {
    now: () => now,
    at,
    wait: (ms) => new Promise((resolve) => void at(now + ms, resolve)),
    real: realWork.real,
    async run(done, limit) {
      for (;;) {
        await realWork.settled()
        if (done()) return
        const entry = nextLive(heap)
        if (entry === undefined) throw new Error('Everything waits, and no timer is left: something was never answered.')
        if (entry.time > limit) throw new Error('The time that was allowed is over.')
        now = entry.time
        entry.fire?.()
      }
    },
  }
}

interface Entry {
  time: number
  order: number
  /** `null`: cancelled. */
  fire: (() => void) | null
}

function nextLive(heap: Entry[]): Entry | undefined {
  for (let entry = pop(heap); entry !== undefined; entry = pop(heap)) if (entry.fire !== null) return entry
  return undefined
}

function isBefore(one: Entry, other: Entry): boolean {
  return one.time < other.time || (one.time === other.time && one.order < other.order)
}

function push(heap: Entry[], entry: Entry): void {
  let place = heap.length
  while (place > 0) {
    const parent = (place - 1) >> 1
    const above = heap[parent] as Entry
    if (!isBefore(entry, above)) break
    heap[place] = above
    place = parent
  }
  heap[place] = entry
}

function pop(heap: Entry[]): Entry | undefined {
  const first = heap[0]
  const last = heap.pop()
  if (first === undefined || last === undefined || first === last) return first
  let place = 0
  for (;;) {
    let child = place * 2 + 1
    if (child >= heap.length) break
    if (child + 1 < heap.length && isBefore(heap[child + 1] as Entry, heap[child] as Entry)) child++
    if (!isBefore(heap[child] as Entry, last)) break
    heap[place] = heap[child] as Entry
    place = child
  }
  heap[place] = last
  return first
}
