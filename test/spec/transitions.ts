import type { ModelStatus } from '../../packages/server/src/merge/gateway.ts'
import { MODEL_TABLE } from '../../packages/server/src/merge/model-table.ts'
import type { Account } from '../../packages/server/src/storage/port.ts'
import { type Answer, advance } from '../../packages/server/src/sync/advance.ts'
import { type Checkpoint, EMPTY_CHECKPOINT, type Walk } from '../../packages/server/src/sync/checkpoint.ts'
import { type PlanContext, plan } from '../../packages/server/src/sync/plan.ts'
import { type ModelProgress, readProgress } from '../../packages/server/src/sync/progress.ts'

export type State = ModelProgress['state']
type Event = Exclude<Answer['kind'], 'planned' | 'page'> | `planned ${ReturnType<typeof plan>['do']}` | 'page more' | 'page last'

const NOW = Date.UTC(2026, 0, 5, 12)
const HOUR = 3_600_000
const DAY = 24 * HOUR

/** Where each event leads from each state: `leads['page last'].idle`. An empty list: it cannot happen there. */
export type Transitions = Record<Event, Record<State, State[]>>

/**
 * Runs the code's own reducers from every state through every event. What `plan` decides is asked of `plan`
 * itself, under every combination of what it looks at.
 */
export function transitions(): Transitions {
  const nowhere = () => Object.fromEntries(STATES.map((state): [State, State[]] => [state, []])) as Transitions[Event]
  const leads = Object.fromEntries(EVENTS.map((event) => [event, nowhere()])) as Transitions
  for (const state of STATES) {
    for (const checkpoint of EXAMPLES[state]) {
      if (stateOf(checkpoint) !== state) throw new Error(`The example of "${state}" is in the state "${stateOf(checkpoint)}".`)
      for (const [event, answer] of answersTo(checkpoint)) {
        const next = stateOf(advance(checkpoint, answer))
        if (!leads[event][state].includes(next)) leads[event][state].push(next)
      }
    }
  }
  return leads
}

/** What each of the code's own words for an event is called in the table: one row, or one for each way it can end. */
export const ROWS: Record<Answer['kind'], readonly Event[]> = {
  planned: ['planned walk', 'planned wait', 'planned rest', 'planned off'],
  page: ['page more', 'page last'],
  stored: ['stored'],
  held: ['held'],
  quarantined: ['quarantined'],
  reread: ['reread'],
  sunk: ['sunk'],
  reshaped: ['reshaped'],
  cursor_invalid: ['cursor_invalid'],
  failed: ['failed'],
}

const EVENTS = Object.values(ROWS).flat()

const walk = (kind: Walk['kind'], more: Partial<Walk> = {}): Walk => ({
  kind,
  after: kind === 'incremental' ? NOW - 3 * HOUR : null,
  nextLow: NOW - 2 * HOUR,
  goneBefore: NOW - 2 * HOUR,
  cursor: 'c',
  startedAt: NOW - HOUR,
  progressedAt: NOW - HOUR,
  firstCommit: 0,
  leftOut: 0,
  withoutId: 0,
  raises: false,
  loops: 0,
  endless: false,
  seen: null,
  unstamped: false,
  completeness: 'complete',
  records: 100,
  live: 500,
  deleted: 0,
  look: { live: 500, deleted: 0 },
  ...more,
})

const never: Checkpoint = { ...EMPTY_CHECKPOINT, fingerprint: 'f' }
const read: Checkpoint = {
  ...never,
  low: NOW - 3 * HOUR,
  walkedAt: NOW - HOUR / 2,
  sweptAt: NOW - DAY,
  seen: 'DONE|DONE||2026-01-05T09:00:00Z',
  ready: true,
  completeness: 'complete',
  status: 'DONE',
}

