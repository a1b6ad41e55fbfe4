import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run, type Terminal } from 'connect-integration'
import { afterEach, beforeEach, expect, test } from 'vitest'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'connect-integration-cli-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('somebody who says yes is asked once, after the plan, and then it is applied', async () => {
  const { exit, calls, heard } = await migrate({ answer: true })
  expect(exit).toBe(0)
  expect(calls).toEqual(['pending', 'migrate', 'close'])
  expect(heard).toEqual([
    expect.stringContaining('2 steps to apply.\n\n  1  first\n  2  second'),
    '',
    '? Apply?',
    'Done: the schema is at version 2.',
  ])
})

test('somebody who says no changes nothing, and a script can tell', async () => {
  const { exit, calls, heard } = await migrate({ answer: false })
  expect(exit).toBe(1)
  expect(calls).toEqual(['pending', 'close'])
  expect(heard.at(-1)).toBe('Nothing was changed.')
})

test('--yes asks nobody', async () => {
  const { exit, calls, heard } = await migrate({ answer: false, args: ['--yes'] })
  expect(exit).toBe(0)
  expect(calls).toEqual(['pending', 'migrate', 'close'])
  expect(heard).not.toContain('? Apply?')
})

test('a dry run asks nobody, --yes or not', async () => {
  const { exit, calls, heard } = await migrate({ answer: true, args: ['--dry-run', '--yes'] })
  expect(exit).toBe(0)
  expect(calls).toEqual(['pending', 'close'])
  expect(heard).not.toContain('? Apply?')
})

test('--sql is what the storage would run, set back from the plan', async () => {
  const { heard } = await migrate({ answer: false, args: ['--sql'] })
  expect(heard[0]).toContain('  1  first\n\n<dim>     CREATE TABLE a (\n       b\n     );\n     INSERT INTO a;</dim>\n\n  2  second\n')
})

test('a migration that fails ends with its message and 1, and the storage is closed', async () => {
  const { exit, calls, heard } = await migrate({ answer: true, fails: true })
  expect(exit).toBe(1)
  expect(calls).toEqual(['pending', 'migrate', 'close'])
  expect(heard.at(-1)).toBe('! the disk is full')
})

/** Runs `migrate` on a storage that writes down what it is asked, for somebody who answers. */
async function migrate({ answer, args = [], fails = false }: { answer: boolean; args?: string[]; fails?: boolean }) {
  const calls: string[] = []
  const heard: string[] = []
  Object.assign(globalThis, { calls })
  const file = join(folder, 'connect-integration.config.mjs')
  writeFileSync(
    file,
    `export const storage = {
      contract: 1,
      async pending() {
        calls.push('pending')
        return [
          { version: 1, name: 'first', statements: ['CREATE TABLE a (\\n  b\\n)', 'INSERT INTO a'] },
          { version: 2, name: 'second', statements: ['UPDATE a'] },
        ]
      },
      async migrate() {
        calls.push('migrate')
        if (${fails}) throw new Error('the disk is full')
      },
      async close() {
        calls.push('close')
      },
    }`,
  )
  const terminal: Terminal = {
    folder,
    interactive: true,
    say: (text) => void heard.push(text),
    complain: (text) => void heard.push(`! ${text}`),
    dim: (text) => `<dim>${text}</dim>`,
    async confirm(question) {
      heard.push(`? ${question}`)
      return answer
    },
  }
  return { exit: await run(['migrate', ...args], terminal), calls, heard }
}
