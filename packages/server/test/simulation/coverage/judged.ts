import { readFileSync } from 'node:fs'
import type { Branch } from './branches.ts'
import { fileOf } from './precise.ts'

/** Branches that belong together, and why no history comes to them. */
export interface Judgement {
  why: string
  /** What holds them instead. */
  tests?: string[]
  branches: Pick<Branch, 'file' | 'in' | 'code'>[]
}

export const LIST = 'docs/proof/unreached.json'

export function readJudgements(): Judgement[] {
  return (JSON.parse(readFileSync(fileOf(LIST), 'utf8')) as { judgements: Judgement[] }).judgements
}

/** The branches of a measurement that nobody has judged. A branch of the list that a history does come to is no fault: some come seldom. */
export function unjudged(branches: readonly Branch[], judgements: readonly Judgement[]): Branch[] {
  const known = judgements.flatMap((judgement) => judgement.branches)
  return branches.filter((branch) => !known.some((judged) => isSame(branch, judged)))
}

/** By file, function and text, for lines move. A little more or less of a block is the same block. */
function isSame(branch: Branch, judged: Judgement['branches'][number]): boolean {
  if (branch.file !== judged.file || branch.in !== judged.in) return false
  return branch.code.startsWith(judged.code) || judged.code.startsWith(branch.code)
}
