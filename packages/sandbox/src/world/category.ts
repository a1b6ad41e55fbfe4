import type { RandomStream } from '../random.ts'

/**
 * All that the engine knows about a category. HRIS is one such object; another category is another object,
 * and neither the paging, the sync runs nor the routes change for it.
 */
export interface Category {
  /** As in Merge's paths: `hris`. */
  name: string
  models: readonly ModelDefinition[]
  /** What `hire`, `change` and `remove` mean when no model is named. */
  mainModel: string
  /** The source system's records on the day it is connected. Must depend on its input alone. */
  generate(input: WorldInput): SourceRecord[]
  /** A plausible edit of one record: the fields that change. */
  edit(record: SourceRecord, random: RandomStream): Record<string, unknown>
  /** A new main record and whatever comes with it (first), and edits to others. `fields` override the main record's. */
  add(input: AddInput): SourceRecord[]
  /** What else goes or changes in the source system when this record is deleted there. */
  consequences(
    record: SourceRecord,
    find: FindRecords,
  ): { removed: SourceRecord[]; edited: { record: SourceRecord; fields: Record<string, unknown> }[] }
}

export interface ModelDefinition {
  /** The `model_id` of sync-status: `hris.Employee`. */
  id: string
  /** The `model_name` of sync-status: `Employee`. */
  name: string
  /** Of the list endpoint: `employees`. */
  path: string
  /** False: the endpoint exists, answers with an empty list, and sync-status says DISABLED, as for a scope that is off. */
  available: boolean
  /** Query parameter → field it must equal (or be contained in, for a list field). */
  filters?: Readonly<Record<string, string>>
  /** Field → model it points to, for `expand`. */
  relations?: Readonly<Record<string, string>>
  /** Fields that are null unless `include_sensitive_fields=true`. */
  sensitive?: readonly string[]
}

/** A record in the customer's own system. */
export interface SourceRecord {
  model: string
  /** The id under which Merge serves it. */
  id: string
  /** Its id in the source system. */
  remoteId: string
  /** In snake_case, exactly as Merge serves them; without the fields that Merge itself adds. */
  fields: Record<string, unknown>
}

export interface WorldInput {
  random: RandomStream
  /** How many main records. */
  size: number
  /** Epoch milliseconds of the day the account was linked. */
  today: number
  organizationName: string
  /** Merge's id for a record with this key; stable for one linked account. */
  identify(model: string, key: string): string
}

export interface AddInput extends Omit<WorldInput, 'size'> {
  /** How many main records were ever added by hand, this one included. */
  number: number
  find: FindRecords
  fields: Record<string, unknown>
}

/** The live records of one model in the source system. */
export type FindRecords = (model: string) => SourceRecord[]
