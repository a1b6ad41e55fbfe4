import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const folder = join(import.meta.dirname, '..', '..', 'packages', 'element')
// The analyzer is the package's own; its command would write into the package.json, its function only answers.
const analyzer = join(folder, 'node_modules', '@custom-elements-manifest', 'analyzer')
const { create, ts } = await import(pathToFileURL(join(analyzer, 'index.js')).href)
const { litPlugin } = await import(pathToFileURL(join(analyzer, 'src/features/framework-plugins/lit/lit.js')).href)

/**
 * @typedef {object} ElementDescription
 * @property {string} tag
 * @property {string} className
 * @property {string} description
 * @property {Attribute[]} attributes
 * @property {Field[]} fields  every public one, those of the attributes included
 * @property {{ name: string, description: string, returns: string }[]} methods
 * @property {{ name: string, description: string, type: string, callback: string }[]} events
 * @property {Named[]} slots
 * @property {Named[]} parts
 * @property {Named[]} states
 * @property {Named[]} cssProperties
 */
/** @typedef {{ name: string, description: string }} Named */
/** @typedef {Named & { field: string, type: string }} Attribute */
/** @typedef {Named & { type: string, readonly: boolean, attribute?: string, reflects?: boolean, initial?: string }} Field */

/**
 * What the sources say about every element that `define.ts` registers, sorted by tag. Reads the disk only and always
 * says the same. Throws where something that users read has no word of description, or an event has no type.
 *
 * @returns {ElementDescription[]}
 */
export function readElements() {
  const texts = globSync('src/*.ts', { cwd: folder })
    .sort()
    .map((path) => [path.replaceAll('\\', '/'), readFileSync(join(folder, path), 'utf8')])
  const modules = texts.map(([path, text]) => ts.createSourceFile(path, text, ts.ScriptTarget.ES2015, true))
  const declarations = create({ modules, plugins: litPlugin(), context: { dev: false } }).modules.flatMap((each) => each.declarations)
  const events = eventTypes(modules)
  const registrations = [...readFileSync(join(folder, 'src/define.ts'), 'utf8').matchAll(/^defineElement\('(.+)', (\w+)\)$/gm)]
  if (registrations.length === 0) throw new Error('packages/element/src/define.ts registers no element that can be read.')
  return registrations
    .map(([, tag, className]) =>
      describe(
        tag,
        declarations.find(({ name }) => name === className),
        events,
      ),
    )
    .sort(byTag)
}

function describe(tag, declaration, events) {
  if (!declaration) throw new Error(`packages/element/src has no class for <${tag}>.`)
  const open = (declaration.members ?? []).filter(isPublic)
  const description = {
    tag,
    className: declaration.name,
    description: declaration.description ?? '',
    attributes: (declaration.attributes ?? []).map(({ name, description, fieldName, type }) => ({
      ...named({ name, description }),
      field: fieldName,
      type: type.text,
    })),
    fields: open.filter(({ kind }) => kind === 'field').map(field),
    methods: open
      .filter(({ kind }) => kind === 'method')
      .map(({ name, description, return: returned }) => ({ ...named({ name, description }), returns: returned?.type.text ?? 'void' })),
    events: (declaration.events ?? []).map((event) => ({
      ...named(event),
      type: events.get(event.name) ?? fail(`The event ${event.name} of <${tag}> is in no EventMap, so nobody knows its type.`),
      callback: callbackOf(tag, event.name),
    })),
    slots: (declaration.slots ?? []).map(named),
    parts: (declaration.cssParts ?? []).map(named),
    states: (declaration.cssStates ?? []).map(named),
    cssProperties: (declaration.cssProperties ?? []).map(named),
  }
  check(description)
  return description
}

/** `connect-success` is `onSuccess` where it is the element's own; another's keeps its whole name: `onConnectSuccess`. */
function callbackOf(tag, event) {
  const [family] = tag.split('-')
  const own = [`${tag}-`, `${family}-`].find((prefix) => event.startsWith(prefix)) ?? ''
  const words = event.slice(own.length).split('-')
  return `on${words.map((word) => word[0].toUpperCase() + word.slice(1)).join('')}`
}

function check({ tag, description, attributes, fields, events, slots, parts, cssProperties }) {
  if (!description) fail(`<${tag}> has no description.`)
  const bare = [...attributes, ...fields.filter(({ name }) => !isCallback(name)), ...events, ...slots, ...parts, ...cssProperties]
    .filter((each) => !each.description)
    .map(({ name }) => name)
  if (bare.length > 0) fail(`<${tag}> says nothing about ${bare.join(', ')}: add a doc comment.`)
  const callbacks = events.map(({ callback }) => callback)
  const twice = callbacks.find((callback, index) => callbacks.indexOf(callback) !== index)
  if (twice) fail(`Two events of <${tag}> would have the callback ${twice}.`)
}

/** `onSuccess` and the like: wrappers have the events instead. */
export function isCallback(name) {
  return /^on[A-Z]/.test(name)
}

function isPublic({ name, privacy, static: isStatic }) {
  return !name.startsWith('#') && !isStatic && (privacy === undefined || privacy === 'public')
}

function field({ name, description, type, readonly, attribute, reflects, default: initial }) {
  return { ...named({ name, description }), type: type.text, readonly: readonly === true, attribute, reflects, initial }
}

function named({ name, description }) {
  return { name, description: (description ?? '').replace(/\n(?!\n)/g, ' ').replace(/\n /g, '\n\n') }
}

/** The members of every interface whose name ends in `EventMap`. */
function eventTypes(modules) {
  const types = new Map()
  const visit = (node) => {
    if (ts.isInterfaceDeclaration(node) && node.name.text.endsWith('EventMap'))
      for (const member of node.members) types.set(member.name.text, member.type.getText())
    ts.forEachChild(node, visit)
  }
  modules.forEach(visit)
  return types
}

function byTag(left, right) {
  return left.tag < right.tag ? -1 : 1
}

function fail(message) {
  throw new Error(message)
}
