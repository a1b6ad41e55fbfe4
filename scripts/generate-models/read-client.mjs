import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { readSerializer } from './read-serializer.mjs'

const folder = 'packages/server/node_modules/@mergeapi/merge-node-client'

/** The version of Merge's client that is read. */
export function clientVersion() {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version
}

/**
 * Every list endpoint of one category that can be mirrored: it takes a cursor and `include_deleted_data`, as no list of the
 * platform does (issues, linked accounts), and it stands on its own, not below another record.
 *
 * @param {string} category
 * @returns {import('./shapes.mjs').Listing[]}
 */
export function readCategory(category) {
  const resources = join(folder, 'api/resources', category, 'resources')
  const types = join(folder, 'serialization/resources', category, 'types')
  const shapes = new Map()
  const shapeOf = (name) => {
    if (!shapes.has(name)) {
      const [file] = [`${name}.js`, `${name}_.js`].map((candidate) => join(types, candidate)).filter((candidate) => existsSync(candidate))
      shapes.set(name, readSerializer(file))
    }
    return shapes.get(name)
  }
  return readdirSync(resources)
    .map((resource) => join(resources, resource, 'client/Client.js'))
    .filter((file) => existsSync(file))
    .flatMap((file) => readList(file, category))
    .map(({ page, ...rest }) => ({ category, ...rest, type: shapeOf(page).fields.results.of.to, shapeOf }))
}

/** The method `list` of one resource: where it asks, with which parameters, and what a page of it is called. */
function readList(file, category) {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true, ts.ScriptKind.JS)
  const method = find(source, (node) => ts.isMethodDeclaration(node) && node.name.getText() === 'list')
  if (!method) return []
  const parameters = find(method, (node) => ts.isVariableDeclaration(node) && node.name.getText() === '_queryParams')
  const names = parameters?.initializer.properties?.map((property) => property.name.text) ?? []
  const address = find(method, (node) => ts.isStringLiteral(node) && node.text.startsWith(`${category}/v1/`))
  const page = find(method, (node) => ts.isPropertyAccessExpression(node) && /^Paginated\w+List$/.test(node.name.text))
  if (!address || !page || !names.includes('cursor') || !names.includes('include_deleted_data')) return []
  return [{ path: address.text.slice(`${category}/v1/`.length), modifiedAfter: names.includes('modified_after'), page: page.name.text }]
}

function find(node, matches) {
  return matches(node) ? node : ts.forEachChild(node, (child) => find(child, matches))
}
