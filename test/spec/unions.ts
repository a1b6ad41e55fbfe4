import ts from 'typescript'

/** The literals that the property `property` of the type `type` can be, over all members of a union: what the code itself distinguishes. */
export function literalsOf(path: string, text: string, type: string, property: string): string[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const found = new Set<string>()
  for (const statement of file.statements) {
    if (!(ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) || statement.name.text !== type) continue
    const visit = (node: ts.Node): void => {
      if (ts.isPropertySignature(node) && node.name.getText(file) === property && node.type) collect(node.type, found)
      else ts.forEachChild(node, visit)
    }
    visit(statement)
  }
  if (found.size === 0) throw new Error(`${path} has no type ${type} with a property "${property}" of text literals.`)
  return [...found]
}

function collect(node: ts.TypeNode, into: Set<string>): void {
  if (ts.isUnionTypeNode(node)) for (const member of node.types) collect(member, into)
  else if (ts.isLiteralTypeNode(node) && ts.isStringLiteral(node.literal)) into.add(node.literal.text)
}
