import type { History } from '../history/history.ts'
import type { SourceSabotage } from './spoil-source.ts'

export interface EngineSabotage extends SourceSabotage {
  /** Of the histories that can notice: only these are run. */
  concerns: (history: History) => boolean
}

type What = History['events'][number]['do']

const has =
  (...what: What[]) =>
  ({ events }: History): boolean =>
    what.some((each) => events.some((event) => event.do === each))

const isStepped = (clock: 'store' | 'worker', way: 1 | -1) => (history: History) =>
  history.events.some((event) => event.do === 'step' && (event.clock === 'store') === (clock === 'store') && event.by * way > 60_000)

const isApart = ({ workers }: History): boolean => workers.some(({ skew }) => Math.abs(skew) > 3_600_000)

const isSlow = ({ cron, latency }: History): boolean => cron !== null && !cron.inVain && latency.merge > cron.budget / 2

/** The engine with one defence less each: what it does then, and where it is taken away. */
export const ENGINE_SABOTAGES: Record<string, EngineSabotage> = {
  'compares moments of two machines': {
    file: 'sync/moments.ts',
    from: 'return () => Math.round(claim.now + clock.monotonic() - claimedAt)',
    to: 'return () => Math.round(clock.now() + (clock.monotonic() - claimedAt) * 0)',
    concerns: (history) => history.family === 'sweep' && isApart(history),
  },
  'believes a moment that lies in the future': {
    file: 'sync/moments.ts',
    from: 'at === null || at > now + CLOCK_SLACK_MS || now - at >= ms',
    to: 'at === null || now - at >= ms',
    concerns: isStepped('store', -1),
  },
  'takes no age but by a clock that is months behind': {
    file: 'sync/walk-pages.ts',
    from: 'walk.goneBefore * 1000',
    to: 'walk.nextLow * 1000',
    concerns: (history) => history.family === 'sweep' && (isApart(history) || isStepped('store', -1)(history)),
  },
  'waits for a webhook’s token by the clock of another worker': {
    file: 'link/settle-candidates.ts',
    from: 'tryAt > now + LONGEST_WAIT_MS ? 0 : Math.max(0, tryAt - now)',
    to: 'Math.max(0, tryAt - now)',
    concerns: (history) => has('linked-webhook')(history) && isApart(history),
  },
  'tells a sink of deletions before they are committed': {
    file: 'sync/store-page.ts',
    from: 'page.records.filter((record) => !record.deleted).map(sinkChange)',
    to: 'page.records.map(sinkChange)',
    concerns: (history) => history.sink && history.massDeletion !== false && has('mass-deletion')(history),
  },
  'forgets what it owes to a sink when it dies': {
    file: 'sync/store-page.ts',
    from: 'checkpoint: JSON.stringify({ ...state, unsunk }),',
    to: 'checkpoint: JSON.stringify({ ...state, unsunk: null }),',
    concerns: (history) => history.sink && history.family === 'sweep' && has('mark-and-vanish', 'sink-outage')(history),
  },
  'leaves tombstones as they are when a field is omitted': {
    file: 'sync/reshape.ts',
    from: 'if (change.data === NO_DATA) return []',
    to: "if (change.data === NO_DATA || change.op === 'delete') return []",
    concerns: (history) => history.family === 'sweep' && has('deploy')(history),
  },
  'begins a pass from its first page when it is a day old': {
    file: 'sync/plan.ts',
    from: 'if (state.walk !== null && same && !isGivenUp(state, context)) {',
    to: 'if (state.walk !== null && same && !isGivenUp(state, context) && !hasPassed(state.walk.startedAt, DAY_MS, context.now)) {',
    concerns: (history) => isSlow(history) && (history.cron?.every ?? 0) > 20 * 3_600_000,
  },
  'throws the page away that is under way when the time is over': {
    file: 'sync/deadline.ts',
    from: 'until - clock.monotonic()) + settings.graceMs',
    to: 'until - clock.monotonic()) + settings.graceMs * 0',
    concerns: isSlow,
  },
  'asks how the account stands anew at every tick': {
    file: 'sync/look-at-account.ts',
    from: 'facts: goesOn ? { ...facts, pages: facts.pages + progress.pages } : null,',
    to: 'facts: goesOn ? null : null,',
    concerns: isSlow,
  },
  'does not tell that there is too little time': {
    file: 'sync/next-look.ts',
    from: 'if (fruitless >= TOO_SLOW_AFTER) return ErrorCode.SYNC_TOO_SLOW',
    to: '',
    concerns: ({ cron }) => cron?.inVain === true,
  },
  'takes no notice of another company': {
    file: 'sync/company.ts',
    from: "if (known === null || asked.companies > known.confirmed) return 'same'",
    to: "if (known === null || asked.companies >= known.confirmed) return 'same'",
    concerns: has('other-company'),
  },
  'deletes what it does not find in lists that are empty after a relink': {
    file: 'sync/read-account.ts',
    from: "const isEmptied = record.outcome === 'nothing' &&",
    to: "const isEmptied = record.outcome !== 'nothing' &&",
    concerns: (history) => has('other-company')(history) && !history.dialect.instances,
  },
  'takes a sync-status that says nothing for complete': {
    file: 'sync/plan.ts',
    from: 'return status === null ? state.walkedAt === null && isUnheardOf(state, context) : isFirstSyncOpen(status)',
    to: 'return status === null ? false : isFirstSyncOpen(status)',
    concerns: ({ dialect, sync }) => dialect.atFirst !== null && !sync.earlyRead,
  },
  'waits for the times of a sync that is done': {
    file: 'merge/model-status.ts',
    from: "return lastSyncFinished === null && !ENDED.has(status) && !ENDED.has(lastSyncResult ?? '')",
    to: 'return lastSyncFinished === null',
    concerns: ({ dialect }) => !dialect.timed,
  },
  'takes a last page without next for a fault': {
    file: 'merge/schemas.ts',
    from: 'export const listSchema = z.object({ next: z.nullish(z.string()), results: z.array(z.unknown()) })',
    to: 'export const listSchema = z.object({ next: z.nullable(z.string()), results: z.array(z.unknown()) })',
    concerns: ({ dialect }) => dialect.lastPage === 'absent',
  },
  'waits for one answer as long as it takes': {
    file: 'sync/deadline.ts',
    from: '.then(onAbort, () => {})',
    to: '.then(() => {}, () => {})',
    concerns: (history) => history.events.some((event) => event.do === 'fault' && event.fault === 'trickling-body'),
  },
  'writes rows of the generation before as if they were of this one': {
    file: 'sync/reshape.ts',
    from: 'seq === 0 || before.walk?.raises === true',
    to: 'seq === 0',
    concerns: (history) => has('deploy')(history) && has('rebuild')(history),
  },
  'owes a sink nothing before its page is whole, on a store that writes in order': {
    file: 'sync/store-page.ts',
    from: "context.storage.profile === 'ordered'",
    to: "context.storage.profile === 'atomic'",
    concerns: ({ sink, profile }) => sink && profile === 'ordered',
  },
  'works on a store that takes no notice when its clock is set back': {
    file: 'storage/memory.ts',
    from: 'return recordedAt > now + CLOCK_SLACK_MS',
    to: 'return recordedAt > now + Number.POSITIVE_INFINITY',
    concerns: isStepped('store', -1),
  },
  'works on a store that forgets that its clock was set back': {
    file: 'storage/memory.ts',
    from: 'if (isOfClockSetBack(row, now)) Object.assign(',
    to: 'if (row.fence < 0) Object.assign(',
    concerns: isStepped('store', -1),
  },
}
