import type { Sandbox } from '@connect-integration/sandbox'
import type { Storage } from '@connect-integration/server/storage'
import type pg from 'pg'
import { readDetails } from '../../../server/src/link/details.ts'
import { tokenOf } from '../../../server/test/support/tokens.ts'
import type { Outcome } from './plan.ts'

export interface Verdict {
  /** Empty when all is as it should be. */
  problems: string[]
  rows: number
  originIds: number
  tokens: number
  atMerge: number
  /** Of those who handed in what somebody else was just handing in as well: how many were told that it had been used. */
  refusedRepeats: number
  /** Calls that the machine was too busy for. */
  unanswered: number
  refusedClicks: number
}

interface Evidence {
  pool: pg.Pool
  schema: string
  storage: Storage
  sandbox: Sandbox
  tokens: { secret: string; apiKey: string; handle: Sandbox['handle'] }
  organizations: string[]
  outcomes: Outcome[]
  refusedClicks: Record<string, number>[]
  /** The accounts that processes announced as linked. */
  linked: string[]
}

interface Row {
  id: string
  organization_id: string
  origin_id: string
  linked_account_id: string | null
  status: string
}

/** Compares what is in the database with what is at Merge: exactly one connection for each organization on both sides, and the same one. */
export async function inspectConnects(evidence: Evidence): Promise<Verdict> {
  const { pool, schema, sandbox, organizations, outcomes } = evidence
  const { rows } = await pool.query<Row>(
    `SELECT id, organization_id, origin_id, linked_account_id, status FROM ${schema}.connect_integration_accounts`,
  )
  const atMerge = new Map(sandbox.accounts().map((account) => [account.id, account]))
  const tokens = await openedBy(evidence, rows)
  const problems: string[] = []
  const expectCount = (what: string, count: number) => {
    if (count !== organizations.length) problems.push(`${count} ${what} for ${organizations.length} organizations`)
  }
  expectCount('rows', rows.length)
  expectCount('organizations with a row', new Set(rows.map((row) => row.organization_id)).size)
  expectCount('origin ids', new Set(rows.map((row) => row.origin_id)).size)
  expectCount('accounts at Merge', atMerge.size)
  expectCount('accounts at Merge that a row has', new Set(rows.map((row) => row.linked_account_id)).size)
  expectCount('tokens', new Set(tokens.values()).size)
  for (const row of rows) {
    const account = atMerge.get(row.linked_account_id ?? '')
    if (row.status !== 'active') problems.push(`${row.organization_id} is ${row.status}`)
    if (account?.endUserOriginId !== row.origin_id) problems.push(`${row.organization_id} has an account that is not its own at Merge`)
    if (tokens.get(row.id) !== row.linked_account_id) problems.push(`the token of ${row.organization_id} opens another account`)
  }
  problems.push(...outcomeProblems(outcomes, rows), ...announcementProblems(evidence.linked, rows))
  const clicks = evidence.refusedClicks.flatMap((codes) => Object.entries(codes))
  for (const [code] of clicks) if (code !== 'ALREADY_CONNECTED') problems.push(`a click was refused with ${code}`)
  return {
    problems,
    rows: rows.length,
    originIds: new Set(rows.map((row) => row.origin_id)).size,
    tokens: new Set(tokens.values()).size,
    atMerge: atMerge.size,
    refusedRepeats: outcomes.filter(({ code }) => code === 'LINK_NOT_FOUND').length,
    unanswered: outcomes.filter(isUnanswered).length,
    refusedClicks: clicks.reduce((sum, [, count]) => sum + count, 0),
  }
}

/** By row: Merge's id of the account that its token opens. Tokens that wait to be confirmed are a problem of their own. */
async function openedBy({ storage, tokens }: Evidence, rows: Row[]): Promise<Map<string, string | null>> {
  const opened = new Map<string, string | null>()
  for (const { id, organization_id } of rows) {
    const row = await storage.get({ id, organizationId: organization_id })
    if (row?.token == null || readDetails(row).candidates.length > 0) continue
    const headers = { authorization: `Bearer ${tokens.apiKey}`, 'x-account-token': await tokenOf(row, [tokens.secret]) }
    const answer = await tokens.handle(new Request('https://merge.test/api/hris/v1/account-details', { headers }))
    opened.set(id, answer.ok ? ((await answer.json()) as { id: string }).id : null)
  }
  return opened
}

/**
 * Whoever hands in gets the account of their own organization. A repeated call may be told that the token was used, but never all of them; and when
 * Merge could not be reached nobody knows what became of the token, so that webhooks have to bring it.
 */
function outcomeProblems(outcomes: Outcome[], rows: Row[]): string[] {
  const idOf = new Map(rows.map((row) => [row.organization_id, row.id]))
  const tokensWhere = (test: (outcome: Outcome) => boolean) => new Set(outcomes.filter(test).map(({ publicToken }) => publicToken))
  const taken = tokensWhere(({ accountId }) => accountId !== null)
  const unanswered = tokensWhere(isUnanswered)
  const few = taken.size < tokensWhere(() => true).size / 2 ? ['Merge could hardly ever be reached: this shows nothing'] : []
  const wrong = outcomes.flatMap((outcome) => {
    const { organization, publicToken, accountId, code } = outcome
    if (accountId !== null) return accountId === idOf.get(organization) ? [] : [`${organization} was handed the account of another`]
    if (isUnanswered(outcome)) return []
    if (code !== 'LINK_NOT_FOUND') return [`an exchange of ${organization} was refused with ${code}`]
    return taken.has(publicToken) || unanswered.has(publicToken) ? [] : [`nobody got anything for a public token of ${organization}`]
  })
  return [...few, ...wrong]
}

const isUnanswered = ({ code }: Outcome) => code === 'UPSTREAM_TIMEOUT' || code === 'UPSTREAM_UNAVAILABLE'

/** Whoever listens hears of each connection once, in one of the processes. */
function announcementProblems(linked: string[], rows: Row[]): string[] {
  return rows.flatMap(({ id, organization_id }) => {
    const times = linked.filter((each) => each === id).length
    return times === 1 ? [] : [`the connection of ${organization_id} was announced ${times} times`]
  })
}
