import { createRandom } from '../../engine/random.ts'
import { type Event, type History, HOUR, MINUTE } from '../history.ts'
import { adding } from './adding.ts'

/** Other roads to a linked account, webhooks with signatures and without, keys that are changed, and people who click. */
export function withLinks(history: History): History {
  const random = createRandom(history.seed ^ 0x11c5)
  const sometime = (): number => Math.floor(random.next() * history.hours * HOUR)
  const linkedBy = random.chance(0.75) ? 'exchange' : random.pick(['twice', 'webhook', 'adoption'] as const)
  const signed = random.chance(0.3)
  const events: Event[] = []
  if (signed && random.chance(0.3))
    events.push({ at: sometime(), do: 'odd-webhook', kind: random.pick(['forged', 'garbage', 'ping', 'stranger', 'huge']) })
  for (let times = signed ? random.int(0, 2) : 0; times > 0; times--)
    events.push({ at: sometime(), do: 'linked-webhook', token: random.pick(['own', 'foreign']), relink: random.chance(0.5) })
  // One that Merge does not know yet keeps a deletion waiting.
  const deletion = history.events.find((event) => event.do === 'delete')
  if (signed && deletion !== undefined && random.chance(0.4))
    events.push({ at: Math.max(0, deletion.at - random.int(0, 60_000)), do: 'linked-webhook', token: 'foreign', relink: false })
  if (random.chance(0.06)) events.push({ at: sometime(), do: 'rotate', between: random.int(1, 20) * MINUTE })
  if (random.chance(0.08)) events.push({ at: sometime(), do: 'rename' })
  if (random.chance(0.1)) events.push({ at: sometime(), do: 'sync-now' })
  if (random.chance(0.06)) events.push({ at: sometime(), do: 'click' })
  return adding({ ...history, linkedBy, signed }, ...events)
}
