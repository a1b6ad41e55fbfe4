import { ALIASES, CATEGORIES, KEYS, MODEL_IDS, NEWER_FIELDS, QUERIES, RETIRED, SENSITIVE, WEBHOOKS } from './by-hand.mjs'
import { categoryByHand } from './by-hand-categories.mjs'
import { readCategory } from './read-client.mjs'
import { writeTable } from './write-table.mjs'
import { writeTypes } from './write-types.mjs'

/**
 * The model table and the record types, from Merge's published client and what is kept by hand. Reads the disk only and
 * always says the same. Throws where the two disagree, so that a new version of the client cannot change a name unseen.
 *
 * @returns {Map<string, string>} text by path, from the repository's root
 */
export function generate() {
  const categories = CATEGORIES.map((category) =>
    (categoryByHand(category) ?? readCategory(category)).map(withNewerFields).map(describe).sort(byModel),
  )
  const rows = categories.flat()
  checkHandKept(rows.map((row) => row.model))
  return new Map([
    ['packages/server/src/merge/generated/model-table.ts', writeTable(rows.map(sparse))],
    ...categories.map((own) => [`packages/server/src/models/${own[0].listing.category}.ts`, writeTypes(own)]),
  ])
}

/** @param {import('./shapes.mjs').Listing} listing */
function withNewerFields(listing) {
  return { ...listing, shapeOf: (name) => addNewerFields(`${listing.category}.${name}`, listing.shapeOf(name)) }
}

function addNewerFields(name, shape) {
  const newer = NEWER_FIELDS[name] ?? {}
  const known = Object.keys(newer).filter((field) => field in shape.fields)
  if (known.length > 0) throw new Error(`Merge's client has ${known} of ${name} by now: drop it from scripts/generate-models/by-hand.mjs.`)
  return name in NEWER_FIELDS ? { ...shape, fields: { ...shape.fields, ...newer } } : shape
}

/** @param {import('./shapes.mjs').Listing} listing */
function describe(listing) {
  const { category, type, shapeOf } = listing
  const model = MODEL_IDS[`${category}.${type}`] ?? `${category}.${type}`
  const { fields } = shapeOf(type)
  const hasId = 'id' in fields
  if (hasId === model in KEYS) {
    throw new Error(`${model} ${hasId ? 'has an id by now' : 'has no id'}: put right KEYS in scripts/generate-models/by-hand.mjs.`)
  }
  return { model, listing, hasId, hasDeletionMark: 'remote_was_deleted' in fields }
}

/** What is true of most is left out. */
function sparse({ model, listing, hasId, hasDeletionMark }) {
  const { category, type, path, modifiedAfter } = listing
  const webhook = WEBHOOKS[model]
  const aliases = [...(ALIASES[model] ?? []), ...(model === `${category}.${type}` ? [] : [`${category}.${type}`])]
  return {
    model,
    path,
    ...(webhook ? { webhook } : {}),
    ...(aliases.length > 0 ? { aliases } : {}),
    ...(modifiedAfter ? {} : { modifiedAfter }),
    ...(hasId ? {} : { hasId, key: KEYS[model] }),
    ...(hasDeletionMark ? {} : { hasDeletionMark }),
    ...(QUERIES[model] ? { query: QUERIES[model] } : {}),
    ...(SENSITIVE.includes(model) ? { sensitive: true } : {}),
    ...(RETIRED.includes(model) ? { retired: true } : {}),
  }
}

/** Names that no model has any more would silently let a sensitive one into 'all'. */
function checkHandKept(models) {
  const named = [MODEL_IDS, WEBHOOKS, ALIASES, KEYS, QUERIES].flatMap((list) =>
    list === MODEL_IDS ? Object.values(list) : Object.keys(list),
  )
  for (const name of [...named, ...SENSITIVE, ...RETIRED]) {
    if (!models.includes(name))
      throw new Error(`scripts/generate-models/by-hand.mjs names ${name}, which Merge's client does not list any more.`)
  }
}

function byModel(left, right) {
  return left.model < right.model ? -1 : 1
}
