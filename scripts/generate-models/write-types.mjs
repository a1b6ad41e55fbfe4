import { HEADER, lineOrLines, literal, property } from './format.mjs'

/** More values than this help nobody who types, and only make the editor slow: currencies and countries are plain strings. */
const MOST_VALUES = 100

/** What fields that many models share mean. */
const DOCS = {
  remote_id: "The id in the customer's own system.",
  modified_at: 'When Merge last wrote this record: not when the customer did.',
  remote_was_deleted: "True: it is gone from the customer's system.",
  field_mappings: 'Fields that were mapped in Merge, by the names given there.',
  custom_fields: 'Fields that Merge knows of this one system only.',
  remote_data: "Raw answers of the customer's system: `null`, because the mirror does not ask for them.",
  remote_fields: 'Fields beyond the common ones: empty, because the mirror does not ask for them.',
}

/**
 * The record types of one category as TypeScript: an interface for each model and for each thing inside one, an open union
 * for each set of known values, and `Models`, which finds them by the name of the model.
 *
 * @param {{ model: string, hasId: boolean, listing: import('./shapes.mjs').Listing }[]} rows of one category
 * @returns {string}
 */
export function writeTypes(rows) {
  const byType = new Map(rows.map((row) => [row.listing.type, row]))
  const { category, shapeOf } = rows[0].listing
  const written = new Map()

  for (const { listing } of rows) need(listing.type)
  const declarations = [...written.keys()].sort().map((name) => written.get(name))
  return `${[
    HEADER,
    "import type { Timestamp } from './wire.ts'",
    ...declarations,
    `/** The record of each model of this category. */\nexport interface Models {\n${rows
      .map((row) => `  '${row.model}': ${row.listing.type}`)
      .join('\n')}\n}`,
  ].join('\n\n')}\n`

  function need(name) {
    if (written.has(name)) return
    written.set(name, '') // so that two that name each other end
    const shape = shapeOf(name)
    written.set(name, shape.is === 'enum' ? writeValues(name, shape) : writeInterface(name, shape))
  }

  function writeInterface(name, { fields }) {
    const row = byType.get(name)
    const doc = row
      ? `One \`${row.model}\`, as \`/${category}/v1/${row.listing.path}\` lists it.`
      : `Part of other records of this category.`
    const lines = Object.entries(fields).map(([field, shape]) => {
      const isKey = row?.hasId === true && field === 'id'
      return writeField(field, isKey ? { ...shape, optional: false } : shape)
    })
    return `/** ${doc} */\nexport interface ${name} {\n${lines.join('\n')}\n}`
  }

  function writeField(field, shape) {
    const related = new Set()
    const type = typeOf(shape, related)
    const doc = DOCS[field] ?? relation([...related], unwrap(shape).is === 'list')
    return `${doc ? `  /** ${doc} */\n` : ''}  ${property(field)}${shape.optional ? `?: ${type} | null` : `: ${type}`}`
  }

  /** @param {Set<string>} related takes the types whose ids stand here */
  function typeOf(shape, related) {
    if (shape.is === 'timestamp') return 'Timestamp'
    if (shape.is === 'record') return 'Record<string, unknown>'
    if (shape.is === 'list') return listOf(shape.of, related)
    if (shape.is === 'union') return unionOf(shape.of, related)
    if (shape.is === 'reference') {
      const target = shapeOf(shape.to)
      if (target.is !== 'object' && target.is !== 'enum') return typeOf(target, related)
      need(shape.to)
      return shape.to
    }
    return shape.is
  }

  function listOf(item, related) {
    const type = typeOf(item, related)
    const items = item.optional ? `${type} | null` : type
    return items.replace(/\([^()]*\)/g, '').includes(' | ') ? `(${items})[]` : `${items}[]`
  }

  /**
   * An id, or what it names. A record with a list of its own is sent as its id unless it is asked to be expanded, and it is
   * not; anything else may be either. A union of known values and `string` is the former, which is open.
   */
  function unionOf(members, related) {
    const flat = members.flatMap(flatten)
    const enums = flat.filter((member) => member.is === 'reference' && shapeOf(member.to).is === 'enum')
    if (enums.length > 0) return enums.map((member) => typeOf(member, related)).join(' | ')
    const types = flat.flatMap((member) => {
      const isRecord = member.is === 'reference' && byType.has(member.to) && !member.sentWhole
      if (isRecord) related.add(member.to)
      return isRecord ? [] : [typeOf(member, related)]
    })
    return [...new Set(types)].join(' | ')
  }

  function flatten(shape) {
    const target = unwrap(shape)
    return target.is === 'union' ? target.of.flatMap(flatten) : [shape]
  }

  /** What a name stands for, where that has no declaration of its own. */
  function unwrap(shape) {
    const target = shape.is === 'reference' ? shapeOf(shape.to) : shape
    return shape.is === 'reference' && (target.is === 'union' || target.is === 'list') ? unwrap(target) : shape
  }
}

function writeValues(name, { values }) {
  if (values.length > MOST_VALUES)
    return `/** One of ${values.length} codes, as \`${values.slice(0, 3).join('`, `')}\`. */\nexport type ${name} = string`
  return lineOrLines(`export type ${name} =`, [...values.map((value) => literal(value)), '(string & {})'], ' | ', '  | ')
}

function relation(types, many) {
  if (types.length === 0) return undefined
  const names = types.map((type) => `\`${type}\``).join(' or ')
  return many ? `Ids of ${names} records.` : `Id of ${/^`[AEIO]/.test(names) ? 'an' : 'a'} ${names} record.`
}
