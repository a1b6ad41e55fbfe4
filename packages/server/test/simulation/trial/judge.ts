import { last, type Version } from '../merge/rows.ts'
import type { MergeAccount } from '../merge/server.ts'
import { living } from '../world/happen.ts'
import { OMITTED } from '../world/options.ts'
import type { World } from '../world/world.ts'
import type { Problem } from './outcome.ts'
import { compare, type Kept, stampOf } from './verdict.ts'

/** What differs from Merge's own final state, in the store and in the sink; nothing while there is no account. */
export function differences(world: World): Problem[] {
  const account = living(world.merge)
  const id = world.customer.connected.at(-1) ?? ''
  if (account === undefined || world.customer.disconnected.has(id)) return []
  // Of an account of which nothing can be read it is asked alone whether that is told.
  if (world.history.cron?.inVain) return []
  const { omit, store } = world.workers.deployed
  const textOf = omit ? ({ json }: Version): string => withoutOmitted(json) : ({ json }: Version): string => json
  const inSink = world.history.sink ? compare(account, sinkCopy(world, account, id), textOf) : []
  const inStore = compare(account, world.kept(id), (store ?? world.history.store) === 'versions' ? stampOf : textOf)
  return [...inStore, ...inSink.map(({ kind, what }) => ({ kind, what: `in the sink: ${what}` })), ...leftovers(world, id)]
}

/** Rows, tombstones included, that still have what was to be forgotten. */
function leftovers({ history, monitor, workers, refused }: World, accountId: string): Problem[] {
  const { omit, store } = workers.deployed
  const isForgotten =
    store === 'versions' ? (data: string) => data === 'null' : omit ? (data: string) => !data.includes(`"${OMITTED}"`) : null
  if (isForgotten === null) return []
  return history.models.flatMap(({ name }) =>
    [...monitor.copy(accountId, name)].flatMap(([id, { op, data }]): Problem[] => {
      // What the store refuses to write again stays as it is, and is told in the log.
      return isForgotten(data) || (op === 'delete' && refused.wasRefused(id))
        ? []
        : [{ kind: 'left-behind', what: `${name} ${id} (${op}) still has what was to be forgotten: ${data}` }]
    }),
  )
}

/**
 * The sink's copy, without what cannot be promised of it. The last word about a record that was written to it right before a crash, and was gone
 * without a mark before its page could be read again (docs/spec/sync.md): the store has never had that version. And what a worker wrote that stood
 * still, lost its lease and went on: a sink has no fence, and of two writings with one stamp it cannot tell which is older.
 */
function sinkCopy({ sink, monitor, counts }: World, account: MergeAccount, accountId: string): Kept {
  const truths = new Map(
    account.models.flatMap(({ settings, table }) => table.rows.map((row) => [`${settings.name} ${row.id}`, last(row)] as const)),
  )
  const isExcused = (model: string, id: string): boolean => {
    const { gone, deleted } = truths.get(`${model} ${id}`) ?? { gone: false, deleted: false }
    if ((gone || deleted) && sink.isLate(accountId, model, id)) return true
    const stored = monitor.newest(accountId, model, id)
    return gone && (stored === undefined || new Date(stored / 1000).toISOString() < (sink.age(accountId, model, id) ?? ''))
  }
  return (model, id) => {
    const kept = sink.kept(accountId, model, id)
    if (typeof kept !== 'string' || !isExcused(model, id)) return kept
    counts.unpromised++
    return undefined
  }
}

function withoutOmitted(json: string): string {
  const { [OMITTED]: _, ...record } = JSON.parse(json) as Record<string, unknown>
  return JSON.stringify(record)
}
