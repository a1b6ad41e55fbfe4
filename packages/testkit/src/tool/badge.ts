import { type Report, score } from './report.ts'

/** Six and a half pixels for each character of 11 pixel Verdana, and five on either side. */
const widthOf = (text: string) => Math.round(text.length * 6.5) + 10

/** An image for a README: green where everything held, red otherwise, and its words for those who do not see it. */
export function badge(report: Report): string {
  const label = `storage contract ${report.contract}`
  const value = score(report)
  const color = report.failed === 0 ? '#2e7d32' : '#c62828'
  const [left, right] = [widthOf(label), widthOf(value)]
  const text = (x: number, content: string) => `<text x="${x}" y="14" fill="#fff" text-anchor="middle">${content}</text>`
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${left + right}" height="20" role="img" aria-label="${label}: ${value}">
  <title>${label} · ${value} · profile ${report.profile}</title>
  <clipPath id="round"><rect width="${left + right}" height="20" rx="3"/></clipPath>
  <g clip-path="url(#round)">
    <rect width="${left}" height="20" fill="#444"/>
    <rect x="${left}" width="${right}" height="20" fill="${color}"/>
  </g>
  <g font-family="Verdana, Geneva, DejaVu Sans, sans-serif" font-size="11">
    ${text(left / 2, label)}
    ${text(left + right / 2, value)}
  </g>
</svg>
`
}
