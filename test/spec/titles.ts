import ts from 'typescript'

/** A test that a reference can name: its title as written, and what its title can be once it runs. */
export interface TestTitle {
  written: string
  matches(title: string): boolean
}

/** Functions that register a test. `check` is the storage contract's own, in the test kit. */
const REGISTRARS = new Set(['test', 'it', 'check'])
/** A title that is mostly filled in when it runs says too little to be named by a pattern. */
const LEAST_FIXED_TEXT = 10

/** Every test that a file registers and that runs: skipped ones and those left to be written do not count. */
export function titlesOf(path: string, text: string): TestTitle[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const titles: TestTitle[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && node.arguments[0]) titles.push(...titlesOfCall(node.expression, node.arguments[0]))
    ts.forEachChild(node, visit)
  }
  visit(file)
  return titles
}

function titlesOfCall(callee: ts.Expression, title: ts.Expression): TestTitle[] {
  if (ts.isIdentifier(callee) && REGISTRARS.has(callee.text)) return plainTitle(title)
  const table = eachTable(callee)
  if (table === undefined || !ts.isStringLiteralLike(title)) return []
  const rows = rowsOf(table)
  const filled = rows === null ? [pattern(title.text, () => undefined)] : rows.map((row) => pattern(title.text, (index) => row[index]))
  return filled.map((regex) => ({
    written: title.text,
    matches: (wanted) => wanted === title.text || (regex?.test(wanted) ?? false),
  }))
}

function plainTitle(title: ts.Expression): TestTitle[] {
  if (ts.isStringLiteralLike(title)) return [{ written: title.text, matches: (wanted) => wanted === title.text }]
  if (!ts.isTemplateExpression(title)) return []
  const parts = [title.head.text, ...title.templateSpans.map((span) => span.literal.text)]
  const regex = fromParts(parts.map(literally), '.+', parts.join(''))
  return [{ written: title.getText().slice(1, -1), matches: (wanted) => regex?.test(wanted) ?? false }]
}

/** The rows of `test.each(rows)` and `it.each(rows)`; of `.skip`, `.todo` and the like nothing. */
function eachTable(callee: ts.Expression): ts.Expression | undefined {
  if (!ts.isCallExpression(callee) || !ts.isPropertyAccessExpression(callee.expression)) return undefined
  const { expression, name } = callee.expression
  return name.text === 'each' && ts.isIdentifier(expression) && REGISTRARS.has(expression.text) ? callee.arguments[0] : undefined
}

/** What stands in the table as plain text or number, by row and column; `null`: the table is made when it runs. */
function rowsOf(table: ts.Expression): (string | undefined)[][] | null {
  const list = unwrapped(table)
  if (!ts.isArrayLiteralExpression(list) || list.elements.some(ts.isSpreadElement)) return null
  return list.elements.map((element) => {
    const row = unwrapped(element)
    return (ts.isArrayLiteralExpression(row) ? [...row.elements] : [row]).map(literalText)
  })
}

function unwrapped(node: ts.Expression): ts.Expression {
  return ts.isAsExpression(node) || ts.isSatisfiesExpression(node) || ts.isParenthesizedExpression(node) ? unwrapped(node.expression) : node
}

function literalText(node: ts.Expression): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text
  return ts.isNumericLiteral(node) ? node.text.replaceAll('_', '') : undefined
}

/** Fills `%s`, `%i`, `%d` and `%j` with the columns that are known; the others, and `$name`, may be anything. */
function pattern(title: string, column: (index: number) => string | undefined): RegExp | null {
  let index = 0
  let fixed = ''
  const parts = title.split(/(%[sdijof#]|\$[a-z]\w*)/i).map((part, place) => {
    const known = place % 2 === 0 ? part : part.startsWith('%') ? column(index++) : undefined
    fixed += known ?? ''
    return known === undefined ? '.+' : literally(known)
  })
  return fromParts(parts, '', fixed)
}

function fromParts(parts: string[], between: string, fixed: string): RegExp | null {
  const whole = parts.every((part) => part !== '.+') && between === ''
  return whole || fixed.length >= LEAST_FIXED_TEXT ? new RegExp(`^${parts.join(between)}$`, 's') : null
}

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
