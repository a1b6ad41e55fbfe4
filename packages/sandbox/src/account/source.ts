import { randomFrom, uuidFrom } from '../random.ts'
import type { Category, SourceRecord } from '../world/category.ts'

/** The customer's own system: what is true now, and what Merge has not looked at yet. */
export interface Source {
  /** Null when it was deleted there, or never was. */
  get(model: string, id: string): SourceRecord | null
  /** In the order of creation. */
  list(model: string): SourceRecord[]
  /** Writes a record and marks it as unseen by Merge. */
  put(record: SourceRecord): void
  /** Deletes a record and marks that as unseen. False when it is not there. */
  remove(model: string, id: string): boolean
  /** Hands over the ids of this model that Merge has not seen, oldest first, and forgets them. */
  takeUnseen(model: string): string[]
  markUnseen(model: string, id: string): void
  countUnseen(): number
  /** Another company takes the place of this one: none of the old records is there any more, and no id comes again. */
  moveTo(company: Pick<SourceInput, 'company' | 'organizationName' | 'today'>): void
}

export interface SourceInput {
  category: Category
  seed: number
  linkedAccountId: string
  /** As in {@link LinkedAccount}. */
  company: number
  organizationName: string
  size: number
  /** Epoch milliseconds. */
  today: number
}

/** The same input gives the same records with the same ids. */
export function createSource(input: SourceInput): Source {
  const tables = new Map<string, Map<string, SourceRecord>>()
  const unseen = new Map<string, Set<string>>()
  for (const model of input.category.models) {
    tables.set(model.id, new Map())
    unseen.set(model.id, new Set())
  }
  const put = (record: SourceRecord) => {
    tables.get(record.model)!.set(record.id, record)
    unseen.get(record.model)!.add(record.id)
  }
  const remove = (model: string, id: string) => {
    const existed = tables.get(model)?.delete(id) ?? false
    if (existed) unseen.get(model)!.add(id)
    return existed
  }
  const list = (model: string) => [...(tables.get(model)?.values() ?? [])]
  const populate = (world: SourceInput) => {
    const random = randomFrom(...wordsOf(world), 'world')
    const { size, today, organizationName } = world
    for (const record of world.category.generate({ random, size, today, organizationName, identify: identifier(world) })) put(record)
  }
  populate(input)

  return {
    put,
    get: (model, id) => tables.get(model)?.get(id) ?? null,
    list,
    remove,
    moveTo(company) {
      for (const { id: model } of input.category.models) for (const { id } of list(model)) remove(model, id)
      populate({ ...input, ...company })
    },
    takeUnseen(model) {
      const ids = [...unseen.get(model)!]
      unseen.get(model)!.clear()
      return ids
    },
    markUnseen: (model, id) => void unseen.get(model)!.add(id),
    countUnseen: () => [...unseen.values()].reduce((sum, ids) => sum + ids.size, 0),
  }
}

/** Ids of one linked account's records: two accounts never share one, and nor do two companies behind the same account. */
export function identifier(input: Pick<SourceInput, 'seed' | 'linkedAccountId' | 'company'>): (model: string, key: string) => string {
  return (model, key) => uuidFrom(...wordsOf(input), model, key)
}

function wordsOf({ seed, linkedAccountId, company }: Pick<SourceInput, 'seed' | 'linkedAccountId' | 'company'>): (string | number)[] {
  return company === 0 ? [seed, linkedAccountId] : [seed, linkedAccountId, 'company', company]
}
