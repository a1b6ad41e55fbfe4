import type { RandomStream } from '../random.ts'

/**
 * All that the engine knows about a category. HRIS is one such object; another category is another object,
 * and neither the paging, the sync runs nor the routes change for it.
 */
export interface Category {
  /** As in Merge's paths: `hris`. */
  name: string
  models: readonly ModelDefinition[]
  /** What `add`, `change` and `remove` mean when no model is named. */
  mainModel: string
  /** What those three are called on the control page: `Hire somebody`. */
  labels: { change: string; add: string; remove: string }
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
  /** The `model_id` of sync-status, as Merge spells it: `hris.Employee`, but also `ticketing.TicketingTag`. */
  id: string
  /** The `model_name` of sync-status: `Employee`, `Tag`. */
  name: string
  /** Of the list endpoint: `employees`. */
  path: string
  /** False: the endpoint exists, answers with an empty list, and sync-status says DISABLED, as for a scope that is off. */
  available: boolean
  /** Query parameter → field it must equal (or be contained in, for a list field). */
  filters?: Readonly<Record<string, string>>
  /** Beginning of a pair of query parameters, `issue_date` of `issue_date_after` and `issue_date_before` → the date field they compare with. */
  ranges?: Readonly<Record<string, string>>
  /** Field → model it points to, for `expand`. */
  relations?: Readonly<Record<string, string>>
  /** Of the relations, those whose target takes this record with it when it is deleted. */
  partOf?: readonly string[]
  /** Which of the fields that Merge itself adds this model's records lack. */
  without?: readonly MergeField[]
  /** True: the list does not know `created_*`, `modified_*` and `remote_id`, and passes over them as over any other word. */
  unfiltered?: boolean
  /** Query parameter → field: records in which it is true are left out unless the parameter is `true`. */
  shownOnRequest?: Readonly<Record<string, string>>
  /** Lists below one record, always empty here: `viewers` of `tickets/{id}/viewers`. A further id is written `{id}`. */
  nested?: readonly string[]
  /** Fields that are null unless `include_sensitive_fields=true`. */
  sensitive?: readonly string[]
}

/** A model together with the fields of its records. */
export interface DescribedModel extends ModelDefinition {
  /** Every field besides Merge's own, in order; null unless written. `tags[]` is a list and `[]` unless written. */
  fields: readonly string[]
}

/** Whether this name means the model: its `model_id`, or the category and what the model is called elsewhere. */
export function isCalled(model: ModelDefinition, category: string, name: string): boolean {
  return model.id === name || `${category}.${model.name}` === name
}

export type MergeField = 'id' | 'remote_was_deleted' | 'field_mappings' | 'remote_data'

/** A record in the customer's own system. */
export interface SourceRecord {
  model: string
  /** The id under which Merge serves it. */
  id: string
  /** Its id in the source system. */
  remoteId: string
  /**
   * In snake_case, exactly as Merge serves them; without the fields that Merge itself adds. An object among them that has
   * `created_at` and `modified_at` is a row of its own in Merge's database and is served with the record's stamps.
   */
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
