import type { Change } from './source.ts'
import { breaks, CHANGES, EVERYTHING, holds, PROVE } from './table.ts'
import { IGNORES_SYNC_UNDER_WAY, LOW_MOVES_UNSTAMPED, NO_GUARD, ONLY_OUR_CLOCK, PROPOSED, pageByPage } from './variants.ts'

// What Merge and time can do to the protocol, and for each the part of it that stands against that.
const DAY_MS = 24 * 3_600_000
const walks = { purge: false, properties: EVERYTHING }

const inSyncs = { changes: CHANGES.slice(1), inSyncs: true }
holds('changes that become visible long after their stamp, when the sync that wrote them ends', {
  ...walks,
  rules: pageByPage(PROPOSED),
  source: inSyncs,
})
breaks('the same, without the start of the sync under way', 'gap', { ...walks, rules: IGNORES_SYNC_UNDER_WAY, source: inSyncs })

const fast = { ...walks, source: { changes: CHANGES } }
holds('our clock a day ahead of Merge’s', { ...fast, rules: { ...pageByPage(PROPOSED), clockAheadMs: DAY_MS } })
breaks('the same, without Merge’s clock', 'gap', { ...fast, rules: { ...ONLY_OUR_CLOCK, clockAheadMs: DAY_MS } })

const lagging: readonly (readonly Change[])[] = [['change a'], ['change a'], ['delete b']]
const replicas = { changes: lagging, replicas: true, stepMs: 60_000, lateMs: 1_000 }
holds('reads that go back in time', { ...walks, rules: pageByPage(PROPOSED), source: replicas })
breaks('the same, without the guard', 'order', { ...walks, rules: NO_GUARD, source: replicas })

const slow = { changes: CHANGES, stepMs: DAY_MS + 3_600_000 }
holds('walks that last for days', { ...walks, rules: pageByPage(PROPOSED), source: slow })

const claims = PROVE ? {} : { claims: 2 }
const stampless = { changes: [['change a'], ['change a'], ['change b']] as const, losesStamp: 'a' }
holds('a record that comes without its stamp for a while', { ...walks, rules: pageByPage(PROPOSED), source: stampless, ...claims })
breaks('the same, and the watermark moves all the same', 'gap', { ...walks, rules: LOW_MOVES_UNSTAMPED, source: stampless })

holds('sweeps, and a record that vanishes without a mark and comes back', {
  ...walks,
  rules: { ...pageByPage(PROPOSED), sweepEveryMs: 0 },
  source: { changes: [['vanish a'], ['change b'], ['create a']] },
})
