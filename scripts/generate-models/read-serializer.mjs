import { readFileSync } from 'node:fs'
import ts from 'typescript'
import { boolean, choice, list, number, object, optional, record, reference, string, timestamp, union, unknown } from './shapes.mjs'

/**
 * The shape that one file of the client's `serialization` folder describes. It is read from there and not from the client's
 * types, because only there stand the names on the wire. Throws for a file that says something in a way not known here.
 *
 * @param {string} file
 * @returns {import('./shapes.mjs').Shape}
 */
export function readSerializer(file) {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true, ts.ScriptKind.JS)
  const exported = source.statements
    .filter((statement) => ts.isExpressionStatement(statement) && ts.isBinaryExpression(statement.expression))
    .map((statement) => statement.expression)
    .filter(({ left, right }) => left.getText().startsWith('exports.') && !ts.isVoidExpression(right))
  if (exported.length !== 1) throw strange(source, `it exports ${exported.length} shapes, and one was expected`)
  return shapeOf(exported[0].right)
}

const plain = { string, number, boolean, date: timestamp, unknown, any: unknown }

/** @param {ts.Expression} node */
function shapeOf(node) {
  if (!ts.isCallExpression(node)) return reference(lastName(node).replace(/_$/, '')) // `File_`, for fear of the browser's
  const method = lastName(node.expression)
  const [argument] = node.arguments
  if (method in plain) return plain[method]
  switch (method) {
    case 'optional':
    case 'nullable':
      return optional(shapeOf(node.expression.expression))
    case 'list':
      return list(shapeOf(argument))
    case 'record':
      return record
    case 'lazy':
    case 'lazyObject':
      return shapeOf(argument.body)
    case 'undiscriminatedUnion':
      return union(argument.elements.map(shapeOf))
    case 'enum_':
      return choice(argument.elements.map((element) => element.text))
    case 'object':
      return object(Object.fromEntries(argument.properties.map(fieldOf)))
    default:
      throw strange(node.getSourceFile(), `"${method}" is new`)
  }
}

/** `key: shape`, or `key: property("name_on_the_wire", shape)`. */
function fieldOf({ name, initializer }) {
  const renamed = ts.isCallExpression(initializer) && lastName(initializer.expression) === 'property'
  return renamed ? [initializer.arguments[0].text, shapeOf(initializer.arguments[1])] : [name.text, shapeOf(initializer)]
}

/** `Company` of `Company_1.Company` and of `serializers.hris.Company`. */
function lastName(node) {
  if (!ts.isPropertyAccessExpression(node)) throw strange(node.getSourceFile(), `"${node.getText()}" is new`)
  return node.name.text
}

function strange(source, what) {
  return new Error(
    `${source.fileName} cannot be read: ${what}. Merge's client has changed; teach scripts/generate-models/read-serializer.mjs.`,
  )
}
