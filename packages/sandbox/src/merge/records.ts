import type { Copy, Mirror } from '../account/mirror.ts'
import { parseMicroseconds } from '../clock.ts'
import type { ModelDefinition } from '../world/category.ts'
import { json, notFound, pageSizeOf, refuse } from './answers.ts'
import type { AccountCall } from './context.ts'
import { cutPage } from './cursor.ts'
import { isServed, plainRecord } from './plain-record.ts'

/** `GET /{category}/v1/{model}` */
export function listRecords(call: AccountCall, model: ModelDefinition): Response {
  const { account, query, settings } = call
  const filter = filterOf(query, model)
  if ('refused' in filter) return filter.refused
  const mirror = readable(call, model)
  const rows = (mirror?.copies(model.id) ?? []).filter(filter.keeps)
  const byModification = settings.ordering.endsWith('modified_at')
  const page = cutPage(rows, {
    cursor: query.get('cursor') || null,
    pageSize: pageSizeOf(query),
    descending: settings.ordering.startsWith('-'),
    at: (copy) => (byModification ? copy.modifiedAt : copy.createdAt),
  })
  if (!page) return refuse(404, 'Invalid cursor')
  const view = viewOf(query, model, account.category.models, mirror)
  return json({ next: page.next, previous: page.previous, results: page.results.map(view) })
}

/** `GET /{category}/v1/{model}/{id}`. A deleted record is still there, and says so. */
export function retrieveRecord(call: AccountCall, model: ModelDefinition, id: string): Response {
  const mirror = readable(call, model)
  const copy = model.without?.includes('id') ? null : mirror?.get(model.id, id)
  return copy && isServed(copy, model) ? json(viewOf(call.query, model, call.account.category.models, mirror)(copy)) : notFound()
}

/** Null when this account has nothing to show here: another category's path, a model that is off, or no data yet. */
function readable(call: AccountCall, model: ModelDefinition): Mirror | null {
  if (call.account.category !== call.category || !call.account.data) return null
  const { mirror } = call.account.data
  const off = mirror.status().some((sync) => sync.model.id === model.id && sync.status === 'DISABLED')
  return off ? null : mirror
}

function filterOf(query: URLSearchParams, model: ModelDefinition): { keeps: (copy: Copy) => boolean } | { refused: Response } {
  const tests: ((copy: Copy) => boolean)[] = [(copy) => isServed(copy, model)]
  if (query.get('include_deleted_data') !== 'true') tests.push((copy) => !copy.deleted)
  for (const [parameter, field] of Object.entries(model.shownOnRequest ?? {}))
    if (query.get(parameter) !== 'true') tests.push((copy) => copy.fields[field] !== true)
  const ranges: [string, (copy: Copy) => number | null][] = model.unfiltered
    ? []
    : [
        ['created', (copy) => copy.createdAt],
        ['modified', (copy) => copy.modifiedAt],
      ]
  for (const [prefix, field] of Object.entries(model.ranges ?? {})) {
    ranges.push([prefix, (copy) => parseMicroseconds(String(copy.fields[field]))])
  }
  for (const [prefix, at] of ranges) {
    for (const side of ['after', 'before'] as const) {
      const text = query.get(`${prefix}_${side}`)
      if (!text) continue
      const limit = parseMicroseconds(text)
      if (limit === null) return { refused: json({ [`${prefix}_${side}`]: ['Enter a valid date/time.'] }, 400) }
      tests.push((copy) => {
        const value = at(copy)
        return value !== null && (side === 'after' ? value > limit : value < limit)
      })
    }
  }
  const remoteId = model.unfiltered ? null : query.get('remote_id')
  if (remoteId) tests.push((copy) => copy.remoteId === remoteId)
  for (const [parameter, field] of Object.entries(model.filters ?? {})) {
    const wanted = query.get(parameter)?.split(',')
    if (!wanted) continue
    tests.push(({ fields }) => [fields[field]].flat().some((value) => plainValues(value).some((plain) => wanted.includes(plain))))
  }
  return { keeps: (copy) => tests.every((test) => test(copy)) }
}

/** What a filter compares with: the value, or for a row inside a record any of what it says, such as an e-mail address. */
function plainValues(value: unknown): string[] {
  return typeof value === 'object' && value !== null ? Object.values(value).map(String) : [String(value)]
}

/** How the query asks for a record to be shown: with sensitive fields, the source's own data, or other records in place of their ids. */
function viewOf(query: URLSearchParams, model: ModelDefinition, models: readonly ModelDefinition[], mirror: Mirror | null) {
  const expanded = (query.get('expand') ?? '').split(',').filter((field) => model.relations?.[field])
  const sensitive = query.get('include_sensitive_fields') === 'true' ? (model.sensitive ?? []) : []
  return (copy: Copy) => {
    const record = plainRecord(copy, model)
    for (const name of sensitive) record[name] = copy.fields[name]
    if (query.get('include_remote_data') === 'true') record.remote_data = [{ path: `/${model.path}`, data: { id: copy.remoteId } }]
    for (const field of expanded) {
      const target = models.find((each) => each.id === model.relations![field])!
      const expand = (id: unknown) => {
        const other = mirror?.get(target.id, String(id))
        return other ? plainRecord(other, target) : id
      }
      const value = record[field]
      record[field] = Array.isArray(value) ? value.map(expand) : value === null ? null : expand(value)
    }
    return record
  }
}
