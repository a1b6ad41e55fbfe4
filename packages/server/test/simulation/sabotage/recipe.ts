import { createRandom } from '../engine/random.ts'
import { createTimeline } from '../engine/timeline.ts'
import { type Event, type History, HOUR } from '../history/history.ts'
import { USUAL } from '../merge/dialect.ts'
import { createModel } from '../merge/model.ts'
import { createFakeMerge, type FakeMerge } from '../merge/server.ts'
import type { Problem } from '../trial/outcome.ts'
import { START } from '../trial/run-history.ts'
import { compare } from '../trial/verdict.ts'
import { createChaos } from '../world/chaos.ts'
import { calm, happen } from '../world/happen.ts'
import { BASE_URL, createNetwork } from '../world/network.ts'
import { createProcess } from '../world/process.ts'

/** How a sync that is not ours bounds its next reading. */
export const RECIPES = {
  'from the start of the last reading up to the last sync of Merge': ({ startedAt }, finished) => ({
    modified_after: startedAt,
    modified_before: finished,
  }),
  'from the start of the last reading on': ({ startedAt }) => ({ modified_after: startedAt }),
  'from the newest stamp that was seen on': ({ newest }) => ({ modified_after: newest }),
} satisfies Record<string, (mark: Partial<Mark>, finished: string) => { modified_after: string | undefined; modified_before?: string }>

interface Mark {
  startedAt: string
  finished: string
  newest: string | undefined
}

/**
 * A sync by one of these recipes (the first is Merge's published one, the second that of its newer pages), read with all good will, on the same histories: look at sync-status on a timer and on webhooks; when a model's
 * `last_sync_finished` has moved, read from the start of the last reading (by our own clock) up to it. Good will: a watermark for each
 * model, which moves only when every page was read; deleted records are asked for; nothing crashes. Returns what is wrong in the end.
 */
export async function runRecipe(history: History, recipe: keyof typeof RECIPES): Promise<Problem[]> {
  const random = createRandom(history.seed ^ 0x5eed)
  const timeline = createTimeline(START)
  const merge = createFakeMerge({
    timeline,
    random: random.next,
    dialect: USUAL,
    note() {},
    createModels: () =>
      history.models.map(({ initial, ...settings }) => {
        const model = createModel(settings, timeline, () => random.int(0, 999))
        model.run(initial)
        return model
      }),
    onResync() {},
  })
  const network = createNetwork({
    merge,
    random,
    now: timeline.now,
    latency: history.latency,
    wiretap: undefined,
    onFault() {},
    onRequest() {},
  })
  const chaos = createChaos()
  const process = createProcess({ worker: 0, timeline, chaos, note() {} })
  const token = await link(merge)
  const reader = createReader(network.fetchOf(process), token, () => timeline.now() + skewOf(history), history, recipe)

  let busy = false
  const look = (): void => {
    if (busy) return
    busy = true
    // As long as it takes, or a minute: then it is given up, and the next look does it again.
    void Promise.race([reader.look(), timeline.wait(60_000)])
      .catch(() => {})
      .finally(() => {
        busy = false
      })
  }
  const customer = { hint: look } as Parameters<typeof happen>[0]['customer']
  const stage = { timeline, merge, network, chaos, customer, mail: null, ...NOTHING_ELSE } as unknown as Parameters<typeof happen>[0]
  for (const event of history.events) if (concerns(event)) timeline.at(START + event.at, () => happen(stage, event))
  const end = START + Math.ceil(history.hours * HOUR)
  for (const moment of [end, end + HOUR]) timeline.at(moment, () => calm(stage))
  const limit = end + 3 * HOUR + 3 * history.sync.lookEvery
  for (let at = START; at < limit; at += history.sync.lookEvery) timeline.at(at, look)
  timeline.at(limit, () => {})
  await timeline.run(() => timeline.now() >= limit, limit)
  const [account] = merge.accounts
  return account === undefined ? [] : compare(account, reader.kept)
}

/** Of a sync that is not ours nobody asks more than that its clock is about right. */
function skewOf({ workers }: History): number {
  const skew = workers[0]?.skew ?? 0
  return Math.max(-90_000, Math.min(90_000, skew))
}

const NOTHING_ELSE = { sink: { fail() {} }, refused: { calm() {} } }

function concerns(event: Event): boolean {
  return ['sync', 'write', 'off', 'webhook', 'lag', 'crowd', 'fault'].includes(event.do)
}

async function link(merge: FakeMerge): Promise<string> {
  const call = {
    query: new URLSearchParams(),
    accountToken: null,
    address: 'browser',
    json: async () => ({ end_user_origin_id: 'recipe' }),
  }
  const { text } = await merge.handle({ ...call, method: 'POST', path: '/hris/v1/link-token' })
  const publicToken = merge.complete(JSON.parse(text).link_token)
  const answer = await merge.handle({ ...call, method: 'GET', path: `/integrations/account-token/${publicToken}` })
  return JSON.parse(answer.text).account_token
}

interface Status {
  model_id: string
  status: string
  last_sync_finished: string | null
}

function createReader(fetch: typeof globalThis.fetch, token: string, now: () => number, history: History, recipe: keyof typeof RECIPES) {
  const marks = new Map<string, Mark>()
  const rows = new Map<string, string | null>()

  async function get(path: string, query: Record<string, string | undefined>) {
    const url = new URL(`${BASE_URL}/hris/v1/${path}`)
    for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, value)
    const response = await fetch(url, { headers: { authorization: 'Bearer key', 'x-account-token': token }, redirect: 'manual' })
    if (response.status !== 200) throw new Error(`Merge answered ${response.status}.`)
    return await response.json()
  }

  async function read(name: string, path: string, finished: string): Promise<void> {
    const startedAt = new Date(now()).toISOString()
    const bounds = { ...RECIPES[recipe](marks.get(name) ?? {}, finished), include_deleted_data: 'true', page_size: '100' }
    let newest = marks.get(name)?.newest
    for (let cursor: string | undefined; ; ) {
      const page: { next: string | null; results: { id: string; modified_at: string | null; remote_was_deleted: boolean }[] } = await get(
        path,
        { ...bounds, cursor },
      )
      for (const row of page.results) {
        rows.set(`${name} ${row.id}`, row.remote_was_deleted ? null : JSON.stringify(row))
        if (row.modified_at !== null && row.modified_at > (newest ?? '')) newest = row.modified_at
      }
      if (page.next === null || page.next === cursor) break
      cursor = page.next
    }
    marks.set(name, { startedAt, finished, newest })
  }

  return {
    async look(): Promise<void> {
      const statuses: Status[] = (await get('sync-status', {})).results
      for (const { model_id, status, last_sync_finished } of statuses) {
        const model = history.models.find(({ name }) => name === model_id)
        if (model === undefined || last_sync_finished === null || status === 'DISABLED') continue
        if (marks.get(model_id)?.finished !== last_sync_finished) await read(model_id, model.path, last_sync_finished)
      }
    },
    kept: (model: string, id: string) => rows.get(`${model} ${id}`),
  }
}
