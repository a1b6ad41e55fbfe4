import { declaredImports, type Manifest, packageTable } from './packages.ts'
import { mergeClient, serverArrows, serverPurity } from './server.ts'
import { readSource } from './source.ts'
import { fileLength } from './text.ts'

export const laws = { packageTable, declaredImports, serverArrows, serverPurity, mergeClient, fileLength }

export type Law = keyof typeof laws

/** What in these files breaks the law, one line per place: `path:line: what is wrong`. */
export function breaches(law: Law, files: [path: string, text: string][], manifests: Record<string, Manifest>): string[] {
  return files.flatMap(([path, text]) => laws[law](readSource(path, text), manifests))
}
