import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { generate } from '../generate-elements/generate.mjs'

// After a change to an attribute, a property, an event, a part or a doc comment of an element. test/elements.test.ts fails as long as it has not been run.
for (const [path, text] of generate()) {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  console.log(path)
}
