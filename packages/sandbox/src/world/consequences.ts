import type { Category, FindRecords, ModelDefinition, SourceRecord } from './category.ts'

/**
 * What a deletion does to the rest of a source system: records that are part of the one that went go too, and theirs;
 * whatever else points to one of them points nowhere afterwards.
 */
export function consequencesAmong(models: readonly ModelDefinition[]) {
  /** `along` goes too, although it does not say by itself that it is part of the record. */
  return (record: SourceRecord, find: FindRecords, along: readonly SourceRecord[] = []): ReturnType<Category['consequences']> => {
    const others = models.map((model) => ({ model, records: find(model.id) }))
    const gone = new Set([record, ...along].flatMap(idsOf))
    const removed: SourceRecord[] = [...along]
    for (let before = 0; before < gone.size; ) {
      before = gone.size
      for (const { model, records } of others) {
        for (const other of records) {
          if (gone.has(other.id) || !model.partOf?.some((field) => gone.has(other.fields[field] as string))) continue
          for (const id of idsOf(other)) gone.add(id)
          removed.push(other)
        }
      }
    }
    const left = others.flatMap(({ records }) => records.filter((other) => !gone.has(other.id)))
    const edited = left
      .map((other) => ({ record: other, fields: withoutReferences(other.fields, gone) }))
      .filter((edit) => Object.keys(edit.fields).length > 0)
    return { removed, edited }
  }
}

/** The record's own id, and those of the rows inside it. */
function idsOf({ id, fields }: SourceRecord): string[] {
  const inside = Object.values(fields).flatMap((value) => (Array.isArray(value) ? value.map((item) => item?.id) : []))
  return [id, ...inside.filter((each) => typeof each === 'string')]
}

/** The fields that change when nothing may point to these ids any more. */
export function withoutReferences(fields: Record<string, unknown>, gone: ReadonlySet<unknown>): Record<string, unknown> {
  const next = Object.entries(fields).map(([name, value]) => [name, cleaned(value, gone)] as const)
  return Object.fromEntries(next.filter(([name, value]) => value !== fields[name]))
}

/** The same value when nothing in it points to them. */
function cleaned(value: unknown, gone: ReadonlySet<unknown>): unknown {
  if (typeof value !== 'object' || value === null) return gone.has(value) ? null : value
  if (Array.isArray(value)) {
    const kept = value.filter((item) => !gone.has(item)).map((item) => cleaned(item, gone))
    return kept.length === value.length && kept.every((item, index) => item === value[index]) ? value : kept
  }
  const changed = withoutReferences(value as Record<string, unknown>, gone)
  return Object.keys(changed).length === 0 ? value : { ...value, ...changed }
}
