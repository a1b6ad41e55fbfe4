/** Categories that Merge has today. Kept open on purpose: a new one is one word here. */
export const CATEGORIES = ['hris', 'ats', 'crm', 'accounting', 'ticketing', 'filestorage', 'knowledgebase', 'chat', 'mktg'] as const

export function isCategory(value: unknown): value is string {
  return typeof value === 'string' && (CATEGORIES as readonly string[]).includes(value)
}
