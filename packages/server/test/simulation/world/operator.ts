import type { Timeline } from '../engine/timeline.ts'
import { MINUTE } from '../history/history.ts'
import type { MergeModel } from '../merge/model.ts'
import { last } from '../merge/rows.ts'
import type { Happened } from '../trial/happened.ts'
import type { Customer } from './customer.ts'

/** Whoever is told of a mass deletion that was held back, makes sure that it was, and confirms it. */
export interface Operator {
  expect(massacre: Massacre): void
  /** Where more was deleted than may be without a word of hers. */
  breaks(): string[]
}

export interface Massacre {
  model: MergeModel
  /** Ids of the rows that went at once. */
  victims: readonly string[]
}

/** Lets so many rows go in one go. */
export function massacre(model: MergeModel, rows: number, how: 'delete' | 'vanish'): Massacre {
  const before = living(model)
  for (let row = 0; row < rows; row++) model.write(how, 0, 0)
  const after = living(model)
  return { model, victims: [...before].filter((id) => !after.has(id)) }
}

export interface OperatorOptions {
  timeline: Timeline
  customer: Customer
  /** `sync.massDeletion`; `false`: nothing is ever held. */
  limit: number | false
  /** Whether a row is stored, and lives as far as the store knows. */
  isLive: (model: string, id: string) => boolean
  /** Whether it is known to be deleted, in the store or in the sink. */
  isDeleted: (model: string, id: string) => boolean
  note: (what: Happened) => void
}

const LOOKS_EVERY = 10 * MINUTE
/**
 * What may go without a word: 50 records in each walk, and a walk is begun anew after a relink, a refused cursor and the like. More than
 * three in the few minutes that matter are as good as no guard.
 */
const UNASKED = 3 * 50

export function createOperator({ timeline, customer, limit, isLive, isDeleted, note }: OperatorOptions): Operator {
  const expected: (Massacre & { accountId: string | undefined; asked: boolean; confirmed: boolean; tooMany: boolean })[] = []

  const goneUnasked = ({ model, victims }: Massacre): number => victims.filter((id) => isDeleted(model.settings.name, id)).length

  async function look(): Promise<void> {
    for (const one of expected) {
      if (one.accountId !== customer.connected.at(-1)) continue
      const name = one.model.settings.name
      const done = await customer.attempt(async (account) => {
        if (account.info.sync.models[name]?.problem !== 'SYNC_MASS_DELETION') return false
        // From here on it may go through, whether or not the answer is heard.
        one.asked = true
        await account.confirmDeletions(name as Parameters<typeof account.confirmDeletions>[0])
        return true
      })
      if (done !== true) continue
      // The word of a worker whose clock is behind may not count: then it is held on, and she says it again.
      if (!one.confirmed) note('mass deletion held and confirmed')
      one.confirmed = true
    }
  }

  async function watch(): Promise<never> {
    for (;;) {
      await timeline.wait(LOOKS_EVERY)
      for (const one of expected) if (limit !== false && !one.asked && goneUnasked(one) > UNASKED) one.tooMany = true
      await look()
    }
  }

  return {
    expect({ model, victims }) {
      if (expected.length === 0) void watch()
      // What was never seen alive is no loss.
      const seen = victims.filter((id) => isLive(model.settings.name, id))
      expected.push({ model, victims: seen, accountId: customer.connected.at(-1), asked: false, confirmed: false, tooMany: false })
    },
    breaks: () =>
      expected
        .filter((one) => limit !== false && one.tooMany)
        .map(({ model, victims }) => `${model.settings.name}: a mass deletion of ${victims.length} records went through unasked`),
  }
}

function living({ table }: MergeModel): Set<string> {
  return new Set(table.rows.filter((row) => !last(row).gone && !last(row).deleted).map(({ id }) => id))
}
