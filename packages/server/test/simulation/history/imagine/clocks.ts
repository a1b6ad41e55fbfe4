import { createRandom, type Random } from '../../engine/random.ts'
import { USUAL } from '../../merge/dialect.ts'
import { DAY, type Event, type History, HOUR, MINUTE } from '../history.ts'
import { adding } from './adding.ts'

/** What A4 allows ours to be ahead where Merge's clock cannot be seen. */
const MAY_BE_AHEAD = 9 * MINUTE

/** Workers whose clocks lie minutes to months apart, and clocks that are set at any moment, from two seconds to a year. */
export function withClocks(history: History): History {
  const random = createRandom(history.seed ^ 0x0c10c4)
  const apart = random.chance(0.1)
  const workers = history.workers.map((worker) =>
    apart ? { ...worker, skew: either(random, between(random, 2 * MINUTE, 100 * DAY)) } : worker,
  )
  const steps: Event[] = []
  for (let times = random.chance(0.2) ? random.int(1, 3) : 0; times > 0; times--) {
    const clock = random.chance(0.35) ? ('store' as const) : random.int(0, workers.length - 1)
    const by = either(random, between(random, 2_000, 365 * DAY))
    const at = Math.floor(random.next() * history.hours * HOUR)
    steps.push({ at, do: 'step', clock, by })
    // Whoever comes first afterwards dies, and leaves what it knew of the old time.
    if (clock === 'store' && by < 0 && random.chance(0.5))
      for (const worker of workers.keys())
        steps.push({ at, do: 'crash', worker, point: random.pick(['claim', 'get', 'fetch']), when: 'after' })
    // Somebody notices, sooner or later.
    if (random.chance(0.5)) steps.push({ at: at + random.int(1_000, 60 * MINUTE), do: 'step', clock, by: -by })
  }
  const timed = adding({ ...history, workers }, ...steps)
  return isEverAhead(timed) ? withMergesClock(timed) : timed
}

/** Whether a worker's clock may at any time be further ahead than what is assumed of it. */
function isEverAhead({ workers, events }: History): boolean {
  const ahead = (worker: number): number =>
    events.reduce(
      (sum, event) => sum + (event.do === 'step' && event.clock === worker ? Math.max(0, event.by) : 0),
      workers[worker]?.skew ?? 0,
    )
  return [...workers.keys()].some((worker) => ahead(worker) > MAY_BE_AHEAD)
}

/** Ours is wrong, so Merge's must be right: what is missed otherwise only a sweep brings. */
function withMergesClock(history: History): History {
  if (history.family === 'sweep') return history
  const events = history.events.filter((event) => event.do !== 'fault' || !['date-in-future', 'date-missing'].includes(event.fault))
  return { ...history, events }
}

/** A dialect that hides Merge's clock is none for clocks that run ahead. */
export function fitting(history: History): History {
  const { dialect, family } = history
  if (family === 'sweep' || (dialect.dated && dialect.timed) || !isEverAhead(history)) return history
  return { ...history, dialect: { ...dialect, dated: USUAL.dated } }
}

/**
 * Ticks of a cron job in place of workers that are quick to come: 1 to 20 seconds, every few minutes to once a day, and a Merge that takes 0.1
 * to 12 seconds for an answer. All that happens is stretched, so that it meets some of them.
 */
export function withLittleTime(history: History): History {
  const random = createRandom(history.seed ^ 0x71c4)
  const cron = {
    budget: random.int(1_000, random.chance(0.5) ? 20_000 : 6_000),
    every: random.pick([5 * MINUTE, 15 * MINUTE, HOUR, 6 * HOUR, DAY, DAY]) + random.int(0, 2 * MINUTE),
    serverless: random.chance(0.5),
  }
  const inVain = cron.budget < 12_000 && random.chance(0.35)
  if (!random.chance(0.1) || history.events.some((event) => event.do === 'mass-deletion')) return history
  const most = Math.round(between(random, 100, 12_000))
  // Beyond what is under way at the end of a tick may still take, and within what a person waits for.
  const latency = inVain ? { least: cron.budget + 12_000, merge: 28_000 } : { least: Math.ceil(most / 10), merge: most }
  const hours = Math.max(history.hours, (cron.every / HOUR) * random.int(4, 12))
  const factor = hours / history.hours
  return {
    ...history,
    cron: { ...cron, inVain },
    hours,
    // Nor can anybody compare.
    examined: history.examined && !inVain,
    patient: false,
    latency: { ...history.latency, ...latency },
    events: history.events.map((event) => ({ ...event, at: Math.floor(event.at * factor) })),
  }
}

/** As often between 1 and 10 as between 10 and 100. */
function between(random: Random, least: number, most: number): number {
  return Math.round(least * (most / least) ** random.next())
}

function either(random: Random, number: number): number {
  return random.chance(0.5) ? number : -number
}
