import type { Options, SinkBatch } from '../../../src/index.ts'
import type { Page, Storage } from '../../../src/storage/port.ts'
import type { Sleep } from '../../../src/system.ts'
import type { Random } from '../engine/random.ts'
import type { Timeline } from '../engine/timeline.ts'
import type { History } from '../history/history.ts'
import type { Happened } from '../trial/happened.ts'
import type { Chaos, Point } from './chaos.ts'
import { ORGANIZATION } from './customer.ts'
import { WEBHOOK_SECRET } from './mail.ts'
import type { Monitor } from './monitor.ts'
import { BASE_URL, type Network } from './network.ts'
import type { Process } from './process.ts'
import type { SinkCopy } from './sink-copy.ts'

/** What every process of the application is put into. */
export interface ProcessWorld {
  history: History
  timeline: Timeline
  random: Random
  chaos: Chaos
  monitor: Monitor
  network: Network
  sink: SinkCopy
  happened: (what: Happened) => void
}

/** What an application changes from one deployment to the next. */
export interface AsDeployed {
  version: number
  /** A field is omitted that was not before. */
  omit: boolean
  /** `null`: as in the beginning. */
  store: History['store'] | null
  secrets: readonly string[]
}

export const OLD_SECRET = Buffer.alloc(32, 7).toString('base64')
export const NEW_SECRET = Buffer.from('the key that comes after the old').toString('base64')
export const FIRST: AsDeployed = { version: 0, omit: false, store: null, secrets: [OLD_SECRET] }
/** What is omitted in mid-life. All models have it. */
export const OMITTED = 'remote_id'

/** The SDK's options, with every seam led through its process. */
export function optionsOf(
  world: ProcessWorld,
  process: Process,
  { skew, sleep, deployed }: { skew: () => number; sleep: Sleep; deployed: AsDeployed },
): Options {
  const { history, timeline, random } = world
  const models = history.models.map(({ name }) => name)
  const { lookEvery, ...sync } = history.sync
  const sink = {
    write: (batch: SinkBatch) => process.seam('sink', 0, () => world.sink.write(batch, !world.monitor.holds(process, batch.accountId))),
  }
  return {
    merge: { apiKey: 'test_key_of_the_simulation', baseUrl: BASE_URL, plan: 'enterprise', processes: history.workers.length },
    secrets: deployed.secrets,
    webhookSecrets: [WEBHOOK_SECRET],
    storage: storeOf(world, process),
    originIds: history.originIds,
    sync: {
      models,
      ...sync,
      ...(history.ownCadence ? {} : { lookEvery }),
      massDeletion: history.massDeletion,
      ...(history.sink ? { sink, store: deployed.store ?? history.store } : {}),
      ...(deployed.omit ? { omit: Object.fromEntries(models.map((model) => [model, [OMITTED]])) } : {}),
    },
    onLinked: () => (history.hold === null ? 'ready' : 'hold'),
    clock: { now: () => timeline.now() + skew(), monotonic: process.monotonic },
    sleep,
    random: random.next,
    randomBytes: (size) => Uint8Array.from({ length: size }, () => random.int(0, 255)),
    fetch: world.network.fetchOf(process),
    logger: SILENT,
  }
}

type Methods = Record<string, (...args: unknown[]) => Promise<unknown>>

const ORDER: readonly Point[] = ['reserve', 'get', 'update', 'list', 'schedule', 'claim', 'renew', 'commit', 'purge']

function storeOf({ history, random, monitor }: ProcessWorld, process: Process): Storage {
  const watched = monitor.watched(process)
  const store = history.profile === 'ordered' ? inOrder(watched, process) : watched
  const latency = (): number => (history.latency.store === 0 ? 0 : random.int(1, history.latency.store))
  const led = { ...store } as unknown as Methods
  const inner = store as unknown as Methods
  for (const method of ORDER) {
    led[method] = (...args) => {
      const point = method === 'commit' && (args[0] as Page).release !== undefined ? 'release' : method
      return process.seam(point, latency(), () => inner[method]?.(...args))
    }
  }
  return led as unknown as Storage
}

/** Records first, each page's under the fence, then its checkpoint: whoever dies in between leaves records without it. */
function inOrder(store: Storage, process: Process): Storage {
  return {
    ...store,
    profile: 'ordered',
    async commit(page) {
      const { sweep, release: _, deleteAtMost, ...records } = page
      // What a last page retires is counted with its records, so the two are one step here.
      if (page.records.length === 0 || sweep?.retire !== undefined) return store.commit(page)
      const checkpoint = await checkpointOf(store, page)
      const first = await store.commit({ ...records, checkpoint, ...(deleteAtMost === undefined ? {} : { deleteAtMost }) })
      if (first === 'fenced' || first === 'held') return first
      await process.pass('commit-half', 'before')
      const second = await store.commit(page)
      if (second === 'fenced' || second === 'held') return second
      return { ...second, changed: first.changed + second.changed, deleted: first.deleted + second.deleted }
    },
  }
}

async function checkpointOf(store: Storage, { accountId, model }: Page): Promise<string | null> {
  const account = await store.get({ id: accountId, organizationId: ORGANIZATION })
  return account?.models[model]?.checkpoint ?? null
}

const SILENT = { debug() {}, info() {}, warn() {}, error() {} }
