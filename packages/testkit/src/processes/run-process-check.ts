import { newPlace, type StorageFactory } from '../storage/fixture.ts'
import { messageOf, realClock } from '../storage/run-check.ts'
import { type Child, startChild } from './children.ts'
import type { AnswerOf, ProcessCheck, ProcessContext } from './process-check.ts'

export interface RunProcessCheckOptions {
  /** Absolute path of the adapter's module, for the processes that load it again. */
  module: string
  factory: StorageFactory
  /** How many processes race; 4 unless given. */
  processes?: number
  execArgv?: readonly string[]
}

/** Runs one check at a place of its own. Rejects when it does not hold; no process of it is left, and the store is given back in any case. */
export async function runProcessCheck(check: ProcessCheck, options: RunProcessCheckOptions): Promise<void> {
  const { module, factory, processes = 4, execArgv } = options
  const place = newPlace()
  const fixture = await factory({ clock: realClock, place })
  const children: Child[] = []
  const start: ProcessContext['start'] = async (job, argument) => {
    const child = await startChild(job, argument, { module, place, ...(execArgv && { execArgv }) })
    children.push(child)
    return child
  }
  try {
    if (!check.fresh) await fixture.storage.migrate()
    await check.run({ storage: fixture.storage, processes, start, race: raceOf(start) })
  } catch (error) {
    throw new Error(`${check.id}\n\n${messageOf(error)}\n\nWhat this protects: ${check.protects}`, { cause: error })
  } finally {
    await Promise.all(children.map((child) => child.kill()))
    await fixture.storage.close().catch(() => undefined)
    await fixture.close()
  }
}

function raceOf(start: ProcessContext['start']): ProcessContext['race'] {
  return async (job, args) => {
    const racers = await Promise.all(args.map((argument) => start(job, argument)))
    for (const racer of racers) racer.go()
    return Promise.all(racers.map(lastWord)) as Promise<AnswerOf<typeof job>[]>
  }
}

/** Hears a child out; what it says before its answer is for those who want to kill it. */
export async function lastWord(child: Child): Promise<unknown> {
  for await (const _ of child.words) {
    // Only the answer counts here.
  }
  return child.answer
}
