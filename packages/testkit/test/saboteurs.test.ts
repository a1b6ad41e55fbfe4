import { AssertionError } from 'node:assert/strict'
import { runStorageCheck, storageChecks } from '@connect-integration/testkit'
import { expect, test } from 'vitest'
import { sabotaged } from './fixtures/sabotage.ts'
import { saboteurs } from './fixtures/saboteurs.ts'

test('the adapter without a mistake passes, loaded as the saboteurs are', async () => {
  const factory = await sabotaged([])
  for (const check of storageChecks) await runStorageCheck(check, factory)
})

test.each(saboteurs)('caught: $mistake', async ({ edits, caughtBy, throws }) => {
  const check = storageChecks.find(({ id }) => id === caughtBy)
  if (!check) throw new Error(`there is no check "${caughtBy}"`)
  const factory = await sabotaged(edits)
  const error = await runStorageCheck(check, factory).then(
    () => expect.fail(`not caught by "${caughtBy}"`),
    (reason: Error) => reason,
  )
  expect(error.message).toContain(`What this protects: ${check.protects}`)
  // A saboteur that merely crashes would prove nothing about the check.
  if (throws) expect((error.cause as Error).message).toBe(throws)
  else expect(error.cause).toBeInstanceOf(AssertionError)
})
