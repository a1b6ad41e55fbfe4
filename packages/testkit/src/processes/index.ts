import { killChecks } from './kill-checks.ts'
import type { ProcessCheck } from './process-check.ts'
import { raceChecks } from './race-checks.ts'

/** What only several processes on one store, or the death of one, can show. Independent of each other and of their order. */
export const processChecks: readonly ProcessCheck[] = [...raceChecks, ...killChecks]
