import { createRandom } from '../../engine/random.ts'
import { type Event, type History, HOUR, MINUTE } from '../history.ts'
import { adding } from './adding.ts'
import { fitting } from './clocks.ts'

/** Other wordings of the same answers, a Merge that is slow or down, and looks as often as Merge's own syncs suggest. */
export function withDialect(history: History): History {
  const random = createRandom(history.seed ^ 0xd1a1)
  const sometime = (): number => Math.floor(random.next() * history.hours * HOUR)
  const other = random.chance(0.25)
  const dialect: History['dialect'] = {
    lastPage: other ? random.pick(['null', 'absent', 'empty']) : 'null',
    dated: !other || random.chance(0.7),
    timed: !other || random.chance(0.6),
    atFirst: other && random.chance(0.4) ? { has: random.pick(['nothing', 'others']), length: random.int(1, 10) * MINUTE } : null,
    oddRows: other && random.chance(0.4),
    announces: random.chance(0.2),
    instances: random.chance(0.5),
  }
  const ownCadence = random.chance(0.08)
  const sync = ownCadence ? { ...history.sync, lookEvery: HOUR } : history.sync
  const events: Event[] = []
  if (history.family === 'sweep' && random.chance(0.1))
    events.push({ at: sometime(), do: 'fault', fault: 'missing-next', argument: random.next() })
  if (random.chance(0.06)) events.push({ at: sometime(), do: 'outage', length: random.int(2, 180) * MINUTE })
  return fitting(adding({ ...history, dialect, ownCadence, sync }, ...events))
}

/** The customer signs in again, to another company. What was there is found out to be gone by sweeps alone. */
export function withCompanies(history: History): History {
  const random = createRandom(history.seed ^ 0xc09a)
  const { family, hours, events } = history
  if (family === 'plain' || !random.chance(0.2)) return history
  // Who empties a table while another company moves in is not told apart from it.
  if (events.some((event) => event.do === 'mass-deletion' || event.do === 'delete')) return history
  const at = Math.floor((0.1 + 0.6 * random.next()) * hours * HOUR)
  return adding(history, { at, do: 'other-company', rows: random.int(1, 12), later: random.int(2, 10) * MINUTE })
}