/** Each state in each form that makes a difference. */
const EXAMPLES: Record<State, Checkpoint[]> = {
  off: [
    { ...never, status: 'DISABLED' },
    { ...read, status: 'DISABLED' },
    { ...never, status: 'DISABLED', walk: walk('initial') },
    { ...read, status: 'DISABLED', walk: walk('sweep') },
  ],
  waiting: [EMPTY_CHECKPOINT, never],
  initial: [
    { ...never, walk: walk('initial') },
    { ...never, walk: walk('initial', { progressedAt: NOW - 2 * DAY }) },
  ],
  idle: [read],
  incremental: [
    { ...read, walk: walk('incremental') },
    { ...read, walk: walk('incremental', { progressedAt: NOW - 2 * DAY }) },
  ],
  sweep: [
    { ...read, walk: walk('sweep') },
    { ...read, walk: walk('sweep', { progressedAt: NOW - 2 * DAY }) },
    { ...read, walk: walk('sweep', { endless: true }), endlessAt: NOW - HOUR },
    { ...read, walk: walk('sweep'), companies: 1, owed: 2 },
  ],
}

const STATES = Object.keys(EXAMPLES) as State[]

function answersTo(checkpoint: Checkpoint): [Event, Answer][] {
  return [
    ...decisions(checkpoint),
    ['page more', { kind: 'page', next: 'd', records: 100, unstamped: 0, withoutId: 0, leftOut: 0, now: NOW }],
    ['page last', { kind: 'page', next: null, records: 7, unstamped: 0, withoutId: 0, leftOut: 0, now: NOW }],
    ['stored', { kind: 'stored', deleted: 1 }],
    ['held', { kind: 'held', confirmed: 0 }],
    ['quarantined', { kind: 'quarantined', refused: [{ id: 'r', modifiedAt: 1, code: 'UNEXPECTED', at: NOW, commit: 0 }], accepted: [] }],
    ['reread', { kind: 'reread', id: 'r', hidden: false, now: NOW }],
    ['sunk', { kind: 'sunk' }],
    ['reshaped', { kind: 'reshaped', shape: 's', until: 9, after: 5, refused: false }],
    ['reshaped', { kind: 'reshaped', shape: 's', until: 9, after: null, refused: false }],
    ['cursor_invalid', { kind: 'cursor_invalid' }],
    ['failed', { kind: 'failed', code: 'UPSTREAM_TIMEOUT', now: NOW }],
  ]
}

function decisions(checkpoint: Checkpoint): [Event, Answer][] {
  return STATUSES.flatMap((status) =>
    CONTEXTS.map((context): [Event, Answer] => {
      const decided = plan(checkpoint, status, context)
      return [`planned ${decided.do}`, { kind: 'planned', plan: decided, status, shape: 's', now: NOW }]
    }),
  )
}

const known = (more: Partial<ModelStatus>): ModelStatus => ({
  model: 'hris.Employee',
  status: 'DONE',
  isInitialSync: false,
  lastSyncResult: 'DONE',
  lastSyncStart: null,
  lastSyncFinished: '2026-01-05T09:00:00Z',
  nextSyncStart: null,
  dataFreshAsOf: null,
  reason: null,
  ...more,
})

/** Every word of Merge for a model, before and after its first sync, and none at all. */
const STATUSES: (ModelStatus | null)[] = [
  null,
  ...['SYNCING', 'DONE', 'FAILED', 'DISABLED', 'PAUSED', 'PARTIALLY_SYNCED'].flatMap((status) => [
    known({ status }),
    known({ status, lastSyncResult: null, lastSyncFinished: null }),
  ]),
]

const CONTEXTS: PlanContext[] = [NOW, NOW + 2 * HOUR, NOW + 8 * DAY].flatMap((now) =>
  [true, false].flatMap((asked) =>
    [true, false].flatMap((modifiedAfter) =>
      [true, false].flatMap((earlyRead) =>
        ['f', 'g'].flatMap((fingerprint) =>
          [0, 1].flatMap((generation) =>
            (['settled', 'busy', 'silent'] as const).map((others) => ({
              ...{ now, ours: now, date: now, others, asked, modifiedAfter, earlyRead, fingerprint, generation, live: 500 },
              ...{ companies: generation, sweepEveryMs: 7 * DAY, idleMs: HOUR },
            })),
          ),
        ),
      ),
    ),
  ),
)

/** As the SDK shows it. */
function stateOf(checkpoint: Checkpoint): State {
  const row = MODEL_TABLE.find(({ model }) => model === 'hris.Employee')!
  const models = { [row.model]: { checkpoint: JSON.stringify(checkpoint), seq: 0, records: 0 } }
  return readProgress({ category: row.category, linkedAccountId: 'la', models } as unknown as Account, [row]).models[row.model]!.state
}
