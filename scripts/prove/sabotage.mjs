// `npm run prove -- --sabotage`: takes one defence away at a time and demands that a test notices.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { command } from '../command.mjs'
import { copyRepository } from './copy.mjs'
import { applyPatch, readPatch } from './patch.mjs'
import { patchFiles, readPatchFile, THREATS, testFiles } from './threats.mjs'
import { unfit, verdict } from './verdict.mjs'

/** Two runs may be under way. */
const FOLDER = `.cache/sabotage/${process.pid}`
const REPORT = '.cache/prove/sabotage.report.json'

/**
 * Each patch of test/sabotage is applied to a copy of the repository. The tests that begin with its id must pass without it, and at least
 * one of them must fail by an assertion with it: code that does not load proves nothing. Returns the exit code.
 *
 * @param {{ only?: string[], json?: string }} options `only`: these ids; all of them unless set
 */
export async function proveSabotage({ only, json = REPORT } = {}) {
  const began = Date.now()
  const ids = only ?? THREATS
  const files = testFiles()
  copyRepository(FOLDER)
  try {
    console.log(`Without sabotage: the tests of ${ids.length} threats …`)
    const sound = await runTests(
      ids,
      ids.flatMap((id) => files.get(id)),
    )
    if (sound.tests.length === 0) {
      console.log(`✗ No test ran.\n${sound.output}`)
      return 1
    }
    for (const { message } of sound.elsewhere) console.log(`✗ outside of the tests: ${message}`)
    const results = []
    for (const id of ids) {
      const result = { id, ...(unfit(id, sound) ?? (await sabotage(id, files.get(id)))) }
      results.push(result)
      console.log(`${result.ok ? '✓' : '✗'} ${id.padEnd(3)} ${result.what}`)
    }
    const caught = results.filter(({ ok }) => ok).length
    const ok = caught === results.length && sound.elsewhere.length === 0
    const report = { ok, caught, of: results.length, seconds: Math.round((Date.now() - began) / 1000), results }
    mkdirSync(dirname(resolve(json)), { recursive: true })
    writeFileSync(json, `${JSON.stringify(report, null, 2)}\n`)
    console.log(`\n${caught} of ${results.length} defences are missed when they are gone, in ${report.seconds} s. Report: ${json}`)
    return report.ok ? 0 : 1
  } finally {
    rmSync(FOLDER, { recursive: true, force: true })
  }
}

async function sabotage(id, files) {
  const read = (path) => {
    try {
      return readFileSync(join(FOLDER, path), 'utf8')
    } catch {
      return null
    }
  }
  let changed
  if (!patchFiles().includes(`${id}.patch`)) return { ok: false, what: `there is no test/sabotage/${id}.patch` }
  try {
    changed = applyPatch(readPatch(readPatchFile(`${id}.patch`)), read)
  } catch (error) {
    return { ok: false, what: `${id}.patch does not apply: ${error.message}` }
  }
  const before = new Map([...changed.keys()].map((path) => [path, read(path)]))
  put(changed)
  try {
    return verdict(id, await runTests([id], files))
  } finally {
    put(before)
  }
}

/** `null`: the file was not there. */
function put(texts) {
  for (const [path, text] of texts) {
    if (text === null) rmSync(join(FOLDER, path))
    else writeFileSync(join(FOLDER, path), text)
  }
}

async function runTests(ids, files) {
  const report = resolve(FOLDER, 'tests.json')
  rmSync(report, { force: true })
  const pattern = `(?:^| )(?:${ids.join('|')}) `
  const reporter = './scripts/prove/sabotage-reporter.mjs'
  const paths = [...new Set(files)]
  if (paths.length === 0) return { tests: [], elsewhere: [], output: '' }
  const { output } = await command('vitest', ['run', ...paths, '--testNamePattern', pattern, `--reporter=${reporter}`], {
    cwd: FOLDER,
    env: { CONNECT_TEST_REPORT: report },
    minutes: 60,
  })
  try {
    return { ...JSON.parse(readFileSync(report, 'utf8')), output }
  } catch {
    return { tests: [], elsewhere: [], output }
  }
}
