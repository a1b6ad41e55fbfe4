import { expect, test } from 'vitest'
import { generateOriginId, isValidOriginId, type OriginIdInput } from '../../src/index.ts'

const unique = '0123456789abcdef0123456789abcdef'
const input = (more: Partial<OriginIdInput>): OriginIdInput => ({
  organizationId: 'org_123',
  userId: null,
  category: 'hris',
  strategy: 'many-per-category',
  unique,
  ...more,
})

test.each([
  [{}, `org_123_hris_${unique}`],
  [{ strategy: 'one-per-category' as const }, 'org_123_hris'],
  [{ userId: 'user_7', category: 'filestorage' }, `org_123_user_7_filestorage_${unique}`],
  [{ userId: 'user_7', strategy: 'one-per-category' as const }, 'org_123_user_7_hris'],
  [{ organizationId: 'x'.repeat(62) }, `${'x'.repeat(62)}_hris_${unique}`],
  [{ organizationId: 'x'.repeat(63) }, `oid_${unique}`],
  [{ organizationId: 'Müller & Söhne' }, `oid_${unique}`],
  [{ organizationId: 'a/b', strategy: 'one-per-category' as const }, `oid_${unique}`],
])('%j becomes %s', (more, expected) => {
  expect(generateOriginId(input(more))).toBe(expected)
})

test.each([
  ['a', true],
  ['A-Z_a.z:0-9', true],
  ['x'.repeat(100), true],
  ['x'.repeat(101), false],
  ['', false],
  ['with space', false],
  ['line\n', false],
  ['ä', false],
  [7, false],
  [null, false],
])('%j is an origin id: %s', (value, expected) => {
  expect(isValidOriginId(value)).toBe(expected)
})
