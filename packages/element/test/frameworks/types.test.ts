// @vitest-environment node
import { expect, it } from 'vitest'
import { checkTypes, frameworks } from './check-types.ts'

it.each(frameworks)('the types of %s know the tags, their attributes and their events', (framework) => {
  const { problems, reacts } = checkTypes(framework, 'src')
  expect(problems).toEqual([])
  if (framework.startsWith('React')) expect(reacts).toEqual([framework.replace('React ', '')])
})
