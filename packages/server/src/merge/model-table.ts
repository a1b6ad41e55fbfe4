import { type ModelName, ROWS } from './generated/model-table.ts'

export type { ModelName }

/** The name of a model: one of the table, or one that your code has described itself. */
export type AnyModelName = ModelName | (string & {})

/** One common model of Merge: what it is called in each of Merge's own vocabularies, and what its list can do. */
export interface ModelRow {
  /** As in sync-status and in `sync.models`: `hris.Employee`. */
  readonly model: AnyModelName
  readonly category: string
  /** The list endpoint below `/{category}/v1/`. */
  readonly path: string
  /** The name in a webhook's event, as far as it is known: `CRMContact` of `CRMContact.changed`. */
  readonly webhook: string
  /** Further spellings of `model`. Ask {@link matchModel}, which knows more. */
  readonly aliases: readonly string[]
  /** Whether the list takes `modified_after`; without it every walk reads everything. */
  readonly modifiedAfter: boolean
  /** Whether its records have an `id` from Merge. */
  readonly hasId: boolean
  /** What tells its records apart: the first of these fields that holds text. `['id']` but for those that have none. */
  readonly key: readonly string[]
  /** Whether its records have `remote_was_deleted`; without it only a full sweep sees that one is gone. */
  readonly hasDeletionMark: boolean
  /** What its list is asked beside the usual. */
  readonly query: Readonly<Record<string, string>>
  /** Bank, pay, benefits, dependents, what applicants said about themselves and what people write in letters: never part of `'all'`, must be named. */
  readonly sensitive: boolean
  /** Answered still, but gone from Merge's reference: never part of `'all'` either. */
  readonly retired: boolean
}

/** A row of the generated list: what it does not say is as with most. */
export type SparseRow = Pick<ModelRow, 'model' | 'path'> & Partial<Omit<ModelRow, 'category'>>

/** Every model of Merge that this version knows, by category and name. */
export const MODEL_TABLE: readonly ModelRow[] = ROWS.map(completeRow)

/** Finds rows by what they are called. */
export interface ModelIndex {
  find(model: string): ModelRow | undefined
  match(category: string, name: string): ModelRow | undefined
}

/** An index of these rows; of two that share a name the later one is found by it. */
export function indexModels(rows: readonly ModelRow[]): ModelIndex {
  const byModel = new Map<string, ModelRow>(rows.map((row) => [row.model, row]))
  const byKnownName = new Map(rows.flatMap((row) => knownNames(row).map((name) => [name, row] as const)))
  return {
    find: (model) => byModel.get(model),
    match(category, name) {
      const key = keyOf(category, name)
      return key === null ? undefined : byKnownName.get(key)
    },
  }
}

const table = indexModels(MODEL_TABLE)

/** The row of the table of exactly this name; `undefined` when there is none. */
export function findModel(model: string): ModelRow | undefined {
  return table.find(model)
}

/**
 * The row of the table that Merge means by a name it sent: a `model_id` of sync-status or the model in a webhook's event, in any of the
 * spellings that Merge uses. `undefined` for a name that has no list of its own (`InvoiceLineItem`), is of another category
 * (`ats.Tag` in `hris`) or is new: never an error, because Merge adds names without notice.
 */
export function matchModel(category: string, name: string): ModelRow | undefined {
  return table.match(category, name)
}

/** Whether Merge means this row by a name it sent, in any of the spellings that {@link matchModel} knows. */
export function isNameOf(row: ModelRow, name: string): boolean {
  const key = keyOf(row.category, name)
  return key !== null && knownNames(row).includes(key)
}

/** What `'all'` stands for. */
export function modelsInAll(): ModelRow[] {
  return MODEL_TABLE.filter((row) => !row.sensitive && !row.retired)
}

/** A row as it is used, from one that says only what sets it apart. */
export function completeRow(row: SparseRow): ModelRow {
  const [category = '', name = ''] = row.model.split('.')
  return {
    category,
    webhook: name,
    aliases: [],
    modifiedAfter: true,
    hasId: true,
    key: ['id'],
    hasDeletionMark: true,
    query: {},
    sensitive: false,
    retired: false,
    ...row,
  }
}

/** All that Merge may call it, squeezed: two rows that share one of these cannot be told apart. */
export function knownNames({ category, model, path, webhook, aliases }: ModelRow): string[] {
  return [model, path, webhook, ...aliases].map((name) => nameKey(category, name.slice(name.lastIndexOf('.') + 1)))
}

/** `null`: the name is of another category. */
function keyOf(category: string, name: string): string | null {
  const own = squeeze(category)
  const dot = name.lastIndexOf('.')
  if (dot >= 0 && squeeze(name.slice(0, dot)) !== own) return null
  return nameKey(own, name.slice(dot + 1))
}

/**
 * `CRMAccount`, `crm-accounts` and `Account` are told apart by nothing but fashion: no case, no marks, no category in front. What is called
 * like its category, `calendar.Calendar` at `calendars`, keeps its name.
 */
function nameKey(category: string, name: string): string {
  const squeezed = squeeze(name)
  const rest = squeezed.startsWith(category) ? squeezed.slice(category.length) : ''
  return `${category} ${rest.length > 1 ? rest : squeezed}`
}

function squeeze(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '')
}
