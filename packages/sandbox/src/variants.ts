import { randomFrom } from './random.ts'
import { SandboxError } from './sandbox-error.ts'
import type { Settings } from './settings.ts'

/**
 * Answers that are as lawful as the sandbox's usual ones, and rarer:
 *
 * - `next-absent`, `next-empty`: the last page of a list has no `next`, or an empty text.
 * - `sync-status-empty`, `sync-status-other`: in the first seconds after a link sync-status lists no model, or only the first one.
 * - `done-without-times`: a model that is DONE has no times.
 * - `fields-absent`: what is null is left out instead.
 * - `fields-null`: what an account and its sync may say, and need not, is null.
 * - `delete-body`: deleting an account is answered with `{}` instead of nothing.
 */
export type Variant = (typeof variants)[number]

export const variants = [
  'next-absent',
  'next-empty',
  'sync-status-empty',
  'sync-status-other',
  'done-without-times',
  'fields-absent',
  'fields-null',
  'delete-body',
] as const

/** How long after a link sync-status may not know the models yet. */
const newMs = 5_000

export interface Variants {
  /** From now on these; `'seeded'`: for each account and list as the seed has it. Throws a `SandboxError` for one that is none. */
  set(choice: VariantChoice): void
  /** The same answer in another lawful form, if one is to be had. */
  vary(response: Response, request: VariedRequest): Promise<Response>
}

export type VariantChoice = 'seeded' | readonly Variant[]

export interface VariedRequest {
  pathname: string
  /** Whose token was sent. */
  account: { id: string; completedAt: number | null } | null
}

export function createVariants(settings: Settings): Variants {
  let choice = checked(settings.variants)
  let answers = 0

  return {
    set(next) {
      choice = checked(next)
    },
    async vary(response, { pathname, account }) {
      if (choice.length === 0 || response.status !== 200) return response
      const answer = ++answers
      // An account keeps its ways; the end of a list may be written differently each time.
      const is = (variant: Variant) => {
        if (choice !== 'seeded') return choice.includes(variant)
        return randomFrom(settings.seed, variant, variant.startsWith('next-') ? answer : (account?.id ?? 'organization')).chance(0.5)
      }
      const text = await response.text()
      if (text === '') return new Response(is('delete-body') && pathname.endsWith('/delete-account') ? '{}' : null, response)
      const body: unknown = JSON.parse(text)
      const isNew = account !== null && settings.clock.now() - (account.completedAt ?? 0) < newMs
      return new Response(JSON.stringify(varied(body, pathname, isNew, is)), response)
    },
  }
}

type Fields = Record<string, unknown>

function varied(body: unknown, pathname: string, isNew: boolean, is: (variant: Variant) => boolean): unknown {
  const about = pathname.split('/').at(-1) ?? ''
  let shown = body
  if (isList(shown)) {
    let { results } = shown
    if (about === 'sync-status' && isNew && is('sync-status-empty')) results = []
    else if (about === 'sync-status' && isNew && is('sync-status-other')) results = results.slice(0, 1)
    if (about === 'sync-status' && is('done-without-times')) results = results.map(withoutTimes)
    shown = { ...shown, results }
  }
  if (platform.test(pathname) && is('fields-null')) shown = withNulls(shown)
  if (is('fields-absent')) shown = withoutNulls(shown)
  if (!isList(body) || body.next !== null) return shown
  const { next: _, ...rest } = shown as Fields
  return is('next-absent') ? rest : { ...rest, next: is('next-empty') ? '' : null }
}

function isList(body: unknown): body is Fields & { results: unknown[]; next: unknown } {
  return typeof body === 'object' && body !== null && Array.isArray((body as Fields).results)
}

function withoutTimes(row: unknown): unknown {
  const status = row as Fields
  if (status.status !== 'DONE') return row
  const { last_sync_start: _, last_sync_finished: __, next_sync_start: ___, data_fresh_as_of: ____, ...rest } = status
  return rest
}

/** Everything but records, of which every field may be null as it is. */
const platform = /\/(?:account-details|account-token|available-actions|integrations|issues|link-token|linked-accounts|sync-status)(?:\/|$)/

/** What an account, its sync, its issues and its integration may say and need not. */
const optional: ReadonlySet<string> = new Set([
  ...['instance_id', 'instance_display_value', 'webhook_listener_url', 'is_duplicate', 'subdomain', 'status_detail'],
  ...['data_fresh_as_of', 'sync_status_reason', 'next_sync_start', 'selective_sync_configurations_usage'],
  ...['image', 'square_image', 'color', 'abbreviated_name', 'integration_name', 'magic_link_url', 'first_incident_time'],
])

function withNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withNulls)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, optional.has(name) ? null : withNulls(field)]))
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (typeof value !== 'object' || value === null) return value
  const kept = Object.entries(value).filter(([name, field]) => field !== null || name === 'next')
  return Object.fromEntries(kept.map(([name, field]) => [name, withoutNulls(field)]))
}

function checked(choice: VariantChoice): VariantChoice {
  if (choice === 'seeded') return choice
  const unknown = Array.isArray(choice) ? choice.find((variant) => !variants.includes(variant)) : String(choice)
  if (unknown === undefined) return choice
  throw new SandboxError(`There is no variant ${unknown}. Known: 'seeded', or a list of ${variants.join(', ')}.`)
}
