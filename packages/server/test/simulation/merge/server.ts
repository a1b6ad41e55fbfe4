import type { Timeline } from '../engine/timeline.ts'
import type { Happened } from '../trial/happened.ts'
import { type Dialect, nextText, statusRows } from './dialect.ts'
import { createLimits, type Limits } from './limits.ts'
import { listRows } from './list.ts'
import type { MergeModel } from './model.ts'
import { visible } from './rows.ts'

export interface Call {
  method: string
  /** Below `/api`. */
  path: string
  query: URLSearchParams
  accountToken: string | null
  /** Where it comes from. */
  address: string
  json: () => Promise<unknown>
}

export interface Answer {
  status: number
  headers: Record<string, string>
  text: string
}

export interface MergeAccount {
  readonly id: string
  readonly originId: string
  readonly token: string
  readonly models: readonly MergeModel[]
  /** Epoch milliseconds: when it was linked. */
  readonly since: number
  status: 'COMPLETE' | 'RELINK_NEEDED'
  deleted: boolean
  /** How many companies it has been of, before this one. */
  company: number
}

/** As much of Merge as a sync can meet, for one organization and its few accounts: light, quick, and without a network. */
export interface FakeMerge {
  readonly dialect: Dialect
  readonly accounts: MergeAccount[]
  readonly limits: Limits
  /** How often a sync out of turn was granted. */
  readonly resyncs: number
  /** Readers are served by a replica that is up to so many milliseconds behind, each time anew. */
  lag: number
  handle(call: Call): Promise<Answer>
  /** The customer finishes Merge Link; returns the public token. */
  complete(linkToken: string): string
  /** What an application linked before it had this SDK. */
  linkedBefore(originId: string): MergeAccount
}

export interface FakeMergeOptions {
  timeline: Timeline
  /** 0 ≤ n < 1. */
  random: () => number
  dialect: Dialect
  note: (what: Happened) => void
  /** Called for every account that is linked. */
  createModels: (accountId: string) => MergeModel[]
  /** Somebody asked for a sync out of turn. */
  onResync: (account: MergeAccount) => void
}

export const CATEGORY = 'hris'

