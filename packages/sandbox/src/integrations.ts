/** A vendor that can be linked. */
export interface Integration {
  name: string
  slug: string
  /** A CSS color, as in Merge's catalog. */
  color: string
  categories: readonly string[]
  /** False: the catalog gives no picture, so that a frontend shows what it does without one. */
  hasLogo: boolean
}

/** The catalog. The logos are letters on tiles, drawn here; the vendors' own marks are theirs. */
export const integrations: readonly Integration[] = [
  hr('BambooHR', 'bamboohr', '#73C41D'),
  hr('Workday', 'workday', '#0875E1'),
  hr('Personio', 'personio', '#1A1A1A'),
  hr('HiBob', 'hibob', '#E42C51'),
  hr('Gusto', 'gusto', '#F45D48'),
  hr('ADP Workforce Now', 'adp-workforce-now', '#D0271D'),
  hr('Rippling', 'rippling', '#502D3C'),
  hr('Factorial', 'factorial', '#FF355E'),
  hr('UKG Pro', 'ukg-pro', '#005151'),
  hr('Deel', 'deel', '#15357A'),
  hr('SAP SuccessFactors', 'sap-successfactors', '#0070F2'),
  hr('Zoho People', 'zoho-people', '#E5252A'),
  { ...hr('Charlie & Söhne Personal', 'charlie-und-soehne', '#6B7280'), hasLogo: false },
]

/** The one with this slug that serves one of these categories; null when there is none. */
export function findIntegration(slug: string, categories: readonly string[]): Integration | null {
  return integrations.find((each) => each.slug === slug && each.categories.some((category) => categories.includes(category))) ?? null
}

/** Where the sandbox serves its logo; null when it has none. `origin` is the one the caller reached the sandbox under. */
export function logoUrl(integration: Integration, origin: string): string | null {
  return integration.hasLogo ? `${origin}/logos/${integration.slug}.svg` : null
}

/** A tile in the integration's color with its first letter; null for an unknown slug. */
export function drawLogo(slug: string): string | null {
  const integration = integrations.find((each) => each.slug === slug && each.hasLogo)
  if (!integration) return null
  const letter = integration.name[0]!
  return [
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" width="64" height="64">',
    `<rect width="64" height="64" rx="14" fill="${integration.color}"/>`,
    `<circle cx="52" cy="12" r="20" fill="#fff" opacity=".14"/>`,
    `<text x="32" y="43" text-anchor="middle" font-family="system-ui,sans-serif" font-size="32" font-weight="700" fill="#fff">${letter}</text>`,
    '</svg>',
  ].join('')
}

function hr(name: string, slug: string, color: string): Integration {
  return { name, slug, color, categories: ['hris'], hasLogo: true }
}
