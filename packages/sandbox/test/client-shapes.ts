import { createRequire } from 'node:module'
import { expect } from 'vitest'

interface ClientSchema {
  _getRawProperties(): Promise<string[]> | string[]
  parse(raw: unknown, options: object): Promise<{ ok: boolean; errors?: unknown }> | { ok: boolean; errors?: unknown }
}

const load = createRequire(import.meta.url)
const schemas = load('@mergeapi/merge-node-client/serialization') as Record<string, Record<string, ClientSchema>>
const api = load('@mergeapi/merge-node-client/api') as Record<string, Record<string, Record<string, string>>>

/** Name → values of each enumeration that Merge's client knows in this category. */
export function enumsOf(category: string): Record<string, Record<string, string>> {
  return api[category]!
}

/** What Merge answers since its client was last published. */
const newer: Record<string, readonly string[]> = {
  AccountDetails: ['instance_id', 'instance_display_value'],
  SyncStatus: ['data_fresh_as_of', 'sync_status_reason'],
}

/** Has every key that Merge's own client knows for this type, what is newer than the client, and no other; and the client can read it. */
export async function expectExactShape(category: string, name: string, body: Record<string, unknown>): Promise<void> {
  const raw = { ...body }
  for (const key of newer[name] ?? []) {
    expect(raw).toHaveProperty(key)
    delete raw[key]
  }
  // What would shadow a global of the language has a line below it in the client.
  const schema = (schemas[category]![name] ?? schemas[category]![`${name}_`])!
  expect(Object.keys(raw).toSorted()).toEqual([...(await schema._getRawProperties())].toSorted())
  const parsed = await schema.parse(raw, { unrecognizedObjectKeys: 'fail', allowUnrecognizedEnumValues: false })
  expect(parsed, JSON.stringify(parsed.errors)).toMatchObject({ ok: true })
}
