import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { checkTypes, frameworks } from '../../../packages/element/test/frameworks/check-types.ts'

test.each(frameworks)('the declarations as they are published know the tags in %s', (framework) => {
  expect(checkTypes(framework, 'dist').problems).toEqual([])
})

test('the components are marked for the client, and nothing else is', () => {
  const built = (entry: string) => readFileSync(fileURLToPath(import.meta.resolve(`@connect-integration/element${entry}`)), 'utf8')
  expect(built('/react')).toMatch(/^"use client"/)
  for (const entry of ['', '/define']) expect(built(entry)).not.toMatch(/use client|["']react["']/)
})