export function createFakeMerge({ timeline, random, dialect, note, createModels, onResync }: FakeMergeOptions): FakeMerge {
  let resyncs = 0
  let completed = 0
  const limits = createLimits()
  const accounts: MergeAccount[] = []
  const linkTokens = new Map<string, string>()
  const publicTokens = new Map<string, MergeAccount>()

  const dated = (answer: Answer): Answer => {
    if (dialect.dated) return answer
    note('answer without a date')
    const { date: _, ...headers } = answer.headers
    return { ...answer, headers }
  }
  const ok = (text: string): Answer => dated(reply(200, text, timeline.now()))
  const answer = (status: number, body: unknown): Answer => dated(reply(status, JSON.stringify(body), timeline.now()))
  const refuse = (status: number, detail: string): Answer => answer(status, { detail })

  const merge: FakeMerge = {
    dialect,
    accounts,
    limits,
    get resyncs() {
      return resyncs
    },
    lag: 0,
    async handle(call) {
      const now = timeline.now()
      if (limits.isBlocked(call.address, now)) return refuse(403, 'This address is blocked.')
      if (call.accountToken !== null && !limits.admit(call.accountToken, now)) {
        const throttled = refuse(429, 'Request was throttled. Expected available in 7 seconds.')
        return random() < 0.5 ? throttled : { ...throttled, headers: { ...throttled.headers, 'retry-after': '7' } }
      }
      const given = await route(call)
      if (given.status >= 400) limits.failed(call.address, now)
      return given
    },
    complete(linkToken) {
      const originId = linkTokens.get(linkToken)
      if (originId === undefined) throw new Error('Nobody was given this link token.')
      const account = accounts.find((one) => one.originId === originId && !one.deleted) ?? link(originId)
      account.status = 'COMPLETE'
      // Never the same twice: the SDK remembers which one it has exchanged.
      const publicToken = `public_token_${++completed}`
      publicTokens.set(publicToken, account)
      return publicToken
    },
    linkedBefore: link,
  }
  return merge

  function link(originId: string): MergeAccount {
    const id = `linked_${accounts.length + 1}`
    const since = timeline.now()
    const account: MergeAccount = {
      id,
      originId,
      token: `token_${id}`,
      models: createModels(id),
      since,
      status: 'COMPLETE',
      deleted: false,
      company: 0,
    }
    accounts.push(account)
    return account
  }

  async function route(call: Call): Promise<Answer> {
    const [, first, second, name, ...rest] = call.path.split('/')
    if (first === 'organizations' && second === 'integrations') return answer(200, { next: null, previous: null, results: [PEOPLE] })
    if (first === 'integrations' && second === 'account-token' && name !== undefined) return exchange(name)
    if (first !== CATEGORY || second !== 'v1' || name === undefined || rest.length > 1) return refuse(404, 'Not found.')
    if (name === 'link-token') return offer((await call.json()) as { end_user_origin_id: string })
    if (name === 'linked-accounts') return find(call.query)
    const account = accounts.find((one) => one.token === call.accountToken && !one.deleted)
    if (account === undefined) return refuse(401, 'Invalid account token.')
    if (name === 'account-details') return answer(200, details(account, dialect))
    if (name === 'delete-account') return remove(account)
    if (name === 'sync-status' && rest[0] === 'resync') return resync(account)
    if (name === 'sync-status') return syncStatus(account)
    const model = account.models.find((one) => one.settings.path === name)
    if (model === undefined) return refuse(404, 'Not found.')
    return rest[0] === undefined ? list(model, call.query) : retrieve(model, rest[0])
  }

  function offer(body: { end_user_origin_id: string }): Answer {
    const linkToken = `link_token_${linkTokens.size + 1}`
    linkTokens.set(linkToken, body.end_user_origin_id)
    return answer(200, { link_token: linkToken, integration_name: null })
  }

  function exchange(publicToken: string): Answer {
    const account = publicTokens.get(publicToken)
    publicTokens.delete(publicToken)
    if (account === undefined || account.deleted) return refuse(404, 'Not found.')
    return answer(200, {
      account_token: account.token,
      id: account.id,
      integration: PEOPLE,
    })
  }

  /** Test accounts are on a list of their own. */
  function find(query: URLSearchParams): Answer {
    const id = query.get('id')
    const found = query.get('is_test_account') === 'true' ? accounts.filter((one) => !one.deleted && (id === null || one.id === id)) : []
    return answer(200, { next: null, previous: null, results: found.map((one) => details(one, dialect)) })
  }

  function remove(account: MergeAccount): Answer {
    account.deleted = true
    return answer(200, {})
  }

  function syncStatus({ models, since }: MergeAccount): Answer {
    const rows = models.map((model) => model.status())
    return answer(200, { next: null, previous: null, results: statusRows(dialect, rows, timeline.now() - since, note) })
  }

  function resync(account: MergeAccount): Answer {
    resyncs++
    onResync(account)
    return answer(200, {})
  }

  function retrieve(model: MergeModel, id: string): Answer {
    const row = model.table.rows.find((one) => one.id === id)
    const version = row && visible(row, replica())
    return version === undefined || version.gone ? refuse(404, 'Not found.') : ok(version.json)
  }

  /** The moment that the replica which answers has reached. */
  function replica(): number {
    return timeline.now() - Math.floor(random() * merge.lag)
  }

  function list(model: MergeModel, query: URLSearchParams): Answer {
    const pageSize = Math.min(model.settings.pageSize, Number(query.get('page_size') ?? 30))
    const page = listRows(
      model.table.rows,
      {
        modifiedAfter: stampOf(query.get('modified_after')),
        modifiedBefore: stampOf(query.get('modified_before')),
        includeDeleted: query.get('include_deleted_data') === 'true',
        cursor: query.get('cursor'),
      },
      { ...model.settings, pageSize },
      replica(),
    )
    if (page === 'invalid cursor') return refuse(404, 'Invalid cursor')
    return ok(`{${nextText(dialect, page.next, note)}"previous":null,"results":[${page.results.join(',')}]}`)
  }
}

export function reply(status: number, text: string, now: number): Answer {
  return { status, headers: { 'content-type': 'application/json', date: new Date(now).toUTCString() }, text }
}

function details(account: MergeAccount, { instances }: Dialect) {
  const { id, originId, status, company } = account
  return {
    id,
    integration: 'People',
    integration_slug: 'people',
    category: CATEGORY,
    end_user_origin_id: originId,
    status,
    account_type: 'TEST',
    ...(instances ? { instance_id: `company_${company}` } : {}),
  }
}

const PEOPLE = { name: 'People', slug: 'people', categories: [CATEGORY] }

/** A filter's timestamp in microseconds; `null` without one. */
function stampOf(text: string | null): number | null {
  return text === null ? null : Date.parse(text) * 1000
}
