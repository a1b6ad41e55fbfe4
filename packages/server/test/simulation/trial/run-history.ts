import { createTimeline } from '../engine/timeline.ts'
import { type History, HOUR, MINUTE } from '../history/history.ts'
import { calm, happen, living } from '../world/happen.ts'
import { createStoreClock, createWorld, START, type Tampering, type World } from '../world/world.ts'
import { examine } from './examine.ts'
import { inspect } from './inspect.ts'
import { differences } from './judge.ts'
import { count, type Outcome, type Problem } from './outcome.ts'
import { inMemory, type OpenStorage } from './storage.ts'
import { timeAllowed } from './time-allowed.ts'
import { liveRecords } from './verdict.ts'

export { START, type Tampering } from '../world/world.ts'

/** How long a sync of Merge's may still go on when everything else has ended. */
const LAST_SYNC = 50 * MINUTE

/**
 * Runs one history on the SDK with its two workers. When its hours are over everything goes quiet, and the workers have a bounded
 * time to make their copy equal to what Merge has. The same history gives the same outcome, to the last request, on each kind of store.
 */
export async function runHistory(history: History, tampering: Tampering = {}, open: OpenStorage = inMemory): Promise<Outcome> {
  const timeline = createTimeline(START)
  const storeClock = createStoreClock(history, timeline)
  const opened = await open(storeClock)
  const world = createWorld(history, tampering, timeline, storeClock, opened)
  const { customer, trace } = world

  void customer.connect()
  for (const event of history.events) {
    timeline.at(START + event.at, () => {
      if (event.do !== 'fault') trace(JSON.stringify(event))
      happen(world, event)
    })
  }
  const end = START + Math.ceil(history.hours * HOUR)
  const quiet = end + LAST_SYNC
  for (const moment of [end, end + LAST_SYNC / 2]) timeline.at(moment, () => calm(world))

  const problems = await untilSettled(world, quiet)
  if (problems.length === 0 && history.examined) problems.push(...(await examined(world)))
  for (const what of customer.complaints) problems.push({ kind: 'stuck', what })
  for (const what of world.breaks()) problems.push({ kind: 'broken', what })
  await opened.close()
  return { seed: history.seed, problems, counts: finalCounts(world, problems) }
}

/** Runs on until all is as it should be, or the time that is allowed is over; and says what is wrong then. */
async function untilSettled(world: World, quiet: number): Promise<Problem[]> {
  const { history, timeline, customer, workers } = world
  const limit = quiet + timeAllowed(history)
  const problems: Problem[] = []
  let finished = false
  let judging = false
  /** Looks, after everything went quiet and something was stored, whether all is as it should be. */
  const settled = (): boolean => {
    if (timeline.now() >= limit || finished) return true
    if (history.patient || timeline.now() < quiet || judging || customer.isBusy || workers.isDeploying || !workers.areIdle) return false
    if (!world.takeCommitted() || differences(world).length > 0) return false
    judging = true
    void inspect(world).then((found) => {
      finished = found.length === 0
      judging = false
    })
    return false
  }
  // A history that reaches its limit is judged as it stands then.
  timeline.at(limit, () => {})
  await timeline.run(settled, limit + HOUR).catch((error: Error) => problems.push({ kind: 'stuck', what: error.message }))
  problems.push(...differences(world), ...(await inspect(world)))
  return problems
}

async function examined(world: World): Promise<Problem[]> {
  const { merge, customer, storage, workers, timeline, happened } = world
  const account = living(merge)
  const accountId = customer.connected.at(-1) ?? ''
  if (account === undefined || customer.disconnected.has(accountId)) return []
  const problems: Problem[] = []
  let wrong: string[] | undefined
  void examine({ merge, account, accountId, storage, workers, onDeed: happened }).then(
    (found) => {
      wrong = found
    },
    (error: unknown) => {
      wrong = [`verify or audit failed: ${error}`]
    },
  )
  await timeline
    .run(() => wrong !== undefined, timeline.now() + HOUR)
    .catch((error: Error) => problems.push({ kind: 'stuck', what: error.message }))
  return [...problems, ...(wrong ?? []).map((what): Problem => ({ kind: 'broken', what }))]
}

function finalCounts({ history, counts, timeline, network, monitor, merge }: World, problems: readonly Problem[]): Outcome['counts'] {
  const account = living(merge)
  Object.assign(counts, {
    histories: 1,
    wrong: problems.length > 0 ? 1 : 0,
    hours: (timeline.now() - START) / HOUR,
    requests: network.requests,
    commits: monitor.commits,
    records: account === undefined ? 0 : liveRecords(account),
    steals: monitor.steals,
    takeovers: monitor.takeovers,
    fenced: monitor.fenced,
    deletions: monitor.purges,
    addressBlocks: merge.limits.blocks,
  })
  if (problems.length === 0) for (const what of whole(history)) count(counts.happened, what)
  count(counts.happened, 'resync', merge.resyncs)
  for (const { kind } of problems) count(counts.problems, kind)
  return counts
}

/** What a history is as a whole. */
function* whole(history: History): Generator<keyof Outcome['counts']['happened']> {
  if (history.store === 'versions') yield 'history with a store of versions'
  if (history.profile === 'ordered') yield 'history on a store that writes in order'
  if (history.ownCadence) yield 'account looked at by its own cadence'
  if (history.cron !== null)
    yield history.cron.inVain ? 'account too slow for its cron job, and told' : 'account read to its end by a cron job'
  if (history.workers.some(({ skew }) => Math.abs(skew) >= 2 * MINUTE)) yield 'workers whose clocks are minutes to months apart'
}
