import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readElements } from './read-elements.mjs'
import { writeCustomData, writeWebTypes } from './write-editor-data.mjs'
import { writeManifest } from './write-manifest.mjs'
import { writeReact, writeTable } from './write-sources.mjs'

const FOLDER = 'packages/element'

/**
 * Everything that is told about the elements elsewhere than in their sources: to editors, to documentation tools, to
 * React and to the types of the frameworks. Always says the same of the same sources.
 *
 * @returns {Map<string, string>} text by path, from the repository's root
 */
export function generate() {
  const elements = readElements()
  const manifest = JSON.parse(readFileSync(join(import.meta.dirname, '..', '..', FOLDER, 'package.json'), 'utf8'))
  return new Map([
    [`${FOLDER}/custom-elements.json`, json(writeManifest(elements))],
    [`${FOLDER}/web-types.json`, json(writeWebTypes(elements, manifest))],
    [`${FOLDER}/vscode.html-custom-data.json`, json(writeCustomData(elements))],
    [`${FOLDER}/src/generated/element-table.ts`, writeTable(elements)],
    [`${FOLDER}/src/react.ts`, writeReact(elements)],
  ])
}

function json(value) {
  return `${JSON.stringify(value, null, 2)}\n`
}
