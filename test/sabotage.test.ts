import { mkdirSync, mkdtempSync, readFileSync, readlinkSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { copyRepository } from '../scripts/prove/copy.mjs'
import { applyPatch, readPatch } from '../scripts/prove/patch.mjs'
import { unfit, verdict } from '../scripts/prove/verdict.mjs'

const assertion = { message: 'expected 401 to be 200', isAssertion: true }
const accident = { message: 'keys is not defined', isAssertion: false }
const run = (tests: { title: string; state: string; errors?: (typeof assertion)[] }[], elsewhere: { message: string }[] = []) => ({
  tests: tests.map((test) => ({ errors: [], ...test })),
  elsewhere,
  output: '',
})

describe('sabotage', () => {
  it.each<[what: string, noticed: boolean, result: ReturnType<typeof run>]>([
    ['is noticed by a test that fails by an assertion', true, run([{ title: 'W1 forged', state: 'failed', errors: [assertion] }])],
    [
      'is noticed when only one of several does',
      true,
      run([
        { title: 'W1 a', state: 'passed' },
        { title: 'W1 b', state: 'failed', errors: [accident, assertion] },
      ]),
    ],
    ['is not noticed when all pass', false, run([{ title: 'W1 forged', state: 'passed' }])],
    ['is not noticed by code that merely breaks', false, run([{ title: 'W1 forged', state: 'failed', errors: [accident] }])],
    ['is not noticed by a file that does not load', false, run([], [{ message: 'Unexpected token' }])],
    ['is not noticed by the test of another threat', false, run([{ title: 'W10 other', state: 'failed', errors: [assertion] }])],
    ['is not noticed by a test that was skipped', false, run([{ title: 'W1 forged', state: 'skipped', errors: [assertion] }])],
  ])('a defence that is gone %s', (_, noticed, result) => {
    expect(verdict('W1', result).ok).toBe(noticed)
  })

  it('is not tried where the tests fail without it, or where there is none', () => {
    expect(unfit('W1', run([{ title: 'W1 forged', state: 'passed' }]))).toBeUndefined()
    expect(unfit('W1', run([{ title: 'W1 forged', state: 'failed', errors: [assertion] }]))).toMatchObject({ ok: false })
    expect(unfit('W1', run([{ title: 'W2 replayed', state: 'passed' }]))).toMatchObject({ ok: false })
  })
})

const PATCH = `diff --git a/src/a.ts b/src/a.ts
--- a/src/a.ts
+++ b/src/a.ts
@@ -2,3 +2,3 @@ function a() {
 two
-three
+3
 four
`

describe('a patch', () => {
  const apply = (patch: string, text: string | null) => applyPatch(readPatch(patch), () => text)

  it('changes the lines that it names', () => {
    expect(apply(PATCH, 'one\ntwo\nthree\nfour\n').get('src/a.ts')).toBe('one\ntwo\n3\nfour\n')
  })

  it('finds its lines where they have moved to', () => {
    expect(apply(PATCH, 'new\nnew\none\ntwo\nthree\nfour\n').get('src/a.ts')).toBe('new\nnew\none\ntwo\n3\nfour\n')
  })

  it('carries out several hunks, each moved by those before it', () => {
    const two = `${PATCH.replace('+3\n', '+3\n+3.5\n').replace('+2,3', '+2,4')}@@ -6,2 +7,1 @@\n six\n-seven\n`
    expect(apply(two, 'one\ntwo\nthree\nfour\nfive\nsix\nseven\n').get('src/a.ts')).toBe('one\ntwo\n3\n3.5\nfour\nfive\nsix\n')
  })

  it('adds a file', () => {
    const patch = '--- /dev/null\n+++ b/src/new.ts\n@@ -0,0 +1,2 @@\n+one\n+two\n'
    expect(apply(patch, null).get('src/new.ts')).toBe('one\ntwo\n')
    expect(() => apply(patch, 'there')).toThrow('is there already')
  })

  it('reads an empty line whose space an editor has taken', () => {
    expect(apply(PATCH.replace(' two', ''), 'one\n\nthree\nfour\n').get('src/a.ts')).toBe('one\n\n3\nfour\n')
  })

  it.each<[what: string, patch: string, text: string | null]>([
    ['whose lines have changed', PATCH, 'one\ntwo\nTHREE\nfour\n'],
    ['whose lines are there twice, and not where it says', PATCH, 'x\nx\nx\ntwo\nthree\nfour\ntwo\nthree\nfour\n'],
    ['for a file that is not there', PATCH, null],
    ['that changes nothing', 'diff --git a/src/a.ts b/src/a.ts\n', 'one\n'],
    ['that is cut off', PATCH.slice(0, -6), 'one\ntwo\nthree\nfour\n'],
    ['that leaves the repository', PATCH.replace('+++ b/src/', '+++ b/../'), 'one\ntwo\nthree\nfour\n'],
    ['that renames', `rename from a\n${PATCH}`, 'one\ntwo\nthree\nfour\n'],
  ])('%s does not apply', (_, patch, text) => {
    expect(() => apply(patch, text)).toThrow()
  })
})

describe('the copy', () => {
  let folder: string
  let before: string
  beforeEach(() => {
    before = process.cwd()
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'copy-')))
    for (const path of [
      'packages/server/src',
      'packages/server/node_modules/@scope',
      'packages/sandbox',
      'node_modules/.store/vendor',
      '.cache',
    ])
      mkdirSync(join(folder, path), { recursive: true })
    for (const path of [
      'packages/server/src/a.ts',
      'packages/sandbox/b.ts',
      'node_modules/.store/vendor/index.js',
      '.cache/old',
      '.gitignore',
    ])
      writeFileSync(join(folder, path), path)
    symlinkSync(join(folder, 'packages/sandbox'), join(folder, 'packages/server/node_modules/@scope/sandbox'), 'junction')
    symlinkSync(join(folder, 'node_modules/.store/vendor'), join(folder, 'packages/server/node_modules/vendor'), 'junction')
    process.chdir(folder)
  })
  afterEach(() => {
    process.chdir(before)
    rmSync(folder, { recursive: true })
  })

  it('has the sources, its own neighbours for the packages, and the vendors that are there', () => {
    copyRepository('.cache/copy')
    const copy = join(folder, '.cache/copy')
    expect(readFileSync(join(copy, 'packages/server/src/a.ts'), 'utf8')).toBe('packages/server/src/a.ts')
    expect(realpathSync(join(copy, 'packages/server/node_modules/@scope/sandbox'))).toBe(join(copy, 'packages/sandbox'))
    expect(readlinkSync(join(copy, 'packages/server/node_modules/vendor'))).toBe(join(folder, 'node_modules/.store/vendor'))
    writeFileSync(join(copy, 'packages/server/src/a.ts'), 'sabotaged')
    expect(readFileSync('packages/server/src/a.ts', 'utf8')).toBe('packages/server/src/a.ts')
  })
})
