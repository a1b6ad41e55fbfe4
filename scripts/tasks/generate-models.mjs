import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { generate } from '../generate-models/generate.mjs'

// After a new version of Merge's client, or a change by hand. test/models.test.ts fails as long as it has not been run.
for (const [path, text] of generate()) {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  console.log(path)
}
