/**
 * A style with a brand's color and the black or white that can be read on it,
 * at least 4.58 to 1; empty for what is no color. What the vendor sent is never
 * in it, only numbers read from it; how transparent it was does not count.
 */
export function brandStyle(color: string | null | undefined): string {
  const [, digits] = /^#([0-9a-f]{3,8})$/i.exec(color ?? '') ?? []
  if (!digits) return ''
  const width = digits.length < 6 ? 1 : 2
  const [red, green, blue] = [0, 1, 2].map((place) =>
    Number.parseInt(digits.slice(place * width, (place + 1) * width).repeat(3 - width), 16),
  )
  const luminance = 0.2126 * linear(red!) + 0.7152 * linear(green!) + 0.0722 * linear(blue!)
  // Where black and white contrast alike: sqrt(1.05 × 0.05) − 0.05.
  return `--_brand:rgb(${red} ${green} ${blue});--_on-brand:${luminance > 0.179 ? '#000' : '#fff'}`
}

function linear(channel: number): number {
  const share = channel / 255
  return share > 0.04045 ? ((share + 0.055) / 1.055) ** 2.4 : share / 12.92
}
