// @vitest-environment node
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build, type Options } from 'tsup'
import { expect, it, onTestFinished } from 'vitest'
import config from '../../tsup.config.ts'

const root = resolve(import.meta.dirname, '../..')

it.each([
  ['connect-integration', 10_000],
  ['elements', 20_000],
])('the file %s.js for a script tag has at most %i bytes gzipped, is one file, and leaves the languages outside', async (name, most) => {
  const outDir = await mkdtemp(join(tmpdir(), 'connect-integration-size-'))
  onTestFinished(() => rm(outDir, { recursive: true }))
  const options = (config as Options[]).find(({ entry }) => entry && name in entry)
  const [source] = Object.values(options?.entry ?? {})
  await build({ ...options, entry: { [name]: join(root, String(source)) }, outDir, config: false, silent: true })
  const file = await readFile(join(outDir, `${name}.js`))

  expect(gzipSync(file, { level: 9 }).length).toBeLessThanOrEqual(most)
  expect(file.toString()).not.toMatch(/\bfrom\s*["']|import\s*["']/)
  expect([...file.toString().matchAll(/import\((.+?)\)/g)].map(([, what]) => what)).toEqual(['"./load-locale.js"'])
  expect(file.toString()).not.toContain('Integration löschen')
  // What `leanLit` takes out: a new release of Lit may be written differently.
  expect(file.toString()).not.toMatch(/(lit|reactive)\w*Versions|HydrateSupport|ShadyCSS|Value passed to 'css'/)
})
