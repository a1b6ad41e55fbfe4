import { writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { allowance } from './rows/allowance.ts'
import { claim } from './rows/claim.ts'
import { elementBytes } from './rows/element-bytes.ts'
import { fetchAndDecode } from './rows/fetch-and-decode.ts'
import { memory } from './rows/memory.ts'
import { postgresPageCommit } from './rows/postgres-page-commit.ts'
import { render } from './rows/render.ts'
import { serverImport } from './rows/server-import.ts'
import { sqlitePageCommit } from './rows/sqlite-page-commit.ts'
import { walkAndStore } from './rows/walk-and-store.ts'
import { webhook } from './rows/webhook.ts'
import type { Line } from './support/line.ts'
import type { Settings } from './support/settings.ts'
import { table } from './support/table.ts'

const rows: Record<string, (settings: Settings) => Promise<Line[]>> = {
  import: serverImport,
  bytes: elementBytes,
  render,
  fetch: fetchAndDecode,
  sync: walkAndStore,
  commit: sqlitePageCommit,
  postgres: postgresPageCommit,
  claim,
  allowance,
  memory,
  webhook,
}

/**
 * Measures, prints a table, and returns the exit code: 1 when a row is void, 0 otherwise. A goal that is not met
 * is no failure: this is not a test.
 *
 * Arguments: names of rows (all, when none is named), `--quick`, `--json FILE`.
 */
export async function bench(args: readonly string[]): Promise<number> {
  const read = readArguments(args)
  if (read === null) return 2
  const { values, positionals } = read
  const unknown = positionals.find((name) => !Object.hasOwn(rows, name))
  if (unknown !== undefined) {
    console.error(`There is no row "${unknown}". There are: ${Object.keys(rows).join(', ')}.`)
    return 2
  }
  const lines: Line[] = []
  for (const name of positionals.length > 0 ? positionals : Object.keys(rows)) {
    console.error(`· measuring: ${name}`)
    lines.push(...(await rows[name]!({ quick: values.quick })))
  }
  const machine = { node: process.version, platform: `${process.platform} ${process.arch}`, cpus: cpus().length, quick: values.quick }
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify({ machine, lines }, null, 2)}\n`)
  console.log(`Ratios, measured side by side in this run. Node ${machine.node}, ${machine.platform}, ${machine.cpus} CPUs.\n`)
  console.log(table(lines))
  return lines.some((line) => line.void !== null) ? 1 : 0
}

function readArguments(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { quick: { type: 'boolean', default: false }, json: { type: 'string' } },
    })
  } catch (error) {
    console.error(`${(error as Error).message}\nUsage: npm run bench -- [--quick] [--json FILE] [${Object.keys(rows).join(' | ')} …]`)
    return null
  }
}
