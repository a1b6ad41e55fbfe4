import { type History, HOUR } from '../history/history.ts'

/** The longest back-off after failures, and some. */
const LONGEST_BACKOFF = 7 * HOUR

/** Milliseconds in which the copy has to be right once everything has gone quiet. */
export function timeAllowed(history: History): number {
  const { sync, cron } = history
  const looks = 2 * (sync.lookEvery + sync.idle)
  return LONGEST_BACKOFF + looks + sweepTime(history) + (cron === null ? 0 : cron.every * ticksNeeded(history))
}

/**
 * Two sweeps in a row find out what has vanished, and a third one may have been under way. One that met a list which repeats itself is tried
 * again a day later; so is a rebuild.
 */
function sweepTime({ family, sync, events }: History): number {
  const loops = events.some((event) => event.do === 'fault' && event.fault === 'repeated-cursor')
  const again = loops && (family === 'sweep' || events.some((event) => event.do === 'rebuild')) ? 25 * HOUR : 0
  return again + (family === 'plain' ? 0 : 3 * sync.sweepEvery + 4 * sync.lookEvery)
}

/** A page at a time, for which what is asked before it may take three ticks more: it still ends, and so do the two sweeps after it. */
function ticksNeeded({ models, latency, cron }: History): number {
  const pages = models.reduce((sum, { initial, pageSize }) => sum + 2 + Math.ceil((2 * initial.writes.length) / pageSize), 0)
  return 20 + (latency.merge > (cron?.budget ?? 0) ? 16 : 4) * pages
}
