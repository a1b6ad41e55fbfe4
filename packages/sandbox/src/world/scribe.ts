import type { DescribedModel, FindRecords, SourceRecord, WorldInput } from './category.ts'

/** Writes a source system down, record by record. Models go by their name: `Ticket`. */
export interface Scribe extends Pick<WorldInput, 'random' | 'today' | 'organizationName'> {
  /** Everything written so far, in order. */
  readonly written: SourceRecord[]
  /** Writes a record; what is not given is null, or an empty list. The key becomes the remote id. Throws for a field that the model lacks. */
  write(model: string, key: string, fields: Record<string, unknown>): SourceRecord
  /** One record per row, with the keys `{prefix}-1`, `{prefix}-2`… A row that is a text is a name. */
  writeAll(model: string, prefix: string, rows: readonly (string | Record<string, unknown>)[]): void
  /** Merge's id of the record with this key, whether it is there yet or not. */
  id(model: string, key: string): string
  /** Those that were there before, and those written since. */
  all(model: string): readonly SourceRecord[]
  /** The id of any record of this model; null when there is none. */
  one(model: string): string | null
  /** The ids of up to this many different records. */
  some(model: string, most: number): string[]
}

/** A row that Merge keeps inside another record: its stamps are filled in when it is served. */
export function part(fields: Record<string, unknown>): Record<string, unknown> {
  return { created_at: null, modified_at: null, ...fields }
}

/** `find` leads to what is there already; without it the source system is empty. */
export function createScribe(
  models: readonly DescribedModel[],
  input: Pick<WorldInput, 'random' | 'today' | 'organizationName' | 'identify'>,
  find: FindRecords = () => [],
): Scribe {
  const { random, today, organizationName } = input
  const written: SourceRecord[] = []
  const tables = new Map<string, { id: string; blank: Record<string, unknown>; records: SourceRecord[] }>()
  const table = (name: string) => {
    const known = tables.get(name)
    if (known) return known
    const model = models.find((each) => each.name === name)
    if (!model) throw new Error(`There is no model ${name} among ${models.map((each) => each.name).join(', ')}.`)
    const blank = Object.fromEntries(model.fields.map((field) => (field.endsWith('[]') ? [field.slice(0, -2), []] : [field, null])))
    const made = { id: model.id, blank, records: [...find(model.id)] }
    tables.set(name, made)
    return made
  }
  const all = (name: string) => table(name).records
  const one = (name: string) => (all(name).length === 0 ? null : random.pick(all(name)).id)

  return {
    random,
    today,
    organizationName,
    written,
    all,
    one,
    id: (name, key) => input.identify(table(name).id, key),
    some(name, most) {
      const ids = new Set(Array.from({ length: most }, () => one(name)).filter((id) => id !== null))
      return [...ids]
    },
    write,
    writeAll(name, prefix, rows) {
      for (const [index, row] of rows.entries()) write(name, `${prefix}-${index + 1}`, typeof row === 'string' ? { name: row } : row)
    },
  }

  function write(name: string, key: string, fields: Record<string, unknown>): SourceRecord {
    const { id: model, blank, records } = table(name)
    for (const field in fields) if (!(field in blank)) throw new Error(`${model} has no field ${field}.`)
    const record = { model, id: input.identify(model, key), remoteId: key, fields: { ...blank, ...fields } }
    records.push(record)
    written.push(record)
    return record
  }
}
