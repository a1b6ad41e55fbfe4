import type { StorageCheck } from '../check.ts'
import { changesChecks } from './changes.ts'
import { claimChecks } from './claim.ts'
import { clockChecks } from './clock.ts'
import { clockSetBackChecks } from './clock-set-back.ts'
import { commitChecks } from './commit.ts'
import { commitDeletionChecks } from './commit-deletions.ts'
import { commitPayloadChecks } from './commit-payload.ts'
import { commitSequenceChecks } from './commit-sequence.ts'
import { commitVersionChecks } from './commit-versions.ts'
import { getChecks } from './get.ts'
import { lifecycleChecks } from './lifecycle.ts'
import { listChecks } from './list.ts'
import { purgeChecks } from './purge.ts'
import { releaseChecks } from './release.ts'
import { renewChecks } from './renew.ts'
import { reserveChecks } from './reserve.ts'
import { scheduleChecks } from './schedule.ts'
import { statsChecks } from './stats.ts'
import { sweepChecks } from './sweep.ts'
import { sweepNeighbourChecks } from './sweep-neighbours.ts'
import { updateChecks } from './update.ts'

/** The storage contract, sentence by sentence. Independent of each other and of their order. */
export const storageChecks: readonly StorageCheck[] = [
  ...lifecycleChecks,
  ...reserveChecks,
  ...getChecks,
  ...updateChecks,
  ...listChecks,
  ...scheduleChecks,
  ...claimChecks,
  ...renewChecks,
  ...clockChecks,
  ...clockSetBackChecks,
  ...commitChecks,
  ...commitVersionChecks,
  ...commitPayloadChecks,
  ...commitSequenceChecks,
  ...sweepChecks,
  ...sweepNeighbourChecks,
  ...commitDeletionChecks,
  ...releaseChecks,
  ...purgeChecks,
  ...changesChecks,
  ...statsChecks,
]
