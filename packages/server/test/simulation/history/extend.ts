import { createRandom } from '../engine/random.ts'
import { type Event, type History, HOUR, MINUTE } from './history.ts'

/** More than the guard leaves alone in three walks, each of which may delete 50. */
const MASSACRE = 200

/**
 * What operators do on top of a history: rebuilds, mass deletions and their confirmation, holds, resyncs, a store of versions, and the
 * questions at the end. Decided by numbers of its own, so that the rest of the history does not depend on it.
 */
export function extend(history: History): History {
  const random = createRandom(history.seed ^ 0x0be4a705)
  const { family, hours } = history
  const sometime = (from = 0): number => Math.floor((from + (1 - from) * random.next()) * hours * HOUR)
  const events: Event[] = []
  const model = (): number => random.int(0, history.models.length - 1)

  for (let times = random.pick([0, 0, 0, 0, 0, 1, 2]); times > 0; times--)
    events.push({ at: sometime(0.2), do: 'rebuild', model: random.chance(0.3) ? null : model(), rewinds: random.int(0, 4) })
  for (let times = random.chance(0.1) ? random.int(1, 2) : 0; times > 0; times--) {
    const writes = Array.from({ length: random.int(0, 4) }, (_, index) => ({
      at: index / 4,
      kind: 'update' as const,
      target: random.int(0, 999),
    }))
    events.push({ at: sometime(0.1), do: 'resync', run: { queued: 5_000, length: 3 * MINUTE, result: 'DONE', commits: [], writes } })
  }
  const massacre = random.chance(0.04) ? model() : null
  if (massacre !== null) {
    const how = family === 'sweep' && random.chance(0.4) ? 'vanish' : 'delete'
    const at = Math.floor((0.1 + 0.6 * random.next()) * hours * HOUR)
    const later = Math.min(random.int(10, 180) * MINUTE, hours * HOUR - at)
    events.push({ at, do: 'mass-deletion', model: massacre, rows: MASSACRE, later, how })
  }
  return {
    ...history,
    store: history.sink && random.chance(0.5) ? 'versions' : 'records',
    massDeletion: massacre === null || random.chance(0.9) ? random.pick([0.05, 0.1, 0.2]) : false,
    hold: random.chance(0.08) ? random.int(1, 120) * MINUTE : null,
    examined: random.chance(0.1),
    // Pages of a few rows would make a few hundred of them the whole history.
    models: history.models.map((each, index) => (index === massacre ? { ...each, pageSize: 40 } : each)),
    events: [...history.events, ...events].sort((one, other) => one.at - other.at),
  }
}
