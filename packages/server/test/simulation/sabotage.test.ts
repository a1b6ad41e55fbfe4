import { describe, expect, test } from 'vitest'
import 'ky'
import { generateHistory } from './history/generate.ts'
import type { History } from './history/history.ts'
import { runRecipe } from './sabotage/recipe.ts'
import { HARMLESS_STORE, STORE_SABOTAGES } from './sabotage/store.ts'
import { WIRE_SABOTAGES } from './sabotage/wire.ts'
import { runHistory, type Tampering } from './trial/run-history.ts'

/** Far from those that `histories.test.ts` runs. */
const FIRST = 1_000_000_000
/** A sabotage that survives so many histories is not caught. */
const PATIENCE = 60
/** Of those that need what happens in few histories: only these are run. */
const RARE: Record<string, (history: History) => boolean> = {
  'pays no heed to a rebuild': ({ events }) => events.some((event) => event.do === 'rebuild' && event.rewinds > 0),
  'stores a mass deletion unasked': ({ events }) => events.some((event) => event.do === 'mass-deletion'),
  'leaves deletions out where it keeps versions alone': ({ store }) => store === 'versions',
  'hands out an account that is held': ({ hold }) => hold !== null,
}

/** How many histories it takes until one goes wrong that goes well without the tampering; `null`: more than are tried. */
async function caughtAfter(tampering: () => Tampering, concerns = (_: History) => true): Promise<number | null> {
  let tried = 0
  for (let seed = FIRST; tried < PATIENCE; seed++) {
    const history = generateHistory(seed)
    if (!concerns(history)) continue
    tried++
    if ((await runHistory(history, tampering())).problems.length === 0) continue
    if ((await runHistory(history)).problems.length === 0) return tried
  }
  return null
}

describe(`within ${PATIENCE} histories the simulation catches`, () => {
  test.each(Object.entries(STORE_SABOTAGES))('a store that %s', async (name, storage) => {
    expect(await caughtAfter(() => ({ storage }), RARE[name])).not.toBeNull()
  })

  test.each(Object.entries(WIRE_SABOTAGES))('an engine that %s', async (_, wiretap) => {
    expect(await caughtAfter(wiretap)).not.toBeNull()
  })
})

test('a store without transactions that keeps to the order is not blamed', async () => {
  expect(await caughtAfter(() => ({ storage: HARMLESS_STORE }))).toBeNull()
})

test.each([
  ['from the start of the last reading up to the last sync of Merge', 1 / 3],
  ['from the start of the last reading on', 1 / 10],
  ['from the newest stamp that was seen on', 1 / 10],
] as const)('a sync that reads %s is caught', async (recipe, atLeast) => {
  const histories = Array.from({ length: 400 }, (_, index) => generateHistory(FIRST + index)).filter(({ family }) => family === 'plain')
  let wrong = 0
  for (const history of histories) if ((await runRecipe(history, recipe)).length > 0) wrong++
  console.log(`A sync that reads ${recipe}: records missing or stale in ${wrong} of ${histories.length} histories.`)
  expect(wrong).toBeGreaterThan(histories.length * atLeast)
})
