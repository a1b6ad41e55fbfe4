import type { Storage } from '@connect-integration/server/storage'
import type { Child, Say } from './children.ts'
import type { jobs } from './jobs.ts'

/** One sentence of the contract that only real processes on one store can break. */
export interface ProcessCheck {
  /** Unique and stable; starts with `processes: ` or `kill: `. */
  readonly id: string
  readonly suite: 'processes' | 'kill'
  /** What users of an adapter that fails this check would lose. */
  readonly protects: string
  /** Nothing has been migrated when it begins. */
  readonly fresh?: boolean
  /** Resolves when the sentence holds; rejects when it does not. */
  run(context: ProcessContext): Promise<void>
}

export type Jobs = typeof jobs
export type JobName = keyof Jobs
export type ArgumentOf<Name extends JobName> = Parameters<Jobs[Name]>[1]
export type AnswerOf<Name extends JobName> = Awaited<ReturnType<Jobs[Name]>>

/** A job in a child process. It may speak before it answers, for a parent that wants to kill it in time. */
export type Job<Argument, Answer> = (storage: Storage, argument: Argument, say: Say) => Promise<Answer>

export interface ProcessContext {
  /** Empty, and migrated unless the check is `fresh`; opened by this process at the place that the children share. */
  readonly storage: Storage
  /** How many processes race. */
  readonly processes: number
  /** One process per argument, all begin at the same time; what each answered, in order. */
  race<Name extends JobName>(job: Name, args: readonly ArgumentOf<Name>[]): Promise<AnswerOf<Name>[]>
  /** One process, ready to begin. */
  start<Name extends JobName>(job: Name, argument: ArgumentOf<Name>): Promise<Child>
}

/** Makes the checks of one suite: `check(sentence, what it protects, run)`. */
export function processChecksOf(suite: ProcessCheck['suite']) {
  const checks: ProcessCheck[] = []
  const check = (sentence: string, protects: string, run: ProcessCheck['run'], fresh = false) => {
    checks.push({ id: `${suite}: ${sentence}`, suite, protects, fresh, run })
  }
  return { checks, check }
}
