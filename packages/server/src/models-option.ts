import { ErrorCode, IntegrationError } from './errors.ts'
import { CATEGORIES, type Category, isCategoryName } from './merge/categories.ts'
import { type AnyModelName, completeRow, indexModels, knownNames, MODEL_TABLE, type ModelRow, modelsInAll } from './merge/model-table.ts'

/**
 * A model of Merge that this version does not know yet. What is left out is as with most models: it can be asked for what changed, its
 * records have an `id`, and one that is deleted says so.
 */
export interface CustomModel {
  /** As in Merge's sync status, the category in front: `email.Thread`. */
  model: string
  category: Category
  /** The list endpoint below `/{category}/v1/`: `threads`. */
  path: string
  /** Whether the list takes `modified_after`; without it everything is read every time. */
  modifiedAfter?: boolean
  /** Whether its records have an `id`; without one, `key` says what tells them apart. */
  hasId?: boolean
  /** The fields that tell records without an `id` apart: the first of them that holds text. */
  key?: readonly string[]
  /** Whether its records have `remote_was_deleted`; without it only a full sync sees that one is gone. */
  hasDeletionMark?: boolean
}

export type ModelsOption = readonly (AnyModelName | CustomModel)[] | 'all'

/** The models to read, in the order named. Throws `CONFIG_INVALID` for a name that is not in the table, and for a model that is described wrongly. */
export function wantedModels(models: ModelsOption | undefined): ModelRow[] {
  if (models === 'all') return modelsInAll()
  need(
    Array.isArray(models) && models.length > 0,
    `"sync.models" must name what to read, for example ['hris.Employee', 'hris.Company'], or be 'all'.`,
  )
  const own = (models as ModelsOption & object).filter((model) => typeof model === 'object' && model !== null).map(readCustom)
  for (const [place, row] of own.entries()) checkUnknown(row, [...MODEL_TABLE, ...own.slice(0, place)])
  const index = indexModels([...MODEL_TABLE, ...own])
  const names = (models as ModelsOption & object).map((model) => (typeof model === 'object' && model !== null ? model.model : model))
  return [...new Set(names)].map((name) => index.find(name) ?? refuseName(name))
}

/** The categories that may be connected: those that this version knows, and those named. Throws `CONFIG_INVALID` for one that cannot be one. */
export function wantedCategories(named: readonly Category[] | undefined, models: readonly ModelRow[]): ReadonlySet<string> {
  need(named === undefined || Array.isArray(named), `"categories" must be a list, such as [customCategory('email')].`)
  for (const name of named ?? [])
    need(
      isCategoryName(name),
      `"categories" names ${show(name)}, which cannot be one: 2 to 40 letters from a to z, as in Merge's addresses.`,
    )
  return new Set<string>([...CATEGORIES, ...(named ?? []), ...models.map((row) => row.category)])
}

function readCustom(model: CustomModel): ModelRow {
  const where = `"sync.models" describes ${show(model.model ?? 'a model')}`
  const strange = Object.keys(model).find((name) => !FIELDS.has(name))
  need(
    strange === undefined,
    `${where} with ${show(strange)}, which is nothing that can be said of a model. Known: ${[...FIELDS].join(', ')}.`,
  )
  const { category, path, hasId = true, key } = model
  need(isCategoryName(category), `${where}, whose "category" must be 2 to 40 letters from a to z, as in Merge's addresses.`)
  need(
    typeof model.model === 'string' &&
      /^[A-Za-z][A-Za-z0-9]{0,99}$/.test(model.model.slice(category.length + 1)) &&
      model.model.startsWith(`${category}.`),
    `${where}, whose "model" must be its category, a dot and a name of letters and digits, such as "${category}.Thread".`,
  )
  need(
    typeof path === 'string' && path.length <= 200 && /^[A-Za-z0-9_-]+(?:\/[A-Za-z0-9_-]+)*$/.test(path),
    `${where}, whose "path" must be the list below /${category}/v1/, such as "threads": letters, digits, "-", "_" and "/" between them.`,
  )
  need(
    !PLATFORM.has(path.split('/')[0]?.toLowerCase() ?? ''),
    `${where}, whose "path" is ${show(path)}: that is no list of records, and would show what belongs to others. Name the model's own list.`,
  )
  for (const name of ['modifiedAfter', 'hasId', 'hasDeletionMark'] as const)
    need(model[name] === undefined || typeof model[name] === 'boolean', `${where}, whose "${name}" must be true or false.`)
  need(
    key === undefined || (Array.isArray(key) && key.length > 0 && key.every((field) => typeof field === 'string' && field !== '')),
    `${where}, whose "key" must list field names, such as ['remote_id', 'name'].`,
  )
  if (hasId)
    need(
      key === undefined || key.join() === 'id',
      `${where} with a "key", although its records have an "id". Set hasId: false, or leave "key" out.`,
    )
  else
    need(
      key !== undefined && !key.includes('id'),
      `${where} without an "id" (hasId: false), so "key" must say what tells its records apart, and not by "id".`,
    )
  const { modifiedAfter, hasDeletionMark } = model
  return completeRow({
    model: model.model,
    path,
    ...(modifiedAfter === undefined ? {} : { modifiedAfter }),
    ...(hasDeletionMark === undefined ? {} : { hasDeletionMark }),
    ...(hasId ? {} : { hasId, key: [...(key ?? [])] }),
  })
}

/** Two that share a name could not be told apart in what Merge sends, and two that share a list would both be kept. */
function checkUnknown(row: ModelRow, known: readonly ModelRow[]): void {
  const names = new Set(knownNames(row))
  const twin = known.find(
    (other) => other.category === row.category && (other.path === row.path || knownNames(other).some((name) => names.has(name))),
  )
  need(
    twin === undefined,
    `"sync.models" describes "${row.model}" at "${row.path}", which is known already: "${twin?.model}" at "${twin?.path}". Name that one as a text instead.`,
  )
}

function refuseName(name: unknown): never {
  const near = MODEL_TABLE.find((row) => row.model.toLowerCase() === String(name).toLowerCase() || row.path === name)
  const hint = near
    ? ` Did you mean "${near.model}"?`
    : ` Known: ${MODEL_TABLE.map((row) => row.model).join(', ')}. One that Merge has added since can be described: { model, category, path }.`
  throw new IntegrationError(ErrorCode.CONFIG_INVALID, `"sync.models" names ${show(name)}, which is no model of Merge.${hint}`)
}

const FIELDS: ReadonlySet<string> = new Set(['model', 'category', 'path', 'modifiedAfter', 'hasId', 'key', 'hasDeletionMark'])

/** What stands beside the lists of records: some of it answers for all accounts, whosever token is sent. */
const PLATFORM: ReadonlySet<string> = new Set([
  ...['account-details', 'account-token', 'async-passthrough', 'async-tasks', 'audit-trail', 'available-actions', 'default-scopes'],
  ...['delete-account', 'field-mappings', 'generate-key', 'issues', 'link-token', 'linked-account-scopes', 'linked-accounts'],
  ...['passthrough', 'regenerate-key', 'remote-fields', 'selective-sync', 'sync-status', 'target-fields', 'webhook-receivers'],
])

function show(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 60) ?? String(value)
}

function need(holds: boolean, message: string): asserts holds {
  if (!holds) throw new IntegrationError(ErrorCode.CONFIG_INVALID, message)
}
