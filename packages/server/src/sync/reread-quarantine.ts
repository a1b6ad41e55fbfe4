import { ErrorCode, IntegrationError } from '../errors.ts'
import { isResting } from '../merge/circuit-breaker.ts'
import type { ModelRow } from '../merge/model-table.ts'
import type { Account } from '../storage/port.ts'
import { advance } from './advance.ts'
import { type Checkpoint, type Quarantined, readCheckpoint } from './checkpoint.ts'
import type { SyncContext } from './context.ts'
import { keepCheckpoint } from './keep-checkpoint.ts'
import type { Look } from './look.ts'
import { hasPassed } from './moments.ts'
import { storePage, tellDeletions } from './store-page.ts'
import { versionRecords } from './version-records.ts'

const AT_MOST = 10
const FIRST_PAUSE_MS = 5 * 60_000
const LONGEST_PAUSE_MS = 24 * 3_600_000

/**
 * The end of a look: asks Merge by id for records that were left out earlier, ten at most, and stores those that the store takes now,
 * under the same version rule as a page. Each is asked for ever more seldom, from five minutes after it was left out to once a day. One
 * that Merge does not show by its id is left to the walks. `rows`: the models whose walk has ended or that rest; one under way meets the record
 * itself. A failure ends the round, is logged, and fails nothing else. `'fenced'`: somebody else has the account, nothing was written.
 */
export async function rereadQuarantine(context: SyncContext, look: Look, rows: readonly ModelRow[]): Promise<'done' | 'fenced'> {
  // What this look has left out itself is not due: without anything older there is nothing to be read.
  if (findDue(look, look.claim.account, rows).length === 0) return 'done'
  const { id, organizationId } = look.claim.account
  const account = await context.storage.get({ id, organizationId })
  if (account === null) return 'fenced'
  const states = new Map(rows.map((row) => [row, readState(account, row)]))
  for (const { row, record } of findDue(look, account, rows).slice(0, AT_MOST)) {
    if (look.isOver()) break
    if (!(await look.keepLease(context.settings.sink !== undefined))) return 'fenced'
    const outcome = await reread(context, look, row, states.get(row) as Checkpoint, record)
    if (outcome === 'fenced') return outcome
    states.set(row, outcome.state)
    if (outcome.failed) break
  }
  return 'done'
}

/** Whoever waits longest first. */
function findDue(look: Look, account: Account, rows: readonly ModelRow[]): { row: ModelRow; record: Quarantined }[] {
  const now = look.now()
  return rows
    .flatMap((row) => {
      return row.hasId ? readState(account, row).quarantine.map((record) => ({ row, record })) : []
    })
    .filter(({ record }) => record.hidden !== true && hasPassed(since(record), pauseOf(record), now))
    .toSorted((one, other) => since(one.record) - since(other.record))
}

function since(record: Quarantined): number {
  return record.triedAt ?? record.at
}

function pauseOf({ tries = 0 }: Quarantined): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** tries)
}

function readState(account: Account, row: ModelRow): Checkpoint {
  return readCheckpoint(account.models[row.model]?.checkpoint)
}

async function reread(
  context: SyncContext,
  look: Look,
  row: ModelRow,
  before: Checkpoint,
  quarantined: Quarantined,
): Promise<{ state: Checkpoint; failed: boolean } | 'fenced'> {
  const { id } = quarantined
  const seq = look.claim.account.models[row.model]?.seq ?? 0
  const tried = (hidden: boolean) => advance(before, { kind: 'reread', id, hidden, now: look.now() })
  const about = { accountId: look.claim.account.id, organizationId: look.claim.account.organizationId, model: row.model }
  try {
    const found = await context.gateway.getRecord(row, look.token, id, { ...look.caller, lane: 'reread' })
    if (found === null) return await keep(context, look, row, { state: tried(true), failed: false })
    const version = { generation: before.generation, page: before.commits, unstamped: quarantined.modifiedAt }
    const { records, unreadable } = versionRecords([found], version, row, context.settings.omit[row.model] ?? [])
    const stored = await storePage(context, look, row, { records, unreadable, before, after: () => tried(false), seq })
    if (stored === 'fenced') return stored
    if (stored.changed > 0) context.events('sync.page', { ...about, records: 1, changed: stored.changed })
    return await told(context, look, row, stored.checkpoint)
  } catch (error) {
    if (!IntegrationError.isInstance(error) || error.code === ErrorCode.ABORTED || error.code.startsWith('STORE_')) throw error
    // It was not made, so it was no try: this one is still the next.
    if (isResting(error)) return { state: before, failed: true }
    context.logger.warn('A record in quarantine could not be read by its id; it will be tried again', { ...about, code: error.code })
    return keep(context, look, row, { state: tried(false), failed: true })
  }
}

/** What is stored is stored: a sink that cannot hear of it now is owed it, and hears of it before the model's next pass. */
async function told(
  context: SyncContext,
  look: Look,
  row: ModelRow,
  stored: Checkpoint,
): Promise<{ state: Checkpoint; failed: boolean } | 'fenced'> {
  if (stored.unsunk === null) return { state: stored, failed: false }
  try {
    return await keep(context, look, row, { state: await tellDeletions(context, look, row, stored), failed: false })
  } catch (error) {
    if (!IntegrationError.isInstance(error) || error.code !== ErrorCode.SYNC_SINK_FAILED) throw error
    return { state: stored, failed: true }
  }
}

async function keep<Outcome extends { state: Checkpoint }>(
  context: SyncContext,
  look: Look,
  row: ModelRow,
  outcome: Outcome,
): Promise<Outcome | 'fenced'> {
  return (await keepCheckpoint(context, look, row, outcome.state)) === 'fenced' ? 'fenced' : outcome
}
