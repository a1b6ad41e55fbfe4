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

/** The store's clock is set back by more than any wait. */
const isSetBack = ({ events }: History): boolean =>
  events.some((event) => event.do === 'step' && event.clock === 'store' && event.by < -12 * 3_600_000)

/** New options come while a rebuild that takes several pages is under way. */
function isDeployedInRebuild({ events, models, cron }: History): boolean {
  const rebuilds = events.filter((event) => event.do === 'rebuild' && event.rewinds > 1)
  const isBetween = ({ at }: { at: number }): boolean => rebuilds.some((rebuild) => at > rebuild.at + 60_500 && at < rebuild.at + 63_000)
  const isLong = models.some(({ initial, pageSize }) => initial.writes.length > 3 * pageSize)
  return cron === null && isLong && events.some((event) => event.do === 'deploy' && isBetween(event))
}

const isApart = ({ workers }: History): boolean => workers.some(({ skew }) => Math.abs(skew) > 3_600_000)

const isSlow = ({ cron, latency }: History): boolean => cron !== null && !cron.inVain && latency.merge > cron.budget / 2

/** The engine with one defence less each: what it does then, and where it is taken away. */
export const ENGINE_SABOTAGES: Record<string, EngineSabotage> = {
  'compares moments of two machines, and believes what it finds': {
    file: 'sync/moments.ts',
    edits: [
      ['claim.now + clock.monotonic() - claimedAt', 'clock.now() + (clock.monotonic() - claimedAt) * 0'],
      ['at > now + CLOCK_SLACK_MS || ', ''],
    ],
    concerns: (history) => history.family === 'sweep' && isApart(history),
  },
  'believes a moment that lies in the future': {
    file: 'sync/moments.ts',
    edits: [['at > now + CLOCK_SLACK_MS || ', '']],
    concerns: isSetBack,
  },
  'takes no age but by a clock that is months behind': {
    file: 'sync/walk-pages.ts',
    edits: [['walk.goneBefore * 1000', 'walk.nextLow * 1000']],
    concerns: (history) => history.family === 'sweep' && (isApart(history) || isSetBack(history)),
  },
  'waits for a webhook’s token by the clock of another worker': {
    file: 'link/settle-candidates.ts',
    edits: [['tryAt > now + LONGEST_WAIT_MS ? 0 : Math.max(0, tryAt - now)', 'Math.max(0, tryAt - now)']],
    concerns: (history) =>
      isApart(history) && (history.linkedBy === 'webhook' || (has('linked-webhook')(history) && has('delete')(history))),
  },
  'tells a sink of deletions before they are committed': {
    file: 'sync/store-page.ts',
    edits: [['page.records.filter((record) => !record.deleted).map(sinkChange)', 'page.records.map(sinkChange)']],
    concerns: (history) => history.sink && history.massDeletion !== false && has('mass-deletion')(history),
  },
  'forgets what it owes to a sink when it dies': {
    file: 'sync/store-page.ts',
    edits: [['checkpoint: JSON.stringify({ ...state, unsunk }),', 'checkpoint: JSON.stringify({ ...state, unsunk: null }),']],
    concerns: (history) => history.sink && history.family === 'sweep' && has('mark-and-vanish', 'sink-outage')(history),
  },
  'leaves tombstones as they are when a field is omitted': {
    file: 'sync/reshape.ts',
    edits: [['if (change.data === NO_DATA) return []', "if (change.data === NO_DATA || change.op === 'delete') return []"]],
    concerns: (history) => history.family === 'sweep' && has('deploy')(history),
  },
  'begins a pass from its first page when it is a day old': {
    file: 'sync/plan.ts',
    edits: [
      [
        'if (state.walk !== null && same && !isGivenUp(state, context)) {',
        'if (state.walk !== null && same && !isGivenUp(state, context) && !hasPassed(state.walk.startedAt, DAY_MS, context.now)) {',
      ],
    ],
    concerns: (history) => isSlow(history) && (history.cron?.every ?? 0) > 20 * 3_600_000,
  },
  'throws the page away that is under way when the time is over': {
    file: 'sync/deadline.ts',
    edits: [['until - clock.monotonic()) + settings.graceMs', 'until - clock.monotonic()) + settings.graceMs * 0']],
    concerns: isSlow,
  },
  'asks how the account stands anew at every tick': {
    file: 'sync/look-at-account.ts',
    edits: [['facts: goesOn ? { ...facts, pages: facts.pages + progress.pages } : null,', 'facts: goesOn ? null : null,']],
    concerns: isSlow,
  },
  'does not tell that there is too little time': {
    file: 'sync/next-look.ts',
    edits: [['if (fruitless >= TOO_SLOW_AFTER) return ErrorCode.SYNC_TOO_SLOW', '']],
    concerns: ({ cron }) => cron?.inVain === true,
  },
  'takes no notice of another company': {
    file: 'sync/company.ts',
    edits: [
      [
        "if (known === null || asked.companies > known.confirmed) return 'same'",
        "if (known === null || asked.companies >= known.confirmed) return 'same'",
      ],
    ],
    concerns: has('other-company'),
  },
  'deletes what it does not find in lists that are empty after a relink': {
    file: 'sync/read-account.ts',
    edits: [["const isEmptied = record.outcome === 'nothing' &&", "const isEmptied = record.outcome !== 'nothing' &&"]],
    concerns: (history) => has('other-company')(history) && !history.dialect.instances,
  },
  'takes a sync-status that says nothing for complete': {
    file: 'sync/plan.ts',
    edits: [
      [
        'return status === null ? state.walkedAt === null && isUnheardOf(state, context) : isFirstSyncOpen(status)',
        'return status === null ? false : isFirstSyncOpen(status)',
      ],
    ],
    concerns: ({ dialect, sync }) => dialect.atFirst !== null && !sync.earlyRead,
  },
  'waits for the times of a sync that is done': {
    file: 'merge/model-status.ts',
    edits: [
      ["return lastSyncFinished === null && !ENDED.has(status) && !ENDED.has(lastSyncResult ?? '')", 'return lastSyncFinished === null'],
    ],
    concerns: ({ dialect }) => !dialect.timed,
  },
  'takes a last page without next for a fault': {
    file: 'merge/schemas.ts',
    edits: [
      [
        'export const listSchema = z.object({ next: z.nullish(z.string()), results: z.array(z.unknown()) })',
        'export const listSchema = z.object({ next: z.nullable(z.string()), results: z.array(z.unknown()) })',
      ],
    ],
    concerns: ({ dialect }) => dialect.lastPage === 'absent',
  },
  'waits for one answer as long as it takes': {
    file: 'sync/deadline.ts',
    edits: [['.then(onAbort, () => {})', '.then(() => {}, () => {})']],
    concerns: (history) => history.events.some((event) => event.do === 'fault' && event.fault === 'trickling-body'),
  },
  'writes rows of the generation before as if they were of this one': {
    file: 'sync/reshape.ts',
    edits: [['seq === 0 || before.walk?.raises === true', 'seq === 0']],
    concerns: isDeployedInRebuild,
  },
  'owes a sink nothing before its page is whole, on a store that writes in order': {
    file: 'sync/store-page.ts',
    edits: [["context.storage.profile === 'ordered'", "context.storage.profile === 'atomic'"]],
    concerns: ({ sink, profile }) => sink && profile === 'ordered',
  },
  'works on a store that takes no notice when its clock is set back': {
    file: 'storage/memory.ts',
    edits: [['return recordedAt > now + CLOCK_SLACK_MS', 'return recordedAt > now + Number.POSITIVE_INFINITY']],
    concerns: isSetBack,
  },
  'works on a store that forgets that its clock was set back': {
    file: 'storage/memory.ts',
    edits: [['if (isOfClockSetBack(row, now)) Object.assign(', 'if (row.fence < 0) Object.assign(']],
    concerns: isSetBack,
  },
}
