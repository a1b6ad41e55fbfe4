import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { type Arguments, readArguments, USAGE } from './arguments.ts'
import { badge } from './badge.ts'
import { KitError } from './kit-error.ts'
import { loadFactory } from './load-factory.ts'
import { preflight } from './preflight.ts'
import { failureText, summaryText } from './print.ts'
import { type Report, reportOf } from './report.ts'
import { runAll } from './run-all.ts'

/** The command. 0: the adapter keeps the contract; 1: a check failed; 2: nothing can be said, because the call or the module is not right. */
export async function main(args: readonly string[]): Promise<0 | 1 | 2> {
  try {
    const read = readArguments(args)
    if (!read) {
      console.log(USAGE)
      return 0
    }
    return await check(read)
  } catch (error) {
    if (!(error instanceof KitError)) throw error
    console.error(error.message)
    return 2
  }
}

async function check(args: Arguments): Promise<0 | 1> {
  const { module, profile, processes, kill, repeat, only = null } = args
  const factory = await loadFactory(module)
  await preflight(factory, profile)
  const results = await runAll(factory, args, (result) => {
    if (result.result === 'failed') console.log(failureText(result))
  })
  const report = reportOf({ profile, module, processes, kill, repeat, only }, results)
  console.log(summaryText(report))
  if (args.json) write(args.json, `${JSON.stringify(report, null, 2)}\n`)
  if (args.badge) writeBadge(args.badge, report)
  return report.failed === 0 ? 0 : 1
}

function writeBadge(path: string, report: Report) {
  if (report.only === null) write(path, badge(report))
  else console.error('No badge was written: --only leaves checks out.')
}

function write(path: string, text: string) {
  try {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  } catch (error) {
    throw new KitError(`${path} cannot be written: ${(error as Error).message}`)
  }
}
