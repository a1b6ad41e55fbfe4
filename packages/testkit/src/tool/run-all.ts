import { AssertionError } from 'node:assert/strict'
import { resolve } from 'node:path'
import { processChecks } from '../processes/index.ts'
import { runProcessCheck } from '../processes/run-process-check.ts'
import { storageChecks } from '../storage/checks/index.ts'
import type { StorageFactory } from '../storage/fixture.ts'
import { messageOf, runStorageCheck } from '../storage/run-check.ts'
import type { Arguments } from './arguments.ts'
import { KitError } from './kit-error.ts'
import type { CheckResult } from './report.ts'

/**
 * A check that has not ended by then waits for something that will not come. Milliseconds. Several processes that take turns at one lock are
 * slow on a busy machine, without being wrong; and whoever of them is silent for too long is told of sooner.
 */
const PATIENCE = { 'in-process': 60_000, processes: 300_000, kill: 300_000 }

/** Runs every check that was asked for, one after the other. `onResult` hears of each as it ends. */
export async function runAll(factory: StorageFactory, args: Arguments, onResult: (result: CheckResult) => void): Promise<CheckResult[]> {
  const planned = plan(factory, args)
  if (planned.length === 0) throw new KitError(`No check has "${args.only}" in its name.`)
  const results: CheckResult[] = []
  for (const { id, suite, protects, run } of planned) {
    const began = performance.now()
    const outcome = await repeated(run, args.repeat, PATIENCE[suite])
    const result = {
      id,
      suite,
      ...outcome,
      milliseconds: Math.round(performance.now() - began),
      ...(outcome.result === 'failed' && { protects }),
    }
    results.push(result)
    onResult(result)
  }
  return results
}

interface Planned {
  id: string
  suite: CheckResult['suite']
  protects: string
  run(): Promise<{ skipped: string | null }>
}

function plan(factory: StorageFactory, { module, only = '', processes, kill }: Arguments): Planned[] {
  const shared = processes > 0 || kill
  const inProcess = storageChecks.map((check): Planned => {
    return { id: check.id, suite: 'in-process', protects: check.protects, run: () => runStorageCheck(check, factory, { shared }) }
  })
  const asked = processChecks.filter(({ suite }) => (suite === 'kill' ? kill : processes > 0))
  const options = { module: resolve(module), factory, ...(processes > 0 && { processes }) }
  const across = asked.map((check): Planned => {
    const run = () => runProcessCheck(check, options).then(() => ({ skipped: null }))
    return { id: check.id, suite: check.suite, protects: check.protects, run }
  })
  return [...inProcess, ...across].filter(({ id }) => id.includes(only))
}

async function repeated(run: Planned['run'], times: number, patience: number): Promise<Pick<CheckResult, 'result' | 'reason' | 'seen'>> {
  for (let turn = 1; turn <= times; turn++) {
    try {
      const { skipped } = await inTime(run(), patience)
      if (skipped !== null) return { result: 'skipped', reason: skipped }
    } catch (error) {
      const when = times > 1 ? ` (in run ${turn} of ${times})` : ''
      return { result: 'failed', seen: `${seenIn(error)}${when}` }
    }
  }
  return { result: 'passed' }
}

async function inTime<Result>(work: Promise<Result>, patience: number): Promise<Result> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`no answer within ${patience / 1000} seconds`)), patience)
  try {
    return await Promise.race([work, promise])
  } finally {
    clearTimeout(timer)
  }
}

/** What a check met, in the words of its assertion; an error of the adapter's own with its kind. */
function seenIn(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error
  if (cause instanceof AssertionError || !(cause instanceof Error)) return messageOf(cause)
  return `${cause.name}: ${cause.message}`
}
