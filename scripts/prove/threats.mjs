import { globSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const FAMILIES = { T: 9, S: 10, B: 7, W: 6, M: 8, D: 5 }
const PATCHES = 'test/sabotage'
const TESTS = ['packages/*/test/**/*.test.{ts,tsx}', 'examples/*/test/**/*.test.ts', 'test/**/*.test.ts']

/** Everything that the project defends against, as docs/spec/threats.md tells it: of Tenants, of Secrets, in the Browser, by Webhooks, towards Merge, of Data. */
export const THREATS = Object.entries(FAMILIES).flatMap(([family, count]) =>
  Array.from({ length: count }, (_, index) => `${family}${index + 1}`),
)

/** Names of the files that take one defence away each: `T1.patch`. */
export const patchFiles = () => readdirSync(PATCHES).sort()

export const readPatchFile = (name) => readFileSync(join(PATCHES, name), 'utf8')

/** Titles that begin with an id and a space, wherever `test` or `it` may put them. */
const TITLE = /(?<=\(\s*)(['"`])([TSBWMD]\d+) /g

/** The files whose tests begin with each id. End-to-end tests are none of them: they run what was built. */
export function testFiles() {
  const found = new Map(THREATS.map((id) => [id, []]))
  const paths = TESTS.flatMap((pattern) => globSync(pattern, { exclude: (name) => /(?:^|[\\/])node_modules$/.test(name) }))
  for (const path of paths.map((each) => each.replaceAll('\\', '/')).sort()) {
    const ids = new Set([...readFileSync(path, 'utf8').matchAll(TITLE)].map(([, , id]) => id))
    for (const id of ids) found.get(id)?.push(path)
  }
  return found
}
