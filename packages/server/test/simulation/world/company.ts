import type { AccountHandle, LinkedAccount } from '../../../src/index.ts'
import type { Change } from '../../../src/storage/port.ts'
import type { Timeline } from '../engine/timeline.ts'
import { MINUTE } from '../history/history.ts'
import { last, type Row, visible } from '../merge/rows.ts'
import type { MergeAccount } from '../merge/server.ts'
import type { Happened } from '../trial/happened.ts'
import type { Customer } from './customer.ts'

/** Sees to it that nothing of another company is written, and nothing of the old one deleted, before somebody has said that this is right. */
export interface CompanyWatch {
  /** From now on the account is another company's: `rows` of its records show up `later` milliseconds from now. */
  move(account: MergeAccount, rows: number, later: number): void
  /** To be told of every `account.other_company`. */
  onTold(accountId: string): void
  /** To be told of every row that is written. */
  onChange(accountId: string, model: string, change: Change): void
  breaks(): string[]
}

export interface CompanyOptions {
  timeline: Timeline
  customer: Customer
  /** Whether account-details tell one company from another. */
  instances: boolean
  /** Ids of the records that are stored and live. */
  stored: (accountId: string, model: string) => readonly string[]
  living: () => MergeAccount | undefined
  note: (what: Happened) => void
  /** No replica is behind any more. */
  hush: () => void
}

const LOOKS_EVERY = 7 * MINUTE
const A_WHILE = 30 * MINUTE
/** Somebody who is told sleeps on it. */
const ASKED_AFTER = 2

interface Move {
  accountId: string
  /** Of the old company, by model: those that lived when it went. */
  old: Map<string, Set<string>>
  /** Of all that was there, by model: whatever else comes is the new company's. */
  known: Map<string, Set<string>>
  told: boolean
  confirmed: boolean
}

export function createCompanyWatch({ timeline, customer, instances, stored, living, note, hush }: CompanyOptions): CompanyWatch {
  const moves: Move[] = []
  const broken = new Set<string>()
  let sightings = 0
  let watching = false

  const open = (accountId: string): Move | undefined => moves.find((move) => move.accountId === accountId && !move.confirmed)

  /** A record that lives in the store and at Merge, now and for a while: this is the company that it was. */
  function isKnownCompany(accountId: string): boolean {
    const models = living()?.models ?? []
    const lives = (row: Row, at: number): boolean => {
      const version = visible(row, at)
      return version !== undefined && !version.gone && !version.deleted
    }
    return models.some(({ settings, table }) => {
      const shown = table.rows.filter((row) => lives(row, timeline.now()) && lives(row, timeline.now() - A_WHILE))
      const ids = new Set(shown.map(({ id }) => id))
      return stored(accountId, settings.name).some((id) => ids.has(id))
    })
  }

  async function look(): Promise<void> {
    const accountId = customer.connected.at(-1) ?? ''
    const move = open(accountId)
    const told = await customer.attempt(async (account) => tellsOfOtherCompany(account.info))
    if (told !== true) {
      sightings = 0
      return
    }
    // The event may be lost with its process; what the account says is not.
    if (move !== undefined) move.told = true
    if (++sightings < ASKED_AFTER) return
    // From here on it may go through, whether or not the answer is heard.
    const isFirst = move?.confirmed === false
    if (move !== undefined) move.confirmed = true
    const done = await customer.attempt((account) => confirmCompany(account))
    if (done === true && isFirst) note('company confirmed')
  }

  async function watch(): Promise<never> {
    for (;;) {
      await timeline.wait(LOOKS_EVERY)
      await look()
    }
  }

  /** Nobody looks before there is a reason. */
  function begin(): void {
    if (!watching) void watch()
    watching = true
  }

  return {
    move(account, rows, later) {
      const accountId = customer.connected.at(-1) ?? ''
      if (account.company > 0) return
      begin()
      // Of which nothing is stored is no other company than the one that comes.
      const isKnown = account.models.some(({ settings }) => stored(accountId, settings.name).length > 0)
      const ids = (alive: boolean) =>
        new Map(
          account.models.map(({ settings, table }) => {
            const fitting = table.rows.filter((row) => !alive || !(last(row).gone || last(row).deleted))
            return [settings.name, new Set(fitting.map(({ id }) => id))]
          }),
        )
      if (isKnown) {
        moves.push({ accountId, old: ids(true), known: ids(false), told: false, confirmed: false })
        note(instances ? 'other company, by its instance' : 'other company, by its records alone')
      }
      account.company++
      const now = timeline.now()
      hush()
      for (const model of account.models) {
        model.table.clear(now)
        // Merge syncs whatever was signed in to; a replica may still show the company of before.
        model.run({ queued: later, length: MINUTE, result: 'DONE', commits: [], writes: [] })
      }
      timeline.at(now + later, () => {
        for (const model of account.models) for (let row = 0; row < rows; row++) model.write('create', 0, 0)
      })
    },
    onTold(accountId) {
      begin()
      const move = moves.find((one) => one.accountId === accountId)
      // Told by a process that stood still, it may come when all is confirmed.
      if (move !== undefined) move.told = true
      else if (isKnownCompany(accountId)) broken.add('the same company was taken for another one')
    },
    onChange(accountId, model, { id, op }) {
      const move = open(accountId)
      if (move === undefined) return
      if (op === 'upsert' && !move.known.get(model)?.has(id)) broken.add(`${model} of another company was written before it was confirmed`)
      if (op === 'delete' && move.old.get(model)?.has(id)) broken.add(`${model} was deleted for another company before it was confirmed`)
    },
    breaks: () => [
      ...broken,
      ...moves
        .filter(({ told, accountId }) => !told && !customer.disconnected.has(accountId))
        .map(() => 'another company was never told of'),
    ],
  }
}

/** Code of the account's problem while it waits for `confirmCompany()`. */
function tellsOfOtherCompany({ sync }: LinkedAccount): boolean {
  return JSON.stringify(sync).includes('OTHER_COMPANY')
}

async function confirmCompany(account: AccountHandle): Promise<boolean> {
  const { confirmCompany } = account as AccountHandle & { confirmCompany?: () => Promise<unknown> }
  await confirmCompany?.call(account)
  return confirmCompany !== undefined
}
