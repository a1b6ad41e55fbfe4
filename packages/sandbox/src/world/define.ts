import type { RandomStream } from '../random.ts'
import type { Category, DescribedModel, ModelDefinition, SourceRecord } from './category.ts'
import { consequencesAmong } from './consequences.ts'
import { edited } from './edited.ts'
import { createScribe, type Scribe } from './scribe.ts'

/** A category as it is written down: models are called by their `name` everywhere. */
export interface CategoryDescription {
  name: string
  main: string
  labels: Category['labels']
  models: readonly DescribedModel[]
  /** Writes the whole source system, with `size` main records. Must depend on the scribe alone. */
  populate(scribe: Scribe, size: number): void
  /** Writes one new main record with this key and what comes with it, and returns it. */
  add(scribe: Scribe, key: string): SourceRecord
  /** Model name → a plausible edit; `number` is a fresh one of four digits. Whoever has none is edited by its `name`. */
  edits: Readonly<Record<string, (random: RandomStream, number: number, record: SourceRecord) => Record<string, unknown>>>
}

/** What the engine needs, made from what somebody wrote down. */
export function defineCategory(description: CategoryDescription): Category {
  const { name, models } = description
  const main = models.find((model) => model.name === description.main)!
  return {
    name,
    models,
    mainModel: main.id,
    labels: description.labels,
    generate(input) {
      const scribe = createScribe(models, input)
      description.populate(scribe, input.size)
      return scribe.written
    },
    edit(record, random) {
      const number = 1000 + random.integer(9000)
      const model = models.find((each) => each.id === record.model)!
      return description.edits[model.name]?.(random, number, record) ?? { name: `${record.fields.name} ${number}` }
    },
    add(input) {
      const scribe = createScribe(models, input, input.find)
      const added = edited(description.add(scribe, `added-${input.number}`), input.fields)
      return [added, ...scribe.written.filter((record) => record.id !== added.id)]
    },
    consequences: consequencesAmong(models),
  }
}

/** Models of one category. `fields` is a list of words; `id` is `{category}.{name}` unless given. */
export function modelsOf(category: string) {
  return (name: string, path: string, fields: string, more: Partial<ModelDefinition> = {}): DescribedModel => ({
    id: `${category}.${name}`,
    name,
    path,
    available: true,
    ...more,
    fields: fields.split(/\s+/).filter(Boolean),
  })
}

/** Models that the endpoint exists for and nothing else: name and path in turn. */
export function emptyModels(category: string, list: Readonly<Record<string, string>>): DescribedModel[] {
  return Object.entries(list).map(([name, path]) => modelsOf(category)(name, path, '', { available: false }))
}
