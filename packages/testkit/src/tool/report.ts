import type { Storage } from '@connect-integration/server/storage'

/** The result of a run, for programs: what `--json` writes. Fields are added, and never change their meaning, within one `contract`. */
export interface Report {
  contract: 1
  profile: Storage['profile']
  /** As it was passed. */
  module: string
  /** How many processes raced; 0: in-process checks only. */
  processes: number
  kill: boolean
  repeat: number
  /** The text that checks were chosen by; `null`: all. A report with one says nothing of the contract as a whole. */
  only: string | null
  passed: number
  failed: number
  skipped: number
  checks: CheckResult[]
}

export interface CheckResult {
  id: string
  suite: 'in-process' | 'processes' | 'kill'
  result: 'passed' | 'failed' | 'skipped'
  milliseconds: number
  /** Why it was skipped. */
  reason?: string
  /** What was seen in place of what is promised. */
  seen?: string
  /** What users of the adapter would lose. */
  protects?: string
}

export function reportOf(about: Omit<Report, 'contract' | 'passed' | 'failed' | 'skipped' | 'checks'>, checks: CheckResult[]): Report {
  const count = (result: CheckResult['result']) => checks.filter((check) => check.result === result).length
  return { contract: 1, ...about, passed: count('passed'), failed: count('failed'), skipped: count('skipped'), checks }
}

/** `373 of 373`: what does not apply to the adapter does not count. */
export function score({ passed, failed }: Pick<Report, 'passed' | 'failed'>): string {
  return `${passed} of ${passed + failed}`
}
