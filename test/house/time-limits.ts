import ts from 'typescript'

/** A test may end by no shorter limit than this: a background tab, a busy machine or another browser must not reach it. Milliseconds. */
export const LEAST_LIMIT_MS = 180_000

/** Limits that end no test: each is meant to be reached, at once or never, however fast the machine is. */
export const NO_END_OF_A_TEST: Readonly<Record<string, string>> = {
  'packages/element/test/dom/merge-link-stub.test.ts': 'what the harness waits for never comes',
  'packages/storage-sql/test/sqlite-drivers.test.ts': 'the lock that SQLite waits for is held until it gives up',
  'packages/storage-sql/test/sqlite-erasure.test.ts': 'the lock that SQLite waits for is held until it gives up',
  'packages/storage-sql/test/sqlite-failures.test.ts': 'the lock that SQLite waits for is held until it gives up',
  'packages/storage-sql/test/sqlite-file.test.ts': 'SQLite is asked which limit it has, and waits for nothing',
  'packages/storage-sql/test/sqlite-within.test.ts': 'the lock that SQLite waits for is held until it gives up',
}

/** What tests, and what drives them. */
export function isAboutTests(path: string): boolean {
  return /\.([cm]?[jt]s|tsx)$/.test(path) && (/(^|\/)test\//.test(path) || path.startsWith('scripts/') || path.startsWith('vitest.'))
}

/** Each way to end a test by the clock before its time, one line for each place. */
export function shortLimits(path: string, text: string): string[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const values = constantsOf(file)
  const isTest = /(^|\/)test\//.test(path)
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    const problem = ofOption(node, values) ?? ofText(node) ?? (ts.isCallExpression(node) ? ofCall(node, values) : undefined)
    const inTest = isTest ? (ofHarness(node) ?? ofBrowser(node)) : undefined
    for (const what of [problem, inTest]) {
      if (what) found.push(`${path}:${file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1} ${what}`)
    }
    ts.forEachChild(node, visit)
  }
  visit(file)
  return found
}

const REMEDY = 'leave it out, or take it from scripts/time-limits.mjs'

/** `{ timeout: 5_000 }` and its kin. */
function ofOption(node: ts.Node, values: Values): string | undefined {
  if (!ts.isPropertyAssignment(node) || !/^\w*(timeout|timelimit|patience)\w*$/i.test(nameOf(node.name))) return undefined
  return tooShort(node.initializer, values) ? `ends after ${node.initializer.getText()} ms: ${REMEDY}` : undefined
}

/** `--testTimeout=5000`, also in two words. */
function ofText(node: ts.Node): string | undefined {
  if (!ts.isStringLiteralLike(node)) return undefined
  const [, inOne] = /^--\w*timeout=(\d+)$/i.exec(node.text) ?? []
  const next = /^--\w*timeout$/i.test(node.text) && ts.isArrayLiteralExpression(node.parent) ? after(node.parent.elements, node) : undefined
  const value = inOne ?? (next && ts.isStringLiteralLike(next) ? next.text : undefined)
  return value !== undefined && Number(value) < LEAST_LIMIT_MS ? `ends after ${value} ms: ${REMEDY}` : undefined
}

function after(elements: ts.NodeArray<ts.Expression>, node: ts.Expression): ts.Expression | undefined {
  return elements[elements.indexOf(node) + 1]
}

const REGISTERING = /^(test|it|describe|before|after|beforeAll|beforeEach|afterAll|afterEach)\b/
const SETTING = /\b(setTimeout|setDefaultTimeout|setDefaultNavigationTimeout|timeout)$/

function ofCall(call: ts.CallExpression, values: Values): string | undefined {
  const name = call.expression.getText()
  if (/^vi\.(waitFor|waitUntil)$/.test(name)) return `${name} gives up after a second: use expect.poll`
  if (/\.waitForTimeout$/.test(name)) return `${name} sleeps: wait for a condition`
  if (name === 'expect' && call.arguments[0] && readsTheClock(call.arguments[0]))
    return 'asserts how long something took: assert order or counts'
  if (name === 'Promise.race' && contains(call, isTimer)) return 'races against a timer: wait for the condition alone'
  const last = call.arguments.at(-1)
  const isLimit =
    (REGISTERING.test(name) && call.arguments.length > 1) || (/^(jest|page|context|AbortSignal)\./.test(name) && SETTING.test(name))
  return last && isLimit && tooShort(last, values) ? `ends after ${last.getText()} ms: ${REMEDY}` : undefined
}

function ofHarness(node: ts.Node): string | undefined {
  if (!ts.isNewExpression(node) || node.expression.getText() !== 'ConnectIntegrationHarness' || node.arguments?.length !== 1)
    return undefined
  return 'gives up after five seconds: use harnessOf of packages/element/test/harness-of.ts'
}

/** A page of Playwright gives up after half a minute unless somebody says otherwise. */
function ofBrowser(node: ts.Node): string | undefined {
  if (!ts.isCallExpression(node) || !/^\w+\.launch$/.test(node.expression.getText())) return undefined
  return 'gives up after half a minute: use launch of scripts/browser-engines/launch.mjs'
}

function isTimer(node: ts.Node): boolean {
  return ts.isCallExpression(node) && /(^|\.)setTimeout$/.test(node.expression.getText())
}

function readsTheClock(node: ts.Node): boolean {
  return contains(node, (each) => ts.isCallExpression(each) && /^(Date|performance)\.now$/.test(each.expression.getText()))
}

function contains(node: ts.Node, wanted: (node: ts.Node) => boolean): boolean {
  return wanted(node) || (ts.forEachChild(node, (child) => contains(child, wanted) || undefined) ?? false)
}

type Values = ReadonlyMap<string, ts.Expression>

/** The constants of a file, so that a name for a short limit is no way around. */
function constantsOf(file: ts.SourceFile): Values {
  const values = new Map<string, ts.Expression>()
  for (const statement of file.statements) {
    if (!ts.isVariableStatement(statement)) continue
    for (const { name, initializer } of statement.declarationList.declarations) {
      if (ts.isIdentifier(name) && initializer) values.set(name.text, initializer)
    }
  }
  return values
}

/** What scripts/time-limits.mjs exports is long enough; of other expressions that this cannot work out it says nothing. `0`, no limit at all, lets a hang hang. */
function tooShort(node: ts.Expression, values: Values): boolean {
  if (ts.isConditionalExpression(node)) return tooShort(node.whenTrue, values) || tooShort(node.whenFalse, values)
  const value = numberOf(node, values)
  return value !== undefined && value < LEAST_LIMIT_MS
}

function numberOf(node: ts.Expression, values: Values): number | undefined {
  if (ts.isNumericLiteral(node)) return Number(node.text)
  if (ts.isParenthesizedExpression(node)) return numberOf(node.expression, values)
  if (ts.isIdentifier(node)) {
    const constant = values.get(node.text)
    return constant && numberOf(constant, values)
  }
  if (!ts.isBinaryExpression(node)) return undefined
  const [left, right] = [numberOf(node.left, values), numberOf(node.right, values)]
  if (left === undefined || right === undefined) return undefined
  if (node.operatorToken.kind === ts.SyntaxKind.AsteriskToken) return left * right
  return node.operatorToken.kind === ts.SyntaxKind.SlashToken ? left / right : undefined
}

function nameOf(name: ts.PropertyName): string {
  return ts.isIdentifier(name) || ts.isStringLiteralLike(name) ? name.text : ''
}
