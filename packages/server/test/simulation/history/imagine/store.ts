import { createRandom } from '../../engine/random.ts'
import { type Event, type History, HOUR, MINUTE } from '../history.ts'
import { adding } from './adding.ts'

/** Somebody who pages through the change feed in small pages while it is written. */
export function withReader(history: History): History {
  const random = createRandom(history.seed ^ 0x4ead)
  if (!random.chance(0.3)) return history
  const reader = { every: random.int(1, 30) * MINUTE, pause: random.int(100, 20_000), limit: random.int(1, 6) }
  return { ...history, reader }
}

/** Sinks that fail for hours or once, before or after they have done their work, with crashes between; and deletions that go before they are told. */
export function withSinks(history: History): History {
  const random = createRandom(history.seed ^ 0x51a4)
  const { family, hours, models } = history
  const sink = history.sink || (family === 'sweep' && random.chance(0.25))
  if (!sink) return history
  const sometime = (): number => Math.floor(random.next() * hours * HOUR)
  const events: Event[] = []
  for (let times = random.int(0, 2); times > 0; times--)
    events.push({ at: sometime(), do: 'sink-failure', when: random.pick(['before', 'after']), times: random.int(1, 6) })
  if (random.chance(0.4))
    events.push({
      at: sometime(),
      do: 'sink-outage',
      when: random.pick(['before', 'before', 'after']),
      length: random.int(10, 300) * MINUTE,
    })
  for (let crashes = random.int(0, 2); crashes > 0; crashes--)
    events.push({ at: sometime(), do: 'crash', worker: random.int(0, 1), point: 'sink', when: random.pick(['before', 'after']) })
  // Without a sweep nobody finds out what has vanished.
  for (let marks = family === 'sweep' ? random.int(0, 3) : 0; marks > 0; marks--) {
    const [at, model] = [sometime(), random.int(0, models.length - 1)]
    events.push({
      at,
      do: 'mark-and-vanish',
      model,
      target: random.int(0, 999),
      later: Math.min(random.int(1, 60) * MINUTE, hours * HOUR - at),
    })
    if (random.chance(0.5)) events.push({ at, do: 'webhook' })
    // The row goes while its deletion is being told.
    if (random.chance(0.5))
      events.push({ at, do: 'sink-outage', when: random.pick(['before', 'after']), length: random.int(10, 120) * MINUTE })
  }
  return adding({ ...history, sink, store: sink && !history.sink && random.chance(0.3) ? 'versions' : history.store }, ...events)
}

/** A store without transactions, with crashes between a page's records and its checkpoint. */
export function withOrder(history: History): History {
  const random = createRandom(history.seed ^ 0x04de4)
  if (!random.chance(0.12)) return history
  const crashes = [0, 1].map((worker): Event => {
    return { at: Math.floor(random.next() * history.hours * HOUR), do: 'crash', worker, point: 'commit-half', when: 'before' }
  })
  return adding({ ...history, profile: 'ordered' }, ...crashes)
}

/** New options in mid-life: a field that is to be forgotten, records that are to be forgotten. And records that the store cannot take. */
export function withDeployments(history: History): History {
  const random = createRandom(history.seed ^ 0xde910)
  const sometime = (from = 0): number => Math.floor((from + (1 - from) * random.next()) * history.hours * HOUR)
  const events: Event[] = []
  const between = random.pick([0, random.int(1, 30) * MINUTE])
  // In the middle of a rebuild, where there is one, as often as not.
  const rebuild = history.events.find((event) => event.do === 'rebuild' && event.rewinds > 0)
  const inRebuild =
    rebuild === undefined || random.chance(0.5)
      ? null
      : rebuild.at + 60_000 + random.int(500, history.latency.merge > 1_000 ? 60_000 : 3_000)
  if (random.chance(rebuild === undefined ? 0.07 : 0.12)) events.push({ at: inRebuild ?? sometime(0.2), do: 'deploy', omit: true, between })
  if (random.chance(0.3) && history.sink && history.store === 'records')
    events.push({ at: sometime(0.2), do: 'deploy', store: 'versions', between })
  if (random.chance(0.06)) {
    const model = random.int(0, history.models.length - 1)
    events.push({ at: sometime(), do: 'refused-record', model, target: random.int(0, 999), length: random.int(5, 120) * MINUTE })
  }
  return adding(history, ...events)
}
