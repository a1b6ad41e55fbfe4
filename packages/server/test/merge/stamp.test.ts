import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatSecond, parseStamp } from '../../src/merge/stamp.ts'

const NINE = Date.UTC(2026, 0, 5, 9) * 1000

test.each([
  ['2026-01-05T09:00:00Z', NINE],
  ['2026-01-05T09:00:00', NINE],
  ['2026-01-05 09:00:00z', NINE],
  ['2026-01-05t09:00:00+00:00', NINE],
  ['2026-01-05T10:30:00+01:30', NINE],
  ['2026-01-05T01:00:00-0800', NINE],
  ['2026-01-05T09:00:00.1Z', NINE + 100_000],
  ['2026-01-05T09:00:00.893081Z', NINE + 893_081],
  ['2026-01-05T09:00:00.893090Z', NINE + 893_090],
  ['2026-01-05T09:00:00.000001Z', NINE + 1],
  ['2026-01-05T09:00:00.123456789Z', NINE + 123_456],
  ['1969-12-31T23:59:59.999999Z', -1],
  ['2254-12-31T23:59:59.999999Z', Date.UTC(2255, 0, 1) * 1000 - 1],
])('%s is %i µs', (text, expected) => {
  expect(parseStamp(text)).toBe(expected)
})

test.each([
  null,
  undefined,
  7,
  '',
  'yesterday',
  '2026-01-05',
  '2026-13-05T09:00:00Z',
  '2026-01-05T25:00:00Z',
  '2026-01-05T09:00:00.Z',
  '2026-01-05T09:00:00Z ',
  {},
])('%j is no stamp', (value) => {
  expect(parseStamp(value)).toBeNull()
})

test('order is kept to the microsecond', () => {
  const micros = fc
    .integer({ min: 0, max: 4_102_444_800 })
    .chain((second) => fc.integer({ min: 0, max: 999_999 }).map((micro) => ({ second, micro })))
  const text = ({ second, micro }: { second: number; micro: number }) =>
    `${new Date(second * 1000).toISOString().slice(0, 19)}.${String(micro).padStart(6, '0')}Z`
  fc.assert(
    fc.property(micros, micros, (one, other) => {
      expect(parseStamp(text(one))).toBe(one.second * 1_000_000 + one.micro)
      expect(Math.sign((parseStamp(text(one)) ?? 0) - (parseStamp(text(other)) ?? 0))).toBe(
        Math.sign(one.second * 1e6 + one.micro - (other.second * 1e6 + other.micro)),
      )
    }),
    { seed: 1, numRuns: 300 },
  )
})

test('a filter is a whole second, rounded down', () => {
  expect(formatSecond(Date.UTC(2026, 0, 5, 9) + 999)).toBe('2026-01-05T09:00:00Z')
  expect(formatSecond(-1)).toBe('1969-12-31T23:59:59Z')
})
