import type { Imagined } from '../history/history.ts'
import type { MergeModel } from '../merge/model.ts'
import { last } from '../merge/rows.ts'
import { living, modelOf, type Stage } from './happen.ts'
import { NEW_SECRET, OLD_SECRET } from './options.ts'

/** Lets one event happen now, of those that years of operation bring. */
export function imagined(stage: Stage, event: Imagined): void {
  const { timeline, merge, network, workers, customer, company, mail, refused } = stage
  const account = living(merge)
  const after = (length: number, then: () => void): void => void timeline.at(timeline.now() + length, then)
  switch (event.do) {
    case 'step':
      step(stage, event)
      break
    case 'sink-failure':
      stage.sink.fail(event.when, event.times)
      break
    case 'sink-outage':
      stage.sink.fail(event.when, Number.POSITIVE_INFINITY)
      after(event.length, () => stage.sink.fail('before', 0))
      break
    case 'mark-and-vanish':
      markAndVanish(stage, modelOf(account, event.model), event)
      break
    case 'deploy':
      void workers
        .deploy({ ...(event.omit ? { omit: true } : {}), ...(event.store ? { store: event.store } : {}) }, event.between)
        .then(() => {
          stage.happened(event.omit ? 'field omitted in mid-life' : 'versions in place of records in mid-life')
        })
      break
    case 'other-company':
      void customer.changeCompany((moved) => company.move(moved, event.rows, event.later))
      break
    case 'outage':
      network.setDown(true)
      stage.happened('outage of Merge')
      after(event.length, () => network.setDown(false))
      break
    case 'refused-record': {
      const rows = modelOf(account, event.model)?.table.rows ?? []
      const id = rows[event.target % rows.length]?.id
      if (id === undefined) break
      refused.refuse(id)
      after(event.length, () => refused.take(id))
      break
    }
    case 'rotate':
      void rotate(stage, event.between)
      break
    case 'rename':
      void customer.rename()
      break
    case 'sync-now':
      void customer.syncNow()
      break
    case 'click':
      void customer.click()
      break
    case 'odd-webhook':
      mail?.odd(event.kind)
      break
    case 'linked-webhook': {
      // Also of an account that is gone: late, or again.
      const named = account ?? merge.accounts.at(-1)
      if (named === undefined || mail === null) break
      if (event.token === 'foreign') stage.happened('token of a webhook refused')
      void mail.linked(named, { relink: event.relink, ...(event.token === 'own' ? {} : { token: `token_of_nobody_${timeline.now()}` }) })
    }
  }
}

function step({ workers, stepStore, happened }: Stage, { clock, by }: Extract<Imagined, { do: 'step' }>): void {
  const way = by < 0 ? 'back' : 'forward'
  if (clock === 'store') {
    stepStore(by)
    // Somebody who waits for a moment of the old time would wait for it in vain.
    workers.ring()
  } else workers.step(clock, by)
  happened(clock === 'store' ? `clock of the store set ${way}` : `clock of a worker set ${way}`)
}

function markAndVanish({ timeline, happened }: Stage, model: MergeModel | undefined, event: { target: number; later: number }): void {
  const fitting = model?.table.rows.filter((row) => !last(row).gone && !last(row).deleted && last(row).visibleAt <= timeline.now()) ?? []
  const row = fitting[event.target % fitting.length]
  if (model === undefined || row === undefined) return
  const now = (): { now: number; visibleAt: number; stamp: number } => {
    return { now: timeline.now(), visibleAt: timeline.now(), stamp: timeline.now() * 1000 }
  }
  model.table.writeRow('delete', row, now())
  timeline.at(timeline.now() + event.later, () => {
    if (!last(row).gone) model.table.writeRow('vanish', row, now())
    happened('deletion marked, and the record gone before it was read again')
  })
}

/** As the guide has it: every process knows the new key before one seals with it, and the old one goes when nothing needs it any more. */
async function rotate({ workers, customer, happened }: Stage, between: number): Promise<void> {
  await workers.deploy({ secrets: [OLD_SECRET, NEW_SECRET] }, between)
  await workers.deploy({ secrets: [NEW_SECRET, OLD_SECRET] }, between)
  await customer.rotate()
  await workers.deploy({ secrets: [NEW_SECRET] }, between)
  happened('secrets rotated')
}
