import type { Timeline } from '../engine/timeline.ts'
import type { Event } from '../history/history.ts'
import type { MergeModel, SyncRun } from '../merge/model.ts'
import type { FakeMerge, MergeAccount } from '../merge/server.ts'
import type { Happened } from '../trial/happened.ts'
import type { Chaos } from './chaos.ts'
import type { CompanyWatch } from './company.ts'
import type { Customer } from './customer.ts'
import { imagined } from './imagined.ts'
import type { Mail } from './mail.ts'
import type { Network } from './network.ts'
import { massacre, type Operator } from './operator.ts'
import type { RefusedRecords } from './refused-records.ts'
import type { SinkCopy } from './sink-copy.ts'
import type { Workers } from './workers.ts'

export interface Stage {
  timeline: Timeline
  merge: FakeMerge
  network: Network
  chaos: Chaos
  workers: Workers
  customer: Customer
  operator: Operator
  company: CompanyWatch
  /** `null`: nobody sends webhooks, and hints are asked for. */
  mail: Mail | null
  sink: SinkCopy
  refused: RefusedRecords
  /** Sets the store's clock. */
  stepStore: (milliseconds: number) => void
  happened: (what: Happened) => void
  /** What the next sync out of turn does. */
  resyncs: SyncRun[]
}

/** Replicas are behind by less; nobody rebuilds from a backup that is still being played in. */
const REBUILD_AFTER = 60_000

/** Lets one event of a history happen now. */
export function happen(stage: Stage, event: Event): void {
  const { timeline, merge, network, chaos, workers, customer, operator } = stage
  const account = living(merge)
  const until = (length: number, undo: () => void): void => void timeline.at(timeline.now() + length, undo)
  switch (event.do) {
    case 'sync':
      modelOf(account, event.model)?.run(event.run)
      break
    case 'write': {
      const model = modelOf(account, event.model)
      // Nobody writes before the first sync has begun.
      if (model && model.table.rows.length > 0) model.write(event.kind, event.target, event.delay)
      break
    }
    case 'off': {
      const model = modelOf(account, event.model)
      model?.setOff(event.status)
      until(event.length, () => model?.setOff(null))
      break
    }
    case 'webhook':
      if (stage.mail === null) customer.hint()
      else if (account !== undefined) stage.mail.changed(account)
      break
    case 'broken':
      if (account === undefined) break
      account.status = 'RELINK_NEEDED'
      until(event.length, () => {
        account.status = 'COMPLETE'
      })
      break
    case 'relink':
      void customer.relink()
      break
    case 'delete':
      void customer.disconnect().then(() => (event.reconnect ? customer.connect() : undefined))
      break
    case 'rebuild': {
      const wanted = event.model === null ? (account?.models ?? []) : [modelOf(account, event.model)]
      for (const model of wanted) for (let row = 0; row < event.rewinds; row++) model?.write('rewind', row * 7, 0)
      const name = event.model === null ? undefined : modelOf(account, event.model)?.settings.name
      until(REBUILD_AFTER, () => void customer.rebuild(name))
      break
    }
    case 'mass-deletion': {
      const model = modelOf(account, event.model)
      if (account === undefined || model === undefined || model.table.rows.length === 0) break
      for (let row = 0; row < event.rows; row++) model.write('create', 0, 0)
      until(event.later, () => {
        if (!account.deleted) operator.expect(massacre(model, event.rows, event.how))
      })
      break
    }
    case 'resync':
      // Whenever Merge is told.
      stage.resyncs.push(event.run)
      void customer.resync()
      break
    case 'lag':
      // Two full syncs within a second of a relink may both meet a replica from which the company of before has gone already, after one on which it has not.
      if (account !== undefined && account.company > 0) break
      merge.lag = event.milliseconds
      until(event.length, () => {
        merge.lag = 0
      })
      break
    case 'crowd':
      merge.limits.setRate(event.perMinute)
      until(event.length, () => merge.limits.setRate(Number.POSITIVE_INFINITY))
      break
    case 'fault':
      network.arm({ kind: event.fault, argument: event.argument })
      break
    case 'crash':
      chaos.arm(event.worker, event.point, event.when, { do: 'crash' })
      break
    case 'pause':
      chaos.arm(event.worker, event.point, event.when, { do: 'pause', length: event.length })
      break
    case 'store-failure':
      chaos.arm(event.worker, event.point, event.when, { do: 'fail' })
      break
    case 'stop':
      workers.stop(event.worker)
      break
    case 'clock':
      workers.setSkew(event.worker, event.skew)
      break
    default:
      imagined(stage, event)
  }
}

/** Nothing goes wrong any more, and what was switched off is on again. */
export function calm({ merge, network, chaos, sink, refused }: Stage): void {
  network.calm()
  chaos.clear()
  sink.fail('before', 0)
  refused.calm()
  merge.lag = 0
  merge.limits.setRate(Number.POSITIVE_INFINITY)
  const account = living(merge)
  if (account === undefined) return
  account.status = 'COMPLETE'
  for (const model of account.models) {
    model.setOff(null)
    // Without its clock, the start of Merge's last sync is what tells how old a record is.
    if (!model.isFinished || !merge.dialect.dated) model.run({ queued: 0, length: 120_000, result: 'DONE', commits: [], writes: [] })
  }
}

export function living(merge: FakeMerge): MergeAccount | undefined {
  return merge.accounts.findLast((account) => !account.deleted)
}

export function modelOf(account: MergeAccount | undefined, index: number): MergeModel | undefined {
  return account?.models[index]
}
