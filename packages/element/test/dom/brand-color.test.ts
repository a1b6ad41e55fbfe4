import fc from 'fast-check'
import { expect, it } from 'vitest'
import { brandStyle } from '../../src/brand-color.ts'

it('whatever the color, the text on it contrasts at least 4.5 to 1, as WCAG computes it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffffff }), (value) => {
      const [, red, green, blue, on] = /rgb\((\d+) (\d+) (\d+)\);--_on-brand:(#fff|#000)$/.exec(brandStyle(`#${hex(value)}`)) ?? []
      expect([red, green, blue].map(Number)).toEqual([value >> 16, (value >> 8) & 255, value & 255])
      const background = luminance([red, green, blue].map(Number))
      const text = on === '#fff' ? 1 : 0
      expect((Math.max(background, text) + 0.05) / (Math.min(background, text) + 0.05)).toBeGreaterThanOrEqual(4.5)
    }),
    { numRuns: 3_000 },
  )
})

it.each([
  ['#fff', 'rgb(255 255 255)'],
  ['#1a28', 'rgb(17 170 34)'],
  ['#0875E1', 'rgb(8 117 225)'],
  ['#0875e180', 'rgb(8 117 225)'],
])('reads %s, and what is transparent does not count', (color, expected) => {
  expect(brandStyle(color)).toContain(`--_brand:${expected};`)
})

it.each([null, undefined, '', 'red', '#12', '#123456789', '#12345g', ' #123', '#123;x:url(//evil)', 'var(--x)', '#123\n', 7, {}])(
  'B3 takes %j for no color',
  (color) => {
    expect(brandStyle(color as string)).toBe('')
  },
)

function hex(value: number): string {
  return value.toString(16).padStart(6, '0')
}

/** https://www.w3.org/TR/WCAG21/#dfn-relative-luminance */
function luminance(channels: number[]): number {
  const [red = 0, green = 0, blue = 0] = channels.map((channel) => {
    const share = channel / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
