import { describe, expect, test } from 'vitest'
import 'ky'
import { generateHistory } from './history/generate.ts'
import { runRecipe } from './sabotage/recipe.ts'
import { HARMLESS_STORE, STORE_SABOTAGES } from './sabotage/store.ts'
import { WIRE_SABOTAGES } from './sabotage/wire.ts'
import { runHistory, type Tampering } from './trial/run-history.ts'

/** Far from those that `histories.test.ts` runs. */
const FIRST = 1_000_000_000
/** A sabotage that survives so many histories is not caught. */
const PATIENCE = 60

/** How many histories it takes until one goes wrong that goes well without the tampering; `null`: more than are tried. */
async function caughtAfter(tampering: () => Tampering): Promise<number | null> {
  for (let tried = 1; tried <= PATIENCE; tried++) {
    const history = generateHistory(FIRST + tried)
    if ((await runHistory(history, tampering())).problems.length === 0) continue
    if ((await runHistory(history)).problems.length === 0) return tried
  }
  return null
}

describe(`within ${PATIENCE} histories the simulation catches`, () => {
  test.each(Object.entries(STORE_SABOTAGES))('a store that %s', { timeout: 120_000 }, async (_, storage) => {
    expect(await caughtAfter(() => ({ storage }))).not.toBeNull()
  })

  test.each(Object.entries(WIRE_SABOTAGES))('an engine that %s', { timeout: 120_000 }, async (_, wiretap) => {
    expect(await caughtAfter(wiretap)).not.toBeNull()
  })
})

test('a store without transactions that keeps to the order is not blamed', { timeout: 120_000 }, async () => {
  expect(await caughtAfter(() => ({ storage: HARMLESS_STORE }))).toBeNull()
})

test.each([
  ['from the start of the last reading up to the last sync of Merge', 1 / 3],
  ['from the start of the last reading on', 1 / 10],
  ['from the newest stamp that was seen on', 1 / 10],
] as const)('a sync that reads %s is caught', { timeout: 120_000 }, async (recipe, atLeast) => {
  const histories = Array.from({ length: 400 }, (_, index) => generateHistory(FIRST + index)).filter(({ family }) => family === 'plain')
  let wrong = 0
  for (const history of histories) if ((await runRecipe(history, recipe)).length > 0) wrong++
  console.log(`A sync that reads ${recipe}: records missing or stale in ${wrong} of ${histories.length} histories.`)
  expect(wrong).toBeGreaterThan(histories.length * atLeast)
})
