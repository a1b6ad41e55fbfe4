import { OMITTED } from '../world/options.ts'
import { living } from '../world/happen.ts'
import type { World } from '../world/world.ts'
import type { Problem } from './outcome.ts'
import { compare, type Kept, stampOf } from './verdict.ts'
import { last, type Version } from '../merge/rows.ts'
import type { MergeAccount } from '../merge/server.ts'

/** What differs from Merge's own final state, in the store and in the sink; nothing while there is no account. */
export function differences(world: World): Problem[] {
  const account = living(world.merge)
  const id = world.customer.connected.at(-1) ?? ''
  if (account === undefined || world.customer.disconnected.has(id)) return []
  const { omit, store } = world.workers.deployed
  const textOf = omit ? ({ json }: Version): string => withoutOmitted(json) : ({ json }: Version): string => json
  const inSink = world.history.sink ? compare(account, sinkCopy(world, account, id), textOf) : []
  const inStore = compare(account, world.kept(id), (store ?? world.history.store) === 'versions' ? stampOf : textOf)
  return [...inStore, ...inSink.map(({ kind, what }) => ({ kind, what: `in the sink: ${what}` })), ...leftovers(world, id)]
}

/** Rows, tombstones included, that still have what was to be forgotten. */
function leftovers({ history, monitor, workers }: World, accountId: string): Problem[] {
  const { omit, store } = workers.deployed
  const isForgotten = store === 'versions' ? (data: string) => data === 'null' : omit ? (data: string) => !data.includes(`"${OMITTED}"`) : null
  if (isForgotten === null) return []
  return history.models.flatMap(({ name }) =>
    [...monitor.copy(accountId, name)].flatMap(([id, { op, data }]): Problem[] => {
      return isForgotten(data) ? [] : [{ kind: 'left-behind', what: `${name} ${id} (${op}) still has what was to be forgotten: ${data}` }]
    }),
  )
}

/**
 * The sink's copy, without the one thing that is not promised of it (docs/spec/sync.md): the last word about a record that was written to it right
 * before a crash, and was gone without a mark before its page could be read again. The store has never had that version.
 */
function sinkCopy({ sink, monitor, counts }: World, account: MergeAccount, accountId: string): Kept {
  const gone = new Set(account.models.flatMap(({ settings, table }) => table.rows.flatMap((row) => (last(row).gone ? [`${settings.name} ${row.id}`] : []))))
  return (model, id) => {
    const kept = sink.kept(accountId, model, id)
    if (typeof kept !== 'string' || !gone.has(`${model} ${id}`)) return kept
    const stored = monitor.newest(accountId, model, id)
    if (stored !== undefined && new Date(stored / 1000).toISOString() >= (sink.age(accountId, model, id) ?? '')) return kept
    counts.unpromised++
    return undefined
  }
}

function withoutOmitted(json: string): string {
  const { [OMITTED]: _, ...record } = JSON.parse(json) as Record<string, unknown>
  return JSON.stringify(record)
}
