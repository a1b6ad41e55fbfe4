import { AssertionError } from 'node:assert/strict'
import { runStorageCheck, storageChecks } from '@connect-integration/testkit'
import { expect, test } from 'vitest'
import { accountSaboteurs } from './fixtures/account-saboteurs.ts'
import { commitSaboteurs } from './fixtures/commit-saboteurs.ts'
import { contentSaboteurs } from './fixtures/content-saboteurs.ts'
import { deletionSaboteurs } from './fixtures/deletion-saboteurs.ts'
import { sabotaged } from './fixtures/sabotage.ts'

test('the adapter without a mistake passes, loaded as the saboteurs are', async () => {
  const factory = await sabotaged([])
  for (const check of storageChecks) await runStorageCheck(check, factory)
})

test.each([...accountSaboteurs, ...commitSaboteurs, ...contentSaboteurs, ...deletionSaboteurs])(
  'caught: $mistake',
  async ({ edits, caughtBy }) => {
    const check = storageChecks.find(({ id }) => id === caughtBy)
    if (!check) throw new Error(`there is no check "${caughtBy}"`)
    const factory = await sabotaged(edits)
    const error = await runStorageCheck(check, factory).then(
      () => expect.fail(`not caught by "${caughtBy}"`),
      (reason: Error) => reason,
    )
    expect(error.message).toContain(`What this protects: ${check.protects}`)
    // A saboteur that merely crashes would prove nothing about the check.
    expect(error.cause).toBeInstanceOf(AssertionError)
  },
)
