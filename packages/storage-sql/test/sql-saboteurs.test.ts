import { AssertionError } from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { runStorageCheck, storageChecks } from '@connect-integration/testkit'
import { describe, expect, test } from 'vitest'
import { migrations } from '../src/sqlite/migrations.ts'
import { statements } from '../src/sqlite/statements.ts'
import { sqlAccountSaboteurs } from './fixtures/sql-account-saboteurs.ts'
import { sqlClockSaboteurs } from './fixtures/sql-clock-saboteurs.ts'
import { sqlEngineSaboteurs } from './fixtures/sql-engine-saboteurs.ts'
import { edited, PREFIX, type SqlSaboteur, sabotagedSqlite } from './fixtures/sql-faults.ts'
import { sqlRecordSaboteurs } from './fixtures/sql-record-saboteurs.ts'
import { sqlWorkSaboteurs } from './fixtures/sql-work-saboteurs.ts'

// Mistakes in SQL, made in SQL: SQLite runs them, so that what NULL, LIKE, a collation or a type without STRICT really do is what the kit has to notice.
const saboteurs: readonly SqlSaboteur[] = [
  ...sqlAccountSaboteurs,
  ...sqlWorkSaboteurs,
  ...sqlClockSaboteurs,
  ...sqlRecordSaboteurs,
  ...sqlEngineSaboteurs,
]
const inMemory = () => new DatabaseSync(':memory:')

test('the adapter without a mistake passes through the same handle', async () => {
  const { factory } = sabotagedSqlite(inMemory, [])
  for (const check of storageChecks) if (check.needs !== 'reopen') await runStorageCheck(check, factory)
})

describe('caught by the check that is about it:', () => {
  test.each(saboteurs)('$mistake', async ({ edits, caughtBy, throws }) => {
    const check = storageChecks.find(({ id }) => id === caughtBy)
    if (!check) throw new Error(`there is no check "${caughtBy}"`)
    const { factory, unmade } = sabotagedSqlite(inMemory, edits)
    const error = await runStorageCheck(check, factory).then(
      () => null,
      (reason: Error) => reason,
    )
    expect([...unmade], 'edits that no statement of the adapter has a place for: nothing was sabotaged').toEqual([])
    if (error === null) expect.fail(`not caught by "${caughtBy}"`)
    // A mistake that merely crashes proves nothing about the check, unless crashing is what it does.
    if (throws) expect((error.cause as Error).message).toContain(throws)
    else expect(error.cause).toBeInstanceOf(AssertionError)
  })
})

/** No method shows what is left of it; sqlite-erasure.test.ts looks into the file. */
const UNSEEN = /^DELETE FROM kit_missing WHERE model_key IN/

test('every statement of the adapter has a saboteur', () => {
  const { select, deleteContent, ...others } = statements(PREFIX)
  const list = select(`status <> 'deleted' AND organization_id = ? AND id > ? ORDER BY id LIMIT ?`)
  const tables = migrations({ tablePrefix: PREFIX }).flatMap(({ statements }) => statements)
  const all = [...Object.values(others), ...deleteContent, list, ...tables]
  const isSabotaged = (sql: string) => saboteurs.some(({ edits }) => edited(sql, edits) !== edited(sql, []))
  expect(all.filter((sql) => !isSabotaged(sql) && !UNSEEN.test(sql))).toEqual([])
})

test('every mistake has a name of its own', () => {
  expect(new Set(saboteurs.map(({ mistake }) => mistake)).size).toBe(saboteurs.length)
})
