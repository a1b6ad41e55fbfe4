import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { SqlEdit } from './fixtures/sql-faults.ts'

// What goes wrong with transactions takes several processes on one file to be seen: the kit's own command runs them.
const path = (name: string) => fileURLToPath(new URL(name, import.meta.url))
const fromSource = ['--no-warnings', '--import', new URL('./fixtures/from-source.mjs', import.meta.url).href]
const KIT = path('../../testkit/src/bin.ts')
const ADAPTER = path('./fixtures/adapters/sabotaged-sqlite.ts')

const NOTHING = 'SELECT 1'
const ONE_BY_ONE: SqlEdit[] = [
  ['BEGIN IMMEDIATE', NOTHING],
  ['COMMIT', NOTHING],
  ['ROLLBACK', NOTHING],
]
/** SQLite lets a transaction begin to read without a lock, and refuses its first write where somebody else wrote meanwhile. */
const WITHOUT_LOCK: SqlEdit[] = [['BEGIN IMMEDIATE', 'BEGIN']]

const CASES: readonly [mistake: string, caughtBy: string, edits: SqlEdit[]][] = [
  ['each statement commits by itself', 'processes: update: of all that read, add and retry no addition is lost', ONE_BY_ONE],
  ['each statement commits by itself', 'processes: commit: every change gets a number of its own, without gaps', ONE_BY_ONE],
  [
    'each statement commits by itself',
    'kill: commit: a process that dies while the store reads its page leaves no part of it, and no lock',
    ONE_BY_ONE,
  ],
  ['a transaction begins without the lock', 'processes: update: of all that read, add and retry no addition is lost', WITHOUT_LOCK],
  ['a transaction begins without the lock', 'processes: commit: every change gets a number of its own, without gaps', WITHOUT_LOCK],
]

test.each(CASES)('caught: %s (%s)', async (_, caughtBy, edits) => {
  // Processes race by the clock: a mistake shows in most rounds, and not in every one.
  const { code, text } = await kit(caughtBy, edits, 5)
  expect([code, text]).toEqual([1, expect.stringContaining(`✗ ${caughtBy}`)])
})

test.each([...new Set(CASES.map(([, caughtBy]) => caughtBy))])('without a mistake: %s', async (check) => {
  expect(await kit(check, [], 1)).toMatchObject({ code: 0 })
})

function kit(only: string, edits: readonly SqlEdit[], rounds: number): Promise<{ code: number; text: string }> {
  const args = [KIT, ADAPTER, '--profile', 'atomic', '--processes', '4', '--kill', '--only', only, '--repeat', `${rounds}`]
  const env = { ...process.env, KIT_TEST_EDITS: JSON.stringify(edits) }
  return new Promise((resolve) => {
    execFile(process.execPath, [...fromSource, ...args], { env }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, text: `${stdout}${stderr}` }),
    )
  })
}
