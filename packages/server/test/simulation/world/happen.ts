import type { Timeline } from '../engine/timeline.ts'
import type { Event } from '../history/history.ts'
import type { MergeModel } from '../merge/model.ts'
import type { FakeMerge, MergeAccount } from '../merge/server.ts'
import type { Chaos } from './chaos.ts'
import type { Customer } from './customer.ts'
import type { Network } from './network.ts'
import type { Workers } from './workers.ts'

export interface Stage {
  timeline: Timeline
  merge: FakeMerge
  network: Network
  chaos: Chaos
  workers: Workers
  customer: Customer
}

/** Lets one event of a history happen now. */
export function happen(stage: Stage, event: Event): void {
  const { timeline, merge, network, chaos, workers, customer } = stage
  const account = living(merge)
  const until = (length: number, undo: () => void) => timeline.at(timeline.now() + length, undo)
  switch (event.do) {
    case 'sync':
      return modelOf(account, event.model)?.run(event.run)
    case 'write':
      // Nobody writes before the first sync has begun.
      if ((modelOf(account, event.model)?.table.rows.length ?? 0) > 0 || event.kind !== 'create')
        modelOf(account, event.model)?.write(event.kind, event.target, event.delay)
      return
    case 'off': {
      const model = modelOf(account, event.model)
      model?.setOff(event.status)
      return void until(event.length, () => model?.setOff(null))
    }
    case 'webhook':
      return customer.hint()
    case 'broken':
      if (account === undefined) return
      account.status = 'RELINK_NEEDED'
      return void until(event.length, () => {
        account.status = 'COMPLETE'
      })
    case 'relink':
      return void customer.relink()
    case 'delete':
      return void customer.disconnect().then(() => (event.reconnect ? customer.connect() : undefined))
    case 'lag':
      merge.lag = event.milliseconds
      return void until(event.length, () => {
        merge.lag = 0
      })
    case 'crowd':
      merge.limits.setRate(event.perMinute)
      return void until(event.length, () => merge.limits.setRate(Number.POSITIVE_INFINITY))
    case 'fault':
      return network.arm({ kind: event.fault, argument: event.argument })
    case 'crash':
      return chaos.arm(event.worker, event.point, event.when, { do: 'crash' })
    case 'pause':
      return chaos.arm(event.worker, event.point, event.when, { do: 'pause', length: event.length })
    case 'store-failure':
      return chaos.arm(event.worker, event.point, event.when, { do: 'fail' })
    case 'stop':
      return workers.stop(event.worker)
    case 'clock':
      return workers.setSkew(event.worker, event.skew)
  }
}

/** Nothing goes wrong any more, and what was switched off is on again. */
export function calm({ merge, network, chaos }: Stage): void {
  network.calm()
  chaos.clear()
  merge.lag = 0
  merge.limits.setRate(Number.POSITIVE_INFINITY)
  const account = living(merge)
  if (account === undefined) return
  account.status = 'COMPLETE'
  for (const model of account.models) {
    model.setOff(null)
    if (!model.isFinished) model.run({ queued: 0, length: 120_000, result: 'DONE', commits: [], writes: [] })
  }
}

export function living(merge: FakeMerge): MergeAccount | undefined {
  return merge.accounts.findLast((account) => !account.deleted)
}

function modelOf(account: MergeAccount | undefined, index: number): MergeModel | undefined {
  return account?.models[index]
}
