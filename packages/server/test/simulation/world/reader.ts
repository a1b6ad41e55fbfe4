import type { AccountHandle } from '../../../src/index.ts'
import type { Timeline } from '../engine/timeline.ts'
import type { History, ReaderSettings } from '../history/history.ts'
import type { Happened } from '../trial/happened.ts'
import type { Customer } from './customer.ts'

/** An application that pages through `account.changesPage()` in small pages and keeps what it reads, whatever is written meanwhile. */
export interface Reader {
  /** Goes on from where it is to the end of the feed, and says what it then has of a model. */
  finish(account: AccountHandle, model: string): Promise<ReadonlyMap<string, Read>>
  /** A page that no feed may give. */
  readonly breaks: readonly string[]
}

export interface Read {
  seq: number
  op: 'upsert' | 'delete'
  data: string
}

interface Place {
  after: number
  rows: Map<string, Read>
}

type Changes = Pick<AccountHandle, 'changesPage' | 'info'>

export interface ReaderOptions {
  timeline: Timeline
  customer: Customer
  models: History['models']
  settings: ReaderSettings
  /** How often anything was written so far. */
  written: () => number
  note: (what: Happened) => void
}

export function createReader({ timeline, customer, models, settings, written, note }: ReaderOptions): Reader {
  const places = new Map<string, Place>()
  const breaks: string[] = []

  /** One page; false: it was the last one. */
  async function readPage(account: Changes, model: string): Promise<boolean> {
    const key = `${account.info.id} ${model}`
    const place = places.get(key) ?? { after: 0, rows: new Map() }
    places.set(key, place)
    const { after } = place
    const page = await account.changesPage<unknown>(model, { after, limit: settings.limit })
    if (place.after !== after) return true
    for (const { seq, id, op, data } of page.changes) {
      if (seq <= place.after) breaks.push(`${model}: after ${place.after} the feed goes on with ${seq}`)
      place.after = seq
      place.rows.set(id, { seq, op, data: JSON.stringify(data) })
    }
    if (page.next !== null) place.after = Math.max(place.after, page.next)
    return page.next !== null
  }

  async function visit(model: string): Promise<void> {
    for (let more: boolean | null = true; more === true; ) {
      const before = written()
      more = await customer.attempt((account) => readPage(account, model))
      if (more !== true) return
      await timeline.wait(settings.pause)
      if (written() > before) note('feed written between two pages of a reader')
    }
  }

  async function watch(): Promise<never> {
    for (;;) {
      await timeline.wait(settings.every)
      for (const { name } of models) await visit(name)
    }
  }

  void watch()
  return {
    async finish(account, model) {
      while (await readPage(account, model)) {}
      return places.get(`${account.info.id} ${model}`)?.rows ?? new Map()
    },
    breaks,
  }
}
