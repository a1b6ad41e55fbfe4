import { element, HEADER, lineOrLines } from './format.mjs'

/**
 * The rows as data, each with what sets it apart only: `packages/server/src/merge/model-table.ts` adds the rest.
 *
 * @param {Record<string, unknown>[]} rows
 * @returns {string}
 */
export function writeTable(rows) {
  return `${[
    HEADER,
    "import type { SparseRow } from '../model-table.ts'",
    `/** Every model that can be mirrored. */\n${lineOrLines(
      'export type ModelName =',
      rows.map((row) => `'${row.model}'`),
      ' | ',
      '  | ',
    )}`,
    `export const ROWS: readonly SparseRow[] = [\n${rows.map(element).join('\n')}\n]`,
  ].join('\n\n')}\n`
}
